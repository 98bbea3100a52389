"""The relay: publishes each league's history to Kafka in order, without loss, by one cursor a league."""

import asyncio
from collections.abc import Sequence
from itertools import accumulate, groupby
from operator import itemgetter

import asyncpg
import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from shared.contracts.contract import Contract
from shared.platform.durable import FLUSH
from shared.platform.epochs import EPOCH
from shared.platform.kafka import (
    PARTITIONS,
    KafkaAddress,
    ensure_topics,
    partition_of,
    producer,
    stop_producer,
)
from shared.platform.metrics import Metrics
from shared.platform.pausing import pause
from shared.platform.postgres import LOST
from shared.platform.publishing import COLUMNS, envelope_of
from shared.platform.topic_audit import TopicAudit
from shared.platform.topic_tail import StoreBehindTopic, published_by, refuse_tail

log = structlog.get_logger()

_POLL_SECONDS = 0.03
_REST_SECONDS_AN_EVENT = 0.004
_REST_SECONDS = 0.2
_RETRY_SECONDS = 1.0
_ACKNOWLEDGED_SECONDS = 15.0
_AUDIT_SECONDS = 5.0
_STOPPED_SECONDS = 3.0
_PER_LEAGUE = 500
_LEAGUES_AT_ONCE = 16

_LOCK = "select pg_try_advisory_lock(hashtext($1))"

# What is next of the leagues that moved, in one query however many leagues there are.
_NEXT = f"""
select moved.published, ({EPOCH}) as epoch, e.*
from (
    select h.league, coalesce(c.published_version, 0) as published
    from histories h left join relay_cursors c using (league)
    where h.version > coalesce(c.published_version, 0)
    order by h.recorded_at limit $1
) moved
cross join lateral (
    select {COLUMNS} from events
    where events.league = moved.league and events.version > moved.published
    order by events.version limit $2
) e
order by e.league, e.version
"""  # noqa: S608 - the columns are ours

# Not waited for on disk: a cursor lost in a crash costs a few events sent twice.
_ADVANCE = """
with unhurried as materialized (select set_config('synchronous_commit', 'off', true))
insert into relay_cursors as c (league, published_version, published_offset)
select league, version, last_offset
from unhurried, unnest($1::text[], $3::bigint[], $4::bigint[]) as u(league, version, last_offset)
on conflict (league) do update
    set published_version = excluded.published_version, published_offset = excluded.published_offset
    where c.published_version = ($2::bigint[])[array_position($1::text[], c.league)]
"""

_REWIND = "update relay_cursors set published_version = 0 where league = any($1::text[])"


def leader_of(schema: str) -> str:
    """The name of the advisory lock that the active relay of a schema holds."""
    return f"relay-{schema}"


class EpochBegun(Exception):
    """An operator changed the store as a whole: the topic is to be looked at again."""


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
        self.advice = ""
        self._epoch = 0
        self._reached: dict[int, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until told to stop; troubles are logged, waited out and retried."""
        while not stop.is_set():
            try:
                await self._as_leader(stop)
            except StoreBehindTopic as behind:
                self._tell_stopped(behind)
                # An operator may decide without us; what was decided shows in store and topic.
                await pause(stop, _STOPPED_SECONDS)
            except EpochBegun:
                log.warning("store-epoch-begun", service=self._contract.service)
            except (KafkaError, *LOST) as error:
                self.state = "retrying"
                log.warning("relay-retrying", error=repr(error), seconds=_RETRY_SECONDS)
                await pause(stop, _RETRY_SECONDS)

    def _tell_stopped(self, behind: StoreBehindTopic) -> None:
        """Say it once in the log, and for as long as it lasts in state and metric."""
        if self.advice != behind.told_en:
            log.critical("relay-stopped", reason=behind.told_en, reason_zh=behind.told_zh)
        self.state, self.advice = "store-behind-topic", behind.told_en
        self._metrics.relay_stopped.labels(self._contract.service).set(1)

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
            while not await connection.fetchval(_LOCK, leader_of(self._schema)):
                self.state = "standby"
                if await pause(stop, _RETRY_SECONDS):
                    return
            await self._publish_while_leading(connection, stop)
        finally:
            await connection.close(timeout=5)

    async def _publish_while_leading(
        self, connection: "asyncpg.Connection[asyncpg.Record]", stop: asyncio.Event
    ) -> None:
        await ensure_topics(self._address, [self._contract.topic])
        audit = TopicAudit(self._address, self._contract.topic)
        self._epoch = await connection.fetchval(EPOCH)
        await refuse_tail(connection, self._contract.service, audit)
        self._metrics.relay_stopped.labels(self._contract.service).set(0)
        self.advice = ""
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
                published = await self.publish_once(connection, sender)
                # Each round costs us, the broker and every consumer as much for few as for many:
                # the busier it is, the longer a rest gathers the next.
                if published < _PER_LEAGUE:
                    rest = _POLL_SECONDS + published * _REST_SECONDS_AN_EVENT
                    await pause(stop, min(rest, _REST_SECONDS))
        finally:
            await stop_producer(sender)

    async def publish_once(
        self, connection: "asyncpg.Connection[asyncpg.Record]", sender: AIOKafkaProducer
    ) -> int:
        """Publish what is new, at most a batch a league; how many events that was."""
        rows = await connection.fetch(_NEXT, _LEAGUES_AT_ONCE, _PER_LEAGUE)
        if not rows:
            return 0
        if rows[0]["epoch"] != self._epoch:
            raise EpochBegun
        # A command's commit is not yet on disk when it can be read; nothing may travel before it is.
        await connection.execute(FLUSH)
        if len(await sender.partitions_for(self._contract.topic)) < PARTITIONS:
            raise UnknownTopicOrPartitionError(self._contract.topic)  # made anew by another hand
        leagues = [list(group) for _, group in groupby(rows, itemgetter("league"))]
        offsets = await self._send(sender, rows)
        ends = list(accumulate(len(group) for group in leagues))
        firsts = [offsets[end - len(group)] for group, end in zip(leagues, ends, strict=True)]
        lasts = [offsets[end - 1] for end in ends]
        await connection.execute(
            _ADVANCE,
            [group[0]["league"] for group in leagues],
            [group[0]["published"] for group in leagues],
            [group[-1]["version"] for group in leagues],
            lasts,
        )
        for group, first, last in zip(leagues, firsts, lasts, strict=True):
            await self._notice_recreation(connection, partition_of(group[0]["league"]), first, last)
        self._metrics.events_published.labels(self._contract.service).inc(len(rows))
        return len(rows)

    async def _send(self, sender: AIOKafkaProducer, rows: Sequence[asyncpg.Record]) -> list[int]:
        """Send in order and await every acknowledgement; the offsets given.

        Without an answer in time it is a TimeoutError: an idempotent producer tries for ever, and
        nobody would hear that the brokers are away.
        """
        service, topic = self._contract.service, self._contract.topic
        sent = []
        for league, group in groupby(rows, itemgetter("league")):
            key, partition = league.encode(), partition_of(league)
            for row in group:
                value = msgspec.json.encode(envelope_of(service, row))
                sent.append(await sender.send(topic, value, key=key, partition=partition))
            # What there is of one league goes out while the next one's is encoded.
            await asyncio.sleep(0)
        # All are awaited, also after a failure, so that none of them fails unheard.
        offsets: list[int] = []
        async with asyncio.timeout(_ACKNOWLEDGED_SECONDS):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        for each in answers:
            if isinstance(each, BaseException):
                raise each
            offsets.append(each.offset)
        return offsets

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

    async def _audit(
        self, connection: "asyncpg.Connection[asyncpg.Record]", audit: TopicAudit
    ) -> None:
        """Where the topic lost what we published (it was recreated, say), send all again."""
        await ensure_topics(self._address, [self._contract.topic])
        published = await published_by(connection)
        self._reached = {}
        for each in sorted(published, key=lambda each: each.offset):
            self._reached[partition_of(each.league)] = each.offset
        lost = await audit.lost(published)
        if lost:
            await self._send_again(connection, {partition_of(league) for league in lost})

    async def _send_again(
        self, connection: "asyncpg.Connection[asyncpg.Record]", partitions: set[int]
    ) -> None:
        published = await published_by(connection)
        lost = [each.league for each in published if partition_of(each.league) in partitions]
        log.warning("topic-lost-events", topic=self._contract.topic, leagues=lost)
        await connection.execute(_REWIND, lost)
        for partition in partitions:
            self._reached.pop(partition, None)
