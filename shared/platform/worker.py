"""A service's worker process: its relay, its consumers, and a small door for probes."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.platform.consuming import Applier, Projection, Record, apply_until_done
from shared.platform.kafka import KafkaAddress, ensure_topics
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool

log = structlog.get_logger()

_LAG = """
insert into projection_lag as l (projection, events, seconds) values ($1, $2, $3)
on conflict (projection) do update
    set events = excluded.events, seconds = excluded.seconds, measured_at = now()
"""
_PARKED = "select count(*) from parked where projection = $1"
_MEASURE_SECONDS = 1.0
_BATCH_RECORDS = 5_000
_BATCH_MILLISECONDS = 20
# The embedded broker looks for new records only this often within a waiting fetch.
_FETCH_WAIT_MILLISECONDS = 100


class Consuming:
    """One projection fed by a FastStream batch subscriber to the topics of its contracts.

    FastStream swallows a handler's exception under manual acknowledgement and a later ack
    would commit past it; so the handler does not return before its batch is applied.
    """

    def __init__(
        self,
        address: KafkaAddress,
        pool: Pool,
        projection: Projection,
        applier: Applier,
        group: str,
        metrics: Metrics,
    ) -> None:
        self._address = address
        self._pool = pool
        self._projection = projection
        self._applier = applier
        self._metrics = metrics
        self._topics = [contract.topic for contract in projection.contracts]
        self.broker = KafkaBroker(address.bootstrap_servers, logger=None)
        self._subscriber = self.broker.subscriber(
            *self._topics,
            batch=True,
            group_id=group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            max_records=_BATCH_RECORDS,
            batch_timeout_ms=_BATCH_MILLISECONDS,
            fetch_max_wait_ms=_FETCH_WAIT_MILLISECONDS,
            max_poll_interval_ms=30 * 60 * 1000,
            decoder=_undecoded,
            title=projection.name,
        )
        self._subscriber(self._handle)

    async def _handle(self, message: KafkaMessage) -> None:
        raw = message.raw_message
        records = [
            Record(r.topic, r.partition, r.offset, r.value)
            for r in (raw if isinstance(raw, tuple) else (raw,))
        ]
        await apply_until_done(self._applier, records)
        # Versions, not offsets, say what is applied; a commit lost in a rebalance costs a re-read.
        with suppress(KafkaError):
            await message.ack()

    async def start(self) -> None:
        await ensure_topics(self._address, self._topics)
        await self.broker.start()

    async def stop(self) -> None:
        await self.broker.stop()

    def behind(self) -> int:
        """Events between what was fetched to be applied and the end of the topics, now."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return 0
        total = 0
        for tp in consumer.assignment():
            state = consumer._subscription.subscription.assignment.state_value(tp)  # noqa: SLF001 - position() would wait for the broker
            highwater = consumer.highwater(tp)
            if state is not None and state.has_valid_position and highwater is not None:
                total += max(0, highwater - state.position)
        return total

    async def measure(self, stop: asyncio.Event) -> None:
        """Write down once a second how far behind we are, until told to stop."""
        name = self._projection.name
        while not stop.is_set():
            events = self.behind()
            last = self._applier.last_recorded_at
            seconds = (datetime.now(UTC) - last).total_seconds() if events and last else 0.0
            self._metrics.projection_lag_seconds.labels(name).set(seconds)
            with suppress(OSError):
                await self._pool.execute(_LAG, name, events, seconds)
                self._metrics.parked_events.labels(name).set(
                    await self._pool.fetchval(_PARKED, name)
                )
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _MEASURE_SECONDS)


async def _undecoded(message: object) -> bytes:
    return b""
