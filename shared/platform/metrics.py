"""What a process measures of itself, for Prometheus to collect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from shared.kernel.refusals import Refusal

# Dense between 2 and 60 ms, where the promises about commands and views are made.
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The measures of one process in a registry of its own; `main` makes one and hands it round."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry = registry or CollectorRegistry()
        # Resident memory, processor time and open files come with these.
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self.command_seconds = Histogram(
            "campaign_command_seconds",
            "Time from receiving a command to its commit or refusal.",
            ["service", "command", "outcome"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.http_seconds = Histogram(
            "campaign_http_seconds",
            "Time to answer an HTTP request.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._measure_relay(registry)
        self._measure_projections(registry)

    @contextmanager
    def command(self, service: str, name: str) -> Iterator[None]:
        """Measure a command from here to its commit, its refusal or its failure."""
        started = perf_counter()
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except Refusal:
            outcome = "refused"
            raise
        finally:
            seconds = perf_counter() - started
            self.command_seconds.labels(service, name, outcome).observe(seconds)

    def _measure_relay(self, registry: CollectorRegistry) -> None:
        self.relay_lag_events = Gauge(
            "campaign_relay_lag_events",
            "Events in the store that the relay has not yet published.",
            ["service", "league"],
            registry=registry,
        )
        self.relay_lag_seconds = Gauge(
            "campaign_relay_lag_seconds",
            "Age of the oldest event of any league not yet published; zero when there is none.",
            ["service"],
            registry=registry,
        )
        self.clock_behind_seconds = Gauge(
            "campaign_clock_behind_seconds",
            "How far the database's clock is behind the last event recorded; zero when it is not.",
            ["service"],
            registry=registry,
        )
        self.relay_stopped = Gauge(
            "campaign_relay_stopped",
            "1 while the relay stands still because store and topic contradict each other.",
            ["service"],
            registry=registry,
        )
        self.events_published = Counter(
            "campaign_events_published",
            "Events the broker has acknowledged.",
            ["service"],
            registry=registry,
        )

        self.keys_expired = Counter(
            "campaign_idempotency_keys_expired",
            "Idempotency keys forgotten because of their age.",
            ["service"],
            registry=registry,
        )

    def _measure_projections(self, registry: CollectorRegistry) -> None:
        self.projection_lag_events = Gauge(
            "campaign_projection_lag_events",
            "Records in a partition that a projection has not yet applied.",
            ["projection", "topic", "partition"],
            registry=registry,
        )
        self.projection_lag_seconds = Gauge(
            "campaign_projection_lag_seconds",
            "How far a projection is behind what has been recorded.",
            ["projection"],
            registry=registry,
        )
        self.parked_events = Gauge(
            "campaign_parked_events",
            "Events set aside with a cause, and those waiting behind them.",
            ["projection"],
            registry=registry,
        )
        self._measure_completeness(registry)
        self.events_applied = Counter(
            "campaign_events_applied",
            "Events a projection has applied.",
            ["projection"],
            registry=registry,
        )

    def _measure_completeness(self, registry: CollectorRegistry) -> None:
        self.completeness_audits = Counter(
            "campaign_completeness_audits",
            "Comparisons of a projection with its sources: complete, filled or failed.",
            ["projection", "outcome"],
            registry=registry,
        )
        self.histories_ahead = Gauge(
            "campaign_view_ahead_histories",
            "Histories of which a projection has seen more than their service holds.",
            ["projection"],
            registry=registry,
        )
        self.completeness_filled = Counter(
            "campaign_completeness_filled_events",
            "Events no topic brought, taken from the source's own feed.",
            ["projection", "service"],
            registry=registry,
        )


def exposition(registry: CollectorRegistry) -> tuple[bytes, str]:
    """The text Prometheus collects, and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
