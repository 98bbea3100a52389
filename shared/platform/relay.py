"""The relay: publishes each league's history to Kafka in order, without loss, by one cursor a league."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from shared.contracts.contract import Contract
from shared.platform.kafka import (
    PARTITIONS,
    KafkaAddress,
    ensure_topics,
    partition_of,
    producer,
)
from shared.platform.metrics import Metrics
from shared.platform.postgres import LOST
from shared.platform.publishing import COLUMNS, envelope_of
from shared.platform.topic_audit import Published, StoreBehindTopic, TopicAudit

log = structlog.get_logger()

_POLL_SECONDS = 0.02
_RETRY_SECONDS = 1.0
_AUDIT_SECONDS = 5.0
_PER_LEAGUE = 4_000

_LOCK = "select pg_try_advisory_lock(hashtext($1))"

# The leagues that moved, found in one query however many leagues there are.
_MOVED = """
select h.league, h.version, coalesce(c.published_version, 0) as published
from histories h left join relay_cursors c using (league)
where h.version > coalesce(c.published_version, 0)
"""

_NEXT = (
    "select "
    + COLUMNS
    + """
from events
where league = $1 and version > $2 order by version limit $3
"""
)

_ADVANCE = """
insert into relay_cursors as c (league, published_version, published_offset) values ($1, $3, $4)
on conflict (league) do update set published_version = $3, published_offset = $4
    where c.published_version = $2
"""

_PUBLISHED = """
select league, published_version, published_offset from relay_cursors where published_version > 0
"""
_REWIND = "update relay_cursors set published_version = 0 where league = any($1::text[])"
_HEADS = "select league, version from histories"


class Relay:
    """One active relay a service: an advisory lock, taken over when its holder is gone."""

    def __init__(
        self,
        database_url: str,
        schema: str,
        contract: Contract,
        address: KafkaAddress,
        metrics: Metrics,
    ) -> None:
        self._database_url = database_url
        self._schema = schema
        self._contract = contract
        self._address = address
        self._metrics = metrics
        self.state = "starting"
        self._reached: dict[int, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until told to stop; troubles are logged, waited out and retried."""
        while not stop.is_set():
            try:
                await self._as_leader(stop)
            except StoreBehindTopic as behind:
                self.state = "store-behind-topic"
                log.critical("relay-stopped", reason=str(behind))
                await stop.wait()
            except (KafkaError, *LOST) as error:
                self.state = "retrying"
                log.warning("relay-retrying", error=repr(error), seconds=_RETRY_SECONDS)
                await _pause(stop, _RETRY_SECONDS)

    async def _as_leader(self, stop: asyncio.Event) -> None:
        # The lock's own connection carries every query, so a lost lock cannot go unnoticed.
        connection = await asyncpg.connect(
            self._database_url,
            command_timeout=60,
            server_settings={
                "search_path": self._schema,
                "application_name": f"campaign-{self._schema}-relay",
            },
        )
        try:
            while not await connection.fetchval(_LOCK, f"relay-{self._schema}"):
                self.state = "standby"
                if await _pause(stop, _RETRY_SECONDS):
                    return
            await self._publish_while_leading(connection, stop)
        finally:
            await connection.close(timeout=5)

    async def _publish_while_leading(
        self, connection: "asyncpg.Connection[asyncpg.Record]", stop: asyncio.Event
    ) -> None:
        await ensure_topics(self._address, [self._contract.topic])
        audit = TopicAudit(self._address, self._contract.topic)
        await audit.refuse_if_ahead_of(
            dict(await connection.fetch(_HEADS)), await _published(connection)
        )
        sender = producer(self._address)
        await sender.start()
        try:
            self.state = "leading"
            audited_at = float("-inf")
            clock = asyncio.get_running_loop().time
            while not stop.is_set():
                if clock() - audited_at > _AUDIT_SECONDS:
                    await self._audit(connection, audit)
                    audited_at = clock()
                if not await self.publish_once(connection, sender):
                    await _pause(stop, _POLL_SECONDS)
        finally:
            with suppress(KafkaError):
                await sender.stop()

    async def publish_once(
        self, connection: "asyncpg.Connection[asyncpg.Record]", sender: AIOKafkaProducer
    ) -> int:
        """Publish what is new, at most a batch a league; how many events that was."""
        moved = await connection.fetch(_MOVED)
        if moved and len(await sender.partitions_for(self._contract.topic)) < PARTITIONS:
            raise UnknownTopicOrPartitionError(self._contract.topic)  # made anew by another hand
        count = 0
        for league, head, published in moved:
            rows = await connection.fetch(_NEXT, league, published, _PER_LEAGUE)
            first, last = await self._send(sender, league, rows)
            version = rows[-1]["version"]
            await connection.execute(_ADVANCE, league, published, version, last)
            await self._notice_recreation(connection, partition_of(league), first, last)
            count += len(rows)
            # More may have come since the heads were read, and have been sent along.
            self._measure(league, max(0, head - version), rows[-1]["recorded_at"])
        self._metrics.events_published.labels(self._contract.service).inc(count)
        return count

    async def _send(
        self, sender: AIOKafkaProducer, league: str, rows: list[asyncpg.Record]
    ) -> tuple[int, int]:
        """Send in order and await every acknowledgement; the offsets of the first and the last."""
        service, topic, key = self._contract.service, self._contract.topic, league.encode()
        partition = partition_of(league)
        sent = [
            await sender.send(
                topic, msgspec.json.encode(envelope_of(service, row)), key=key, partition=partition
            )
            for row in rows
        ]
        # All are awaited, also after a failure, so that none of them fails unheard.
        offsets: list[int] = []
        for each in await asyncio.gather(*sent, return_exceptions=True):
            if isinstance(each, BaseException):
                raise each
            offsets.append(each.offset)
        return offsets[0], offsets[-1]

    async def _notice_recreation(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        partition: int,
        first: int,
        last: int,
    ) -> None:
        """An offset given twice shows a topic made anew, however fast it grows past its old end."""
        if first <= self._reached.get(partition, -1):
            await self._send_again(connection, {partition})
        self._reached[partition] = last

    def _measure(self, league: str, behind: int, recorded_at: datetime) -> None:
        service = self._contract.service
        seconds = (datetime.now(UTC) - recorded_at).total_seconds() if behind else 0.0
        self._metrics.relay_lag_events.labels(service, league).set(behind)
        self._metrics.relay_lag_seconds.labels(service).set(seconds)

    async def _audit(
        self, connection: "asyncpg.Connection[asyncpg.Record]", audit: TopicAudit
    ) -> None:
        """Where the topic lost what we published (it was recreated, say), send all again."""
        await ensure_topics(self._address, [self._contract.topic])
        published = await _published(connection)
        self._reached = {}
        for each in sorted(published, key=lambda each: each.offset):
            self._reached[partition_of(each.league)] = each.offset
        lost = await audit.lost(published)
        if lost:
            await self._send_again(connection, {partition_of(league) for league in lost})

    async def _send_again(
        self, connection: "asyncpg.Connection[asyncpg.Record]", partitions: set[int]
    ) -> None:
        published = await _published(connection)
        lost = [each.league for each in published if partition_of(each.league) in partitions]
        log.warning("topic-lost-events", topic=self._contract.topic, leagues=lost)
        await connection.execute(_REWIND, lost)
        for partition in partitions:
            self._reached.pop(partition, None)


async def _published(connection: "asyncpg.Connection[asyncpg.Record]") -> list[Published]:
    return [Published(*row) for row in await connection.fetch(_PUBLISHED)]


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Wait, but no longer than until we are told to stop; whether we were."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
