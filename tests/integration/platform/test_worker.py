"""A worker on a real broker: what FastStream does with batches, failures and rebalances holds."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.commands import CommandHandler
from shared.platform.consuming import Applier, Projection, Record
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress, ensure_topics, partition_of, producer
from shared.platform.metrics import Metrics, exposition
from shared.platform.postgres import Connection, Pool
from shared.platform.worker import Consuming
from tests.integration.platform.deliveries import Feed, records, recount, shown, write
from tests.integration.platform.tally import Counting
from tests.integration.platform.topics import delete_topic, new_relay, running, until

pytestmark = pytest.mark.kafka

UNITS = [f"15{league:02}01" for league in range(1, 9)]


@asynccontextmanager
async def consuming(
    address: KafkaAddress, pool: Pool, projection: Projection, feed: Feed
) -> AsyncIterator[Consuming]:
    worker = Consuming(
        address,
        pool,
        projection,
        Applier(pool, projection, feed),
        f"group-{feed.service}",
        Metrics(),
    )
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def level(pool: Pool) -> bool:
    """Whether the view shows what the store holds."""
    return await shown(pool) == await recount(pool)


@pytest.fixture
def feed(store: EventStore) -> Feed:
    return Feed(store)


async def test_what_is_written_is_shown_and_the_lag_is_told_though_connections_die(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress, feed: Feed,
) -> None:  # fmt: skip
    """While the view cannot be written, the events waiting for it are counted."""
    held_up = asyncio.Event()

    class HeldUp(Counting):
        async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
            await held_up.wait()
            await super().apply(connection, envelopes)

    await write(handler, UNITS, times=5)
    stop = asyncio.Event()
    async with (
        running(new_relay(database_url, schema, tally, address)),
        consuming(address, pool, HeldUp(tally), feed) as worker,
    ):
        measuring = asyncio.create_task(worker.measure(stop))

        async def all_wait() -> bool:
            return worker.behind() == 40

        async def lag_is(events: int) -> bool:
            told: int = await pool.fetchval("select events from projection_lag")
            return told == events

        await until(all_wait)
        await until(lambda: lag_is(40))
        await pool.execute("delete from projection_lag")
        await pool.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and application_name = $1",
            f"campaign-{schema}",
        )
        await until(lambda: lag_is(40))
        held_up.set()
        await until(lambda: level(pool))
        await until(lambda: lag_is(0))
        assert worker.behind() == 0
        text = exposition(worker._metrics.registry)[0].decode()
        stop.set()
        await measuring

    assert 'campaign_events_applied_total{projection="counting"} 40.0' in text
    assert feed.asked == []


async def test_what_faststream_would_drop_is_kept(
    handler: CommandHandler, store: EventStore, pool: Pool, address: KafkaAddress, tally: Contract,
    feed: Feed,
) -> None:  # fmt: skip
    """Headers that are no UTF-8 or have no value, tombstones, bytes that are no JSON, and a gap
    whose filling fails at first: FastStream swallows what a handler or its own parser raises, and
    the next acknowledgement covers it.
    """
    await write(handler, ["150201"], times=6)
    batch = await records(store)
    feed.failures = [KeyError("an answer nobody foresaw")]
    await ensure_topics(address, [tally.topic])
    sender = producer(address)
    await sender.start()
    where = {"topic": tally.topic, "partition": partition_of("1502")}
    for record in (*batch[:3], *batch[4:]):
        await sender.send_and_wait(
            value=record.value, headers=[("trace", b"\xff\xfe"), ("none", None)], **where
        )
        await sender.send_and_wait(value=None, key=b"1502", **where)
        await sender.send_and_wait(value=b"\xff not JSON", **where)
    await sender.stop()

    async with consuming(address, pool, Counting(tally), feed):
        await until(lambda: level(pool))

    assert await pool.fetchval("select count(*) from parked") == 10
    assert feed.asked == [("1502", 3, 4)] * 2


async def test_a_topic_made_anew_is_read_from_its_beginning(
    handler: CommandHandler, store: EventStore, pool: Pool, address: KafkaAddress, tally: Contract,
    feed: Feed,
) -> None:  # fmt: skip
    """Where its end now lies before our position, a broker may say nothing at all."""

    async def send(batch: list[Record]) -> None:
        await ensure_topics(address, [tally.topic])
        sender = producer(address)
        await sender.start()
        for record in batch:
            await sender.send_and_wait(tally.topic, record.value, partition=record.partition)
        await sender.stop()

    stop = asyncio.Event()
    await write(handler, ["150201"], times=5)
    await send(await records(store))
    async with consuming(address, pool, Counting(tally), feed) as worker:
        measuring = asyncio.create_task(worker.measure(stop))
        await until(lambda: level(pool))
        await delete_topic(address, tally.topic)
        await write(handler, ["150201"], times=1)
        await send((await records(store))[5:])
        await until(lambda: level(pool))
        stop.set()
        await measuring

    assert feed.asked == []


async def test_workers_that_come_and_go_lose_and_double_nothing(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress, feed: Feed,
) -> None:  # fmt: skip
    """A second worker joins, the first leaves: partitions are handed over under load."""

    async def keep_writing() -> None:
        for _ in range(40):
            await write(handler, UNITS, times=1)
            await asyncio.sleep(0.05)

    async with running(new_relay(database_url, schema, tally, address)):
        writing = asyncio.create_task(keep_writing())
        async with consuming(address, pool, Counting(tally), feed):
            await asyncio.sleep(1)
            second = consuming(address, pool, Counting(tally), feed)
            await second.__aenter__()
            await asyncio.sleep(1)
        await writing
        await until(lambda: level(pool))
        await second.__aexit__(None, None, None)


async def test_a_worker_stops_within_its_grace_while_the_database_is_gone(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress, feed: Feed,
) -> None:  # fmt: skip
    class Unreachable(Counting):
        async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
            raise ConnectionResetError

    await write(handler, UNITS, times=1)
    applier = Applier(pool, Unreachable(tally), feed)
    worker = Consuming(address, pool, Unreachable(tally), applier, "stopping", Metrics())
    async with running(new_relay(database_url, schema, tally, address)):
        await worker.start()

        async def stuck() -> bool:
            return worker._applying > 0

        await until(stuck)
        async with asyncio.timeout(20):
            await worker.stop()

    assert await shown(pool) == []
