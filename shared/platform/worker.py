"""A service's worker process: its relay, its consumers, and a small door for probes."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.platform.consuming import Applier, Projection, Record, apply_until_done
from shared.platform.kafka import METADATA_MILLISECONDS, KafkaAddress, ensure_topics
from shared.platform.metrics import Metrics
from shared.platform.postgres import LOST, Pool

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
PROMPT_MILLISECONDS = 100
UNHURRIED_MILLISECONDS = 250
"""How long a fetch waits. Kafka answers as soon as there are records; the embedded broker looks at
each partition when a fetch comes and when its wait is over, which costs much of what it needs idle.
"""

# A partition's share of a fetch: while a batch is applied, the next waits in memory.
_FETCH_BYTES = 512 * 1024
# A batch costs much the same for one event as for fifty: few events wait for more to come.
_REST_SECONDS = 0.06
_FEW = 500
_GRACE_SECONDS = 3.0
_START_TRIES = 60
_START_SECONDS = 1.0


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
        fetch_wait_milliseconds: int = PROMPT_MILLISECONDS,
    ) -> None:
        self._address = address
        self._pool = pool
        self._projection = projection
        self._applier = applier
        self._metrics = metrics
        self._topics = [contract.topic for contract in projection.contracts]
        self._applying = 0
        self._behind = 0
        self._past_the_end: set[TopicPartition] = set()
        self.broker = KafkaBroker(
            address.servers,
            logger=None,
            metadata_max_age_ms=METADATA_MILLISECONDS,
            graceful_timeout=_GRACE_SECONDS,
        )
        self._subscriber = self.broker.subscriber(
            *self._topics,
            batch=True,
            group_id=group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            max_records=_BATCH_RECORDS,
            batch_timeout_ms=_BATCH_MILLISECONDS,
            fetch_max_wait_ms=fetch_wait_milliseconds,
            max_partition_fetch_bytes=_FETCH_BYTES,
            max_poll_interval_ms=30 * 60 * 1000,
            parser=_without_headers,
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
        before = self._applier.applied_events
        self._applying = len(records)
        rested = asyncio.create_task(asyncio.sleep(_REST_SECONDS if len(records) < _FEW else 0))
        await apply_until_done(self._applier, records)
        self._applying = 0
        applied = self._applier.applied_events - before
        self._metrics.events_applied.labels(self._projection.name).inc(applied)
        # Versions, not offsets, say what is applied; a commit lost in a rebalance costs a re-read.
        with suppress(KafkaError):
            await message.ack()
        await rested

    async def start(self) -> None:
        """Begin to consume; a broker that is not there yet is waited for a while."""
        await topics_there(self._address, self._topics)
        await self.broker.start()

    async def stop(self) -> None:
        await self.broker.stop()

    def behind(self) -> int:
        """Records not yet applied, as far as the broker has told: those being applied and those
        up to the topics' ends. Between assignments it is the last known number.
        """
        consumer = self._subscriber.consumer
        if consumer is None or not consumer.assignment():
            return self._behind
        total = self._applying
        for tp, position, end in self._positions():
            waiting = max(0, end - position)
            total += waiting
            self._metrics.projection_lag_events.labels(
                self._projection.name, tp.topic, str(tp.partition)
            ).set(waiting)
        self._behind = total
        return total

    def _reread_topics_made_anew(self) -> None:
        """The embedded broker answers a position past the end with silence, where Kafka says that
        it is out of range: twice past it, we begin the partition again; versions seen are skipped.
        """
        past = set()
        consumer = self._subscriber.consumer
        for tp, position, end in self._positions():
            if position > end:
                past.add(tp)
            if consumer is not None and position > end and tp in self._past_the_end:
                log.warning("topic-made-anew", topic=tp.topic, partition=tp.partition)
                consumer.seek(tp, 0)
        self._past_the_end = past

    def _positions(self) -> Iterator[tuple[TopicPartition, int, int]]:
        """Position and end of each assigned partition, where both are known."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        for tp in consumer.assignment():
            state = consumer._subscription.subscription.assignment.state_value(tp)  # noqa: SLF001 - position() would wait for the broker
            end = consumer.highwater(tp)
            if state is not None and state.has_valid_position and end is not None:
                yield tp, state.position, end

    async def measure(self, stop: asyncio.Event) -> None:
        """Write down once a second how far behind we are, until told to stop."""
        name = self._projection.name
        while not stop.is_set():
            self._reread_topics_made_anew()
            events = self.behind()
            last = self._applier.last_recorded_at
            seconds = (datetime.now(UTC) - last).total_seconds() if events and last else 0.0
            self._metrics.projection_lag_seconds.labels(name).set(seconds)
            with suppress(*LOST):
                await self._pool.execute(_LAG, name, events, seconds)
                self._metrics.parked_events.labels(name).set(
                    await self._pool.fetchval(_PARKED, name)
                )
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _MEASURE_SECONDS)


async def topics_there(address: KafkaAddress, topics: Sequence[str]) -> None:
    """Make the topics that are not there; a broker that is not there yet is waited for a while."""
    for _ in range(_START_TRIES - 1):
        try:
            await ensure_topics(address, topics)
        except (KafkaError, OSError) as error:
            log.warning("broker-awaited", error=repr(error), seconds=_START_SECONDS)
            await asyncio.sleep(_START_SECONDS)
        else:
            return
    await ensure_topics(address, topics)


async def _without_headers(message: Any, parse: Any) -> Any:
    """FastStream fails on a header that is no UTF-8, and would drop the whole batch with it."""
    if any(record.headers for record in message):
        message = tuple(replace(record, headers=()) for record in message)
    return await parse(message)


async def _undecoded(message: object) -> bytes:
    return b""
