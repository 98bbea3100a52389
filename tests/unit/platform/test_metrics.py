"""Each process measures into a registry of its own, under stable names."""

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from shared.platform.metrics import Metrics, exposition


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    one, other = Metrics(), Metrics()
    one.events_applied.labels("status").inc(5)

    assert one.registry.get_sample_value("campaign_events_applied_total", {"projection": "status"})
    assert (
        b'campaign_events_applied_total{projection="status"}' not in exposition(other.registry)[0]
    )


def test_the_registry_handed_in_is_the_one_used() -> None:
    registry = CollectorRegistry()

    assert registry is Metrics(registry).registry


def test_every_measure_is_exposed_with_its_labels() -> None:
    metrics = Metrics()
    metrics.command_seconds.labels("units", "register", "accepted").observe(0.012)
    metrics.http_seconds.labels("GET", "/units/{code}", "200").observe(0.004)
    metrics.relay_lag_events.labels("units", "1502").set(3)
    metrics.relay_lag_seconds.labels("units").set(0.5)
    metrics.projection_lag_events.labels("status", "campaign.units.v1", "7").set(9)
    metrics.projection_lag_seconds.labels("status").set(1.5)
    metrics.parked_events.labels("status").set(2)
    metrics.events_applied.labels("status").inc(10)
    metrics.events_published.labels("units").inc(11)

    body, content_type = exposition(metrics.registry)
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }

    assert content_type.startswith("text/plain")
    assert samples["campaign_command_seconds_count", "accepted", "register", "units"] == 1
    assert samples["campaign_http_seconds_sum", "/units/{code}", "200", "GET"] == 0.004
    assert samples["campaign_relay_lag_events", "1502", "units"] == 3
    assert samples["campaign_relay_lag_seconds", "units"] == 0.5
    assert samples["campaign_projection_lag_events", "7", "campaign.units.v1", "status"] == 9
    assert samples["campaign_projection_lag_seconds", "status"] == 1.5
    assert samples["campaign_parked_events", "status"] == 2
    assert samples["campaign_events_applied_total", "status"] == 10
    assert samples["campaign_events_published_total", "units"] == 11


def test_resident_memory_is_among_the_measures() -> None:
    assert b"process_resident_memory_bytes" in exposition(Metrics().registry)[0]


def test_the_promised_sixty_milliseconds_are_a_bucket_boundary() -> None:
    metrics = Metrics()
    metrics.command_seconds.labels("units", "register", "accepted").observe(0.059)
    labels = {"service": "units", "command": "register", "outcome": "accepted", "le": "0.06"}

    assert metrics.registry.get_sample_value("campaign_command_seconds_bucket", labels) == 1
