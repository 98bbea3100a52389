"""Applying batches: nothing lost, nothing doubled, whatever comes twice, late, broken or poisoned."""

import asyncio
import random
from collections.abc import Sequence

import asyncpg
import httpx
import msgspec
import pytest

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.commands import CommandHandler
from shared.platform.consuming import (
    Applier,
    GapNotFilled,
    Record,
    StaleWorker,
    apply_until_done,
    is_trouble,
)
from shared.platform.eventstore import EventStore
from shared.platform.postgres import Connection, Pool
from shared.platform.retrying import ParkedEvents, StillFails
from tests.integration.platform.deliveries import (
    Feed,
    checkpoints,
    record,
    records,
    recount,
    shown,
    write,
)
from tests.integration.platform.tally import DECIDER, ORIGIN, Counting, hold

UNITS = ("150201", "150202", "150203")


@pytest.fixture
def feed(store: EventStore) -> Feed:
    return Feed(store)


@pytest.fixture
def counting(tally: Contract) -> Counting:
    return Counting(tally)


@pytest.fixture
def applier(pool: Pool, counting: Counting, feed: Feed) -> Applier:
    return Applier(pool, counting, feed)


async def test_a_batch_delivered_again_changes_nothing(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool, feed: Feed
) -> None:
    await write(handler, [*UNITS, "150301"])
    batch = await records(store, "1502", "1503")

    applied = [
        await applier.apply(batch[:7]),
        await applier.apply(batch),
        await applier.apply(batch[3:]),
    ]

    assert applied == [7, len(batch) - 7, 0]
    assert await shown(pool) == await recount(pool)
    assert await checkpoints(pool) == {"1502": 9, "1503": 3}
    assert feed.asked == []


async def test_duplicates_within_a_batch_are_applied_once(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool
) -> None:
    await write(handler, UNITS)
    batch = await records(store)

    await applier.apply([*batch[:5], *batch[2:], *batch])

    assert await shown(pool) == await recount(pool)


async def test_a_gap_is_filled_from_the_services_own_feed_in_order(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool, feed: Feed
) -> None:
    await write(handler, UNITS)
    batch = await records(store)

    await applier.apply([batch[0], batch[4], batch[8]])

    assert feed.asked == [("1502", 1, 4), ("1502", 5, 8)]
    assert await shown(pool) == await recount(pool)


async def test_a_gap_nobody_fills_stops_the_batch_until_it_is_filled(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool, feed: Feed
) -> None:
    await write(handler, UNITS)
    batch = await records(store)
    feed.forgets = {3}

    with pytest.raises(GapNotFilled):
        await applier.apply([batch[0], batch[5]])
    assert await shown(pool) == []
    assert await checkpoints(pool) == {}

    going = asyncio.create_task(apply_until_done(applier, [batch[0], batch[5]], pause_seconds=0.01))
    await asyncio.sleep(0.1)
    assert not going.done()
    feed.forgets = set()
    await going
    assert await checkpoints(pool) == {"1502": 6}


REFUSAL = httpx.HTTPStatusError(
    "403", request=httpx.Request("GET", "http://units"), response=httpx.Response(403)
)


@pytest.mark.parametrize(
    "failure",
    [REFUSAL, httpx.ConnectError("refused"), KeyError("units"), msgspec.ValidationError("no list")],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_feed_that_fails_in_any_way_is_asked_again(
    failure: Exception, handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool,
    feed: Feed,
) -> None:  # fmt: skip
    await write(handler, UNITS)
    batch = await records(store)
    feed.failures = [failure, failure]

    await apply_until_done(applier, [batch[0], batch[8]], pause_seconds=0.01)

    assert len(feed.asked) == 3
    assert await shown(pool) == await recount(pool)


def garbage(store: EventStore, good: Record) -> dict[str, bytes | None]:
    """Values no consumer can take, each for another reason."""
    body = msgspec.json.decode(good.value)
    changed = {
        "foreign source": {"source": "/campaign/units"},
        "no version": {"version": 0},
        "huge version": {"version": 10**30},
        "version in words": {"version": "four"},
        "NUL in the subject": {"subject": "1502\x0002"},
        "another CloudEvents": {"specversion": "9.9"},
    }
    values: dict[str, bytes | None] = {
        name: msgspec.json.encode(body | change) for name, change in changed.items()
    }
    return values | {
        "tombstone": None,
        "nothing": b"",
        "not JSON": b"\x00\x01\xff",
        "cut off": good.value[:-40],
        "a list": b"[1,2]",
        "no end of brackets": good.value.replace(b'"data":{', b'"data":' + b"[" * 100_000 + b"{"),
        "lone surrogate": good.value.replace(b"p-1502-clerk", b"\\ud800"),
    }


async def test_records_that_are_no_events_are_parked_once_and_the_rest_flows(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool
) -> None:
    await write(handler, UNITS)
    batch = await records(store)
    bad = garbage(store, batch[3])
    broken = [
        Record(store.contract.topic, 5, 100 + n, value)  # type: ignore[arg-type]  # a tombstone has none
        for n, value in enumerate(bad.values())
    ]

    await applier.apply([*broken, *batch])
    await applier.apply([*broken, *batch])

    assert await shown(pool) == await recount(pool)
    parked = await pool.fetch("select place, value, unit, cause from parked order by id")
    assert [r["place"] for r in parked] == [b.place for b in broken]
    assert [r["value"] for r in parked] == [value or b"" for value in bad.values()]
    assert all(r["cause"] and r["unit"] is None for r in parked)


async def test_a_version_that_came_undecodable_is_fetched_from_the_feed(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool, feed: Feed
) -> None:
    await write(handler, UNITS)
    batch = await records(store)
    broken = Record(batch[4].topic, batch[4].partition, batch[4].offset, batch[4].value[:-9])

    await applier.apply([*batch[:4], broken, *batch[5:]])

    assert feed.asked == [("1502", 4, 5)]
    assert await shown(pool) == await recount(pool)


async def poisoned(handler: CommandHandler) -> None:
    """Unit 150202 has two good meetings, a poisoned one, then three good ones; others are well."""
    for round_ in range(6):
        for unit in UNITS:
            poison = unit == "150202" and round_ == 2
            await handler.one(DECIDER, hold("poison" if poison else f"会场 {round_}", unit), ORIGIN)


@pytest.mark.parametrize("size", [1, 4, 100])
async def test_a_poison_event_is_parked_and_its_unit_waits_behind_it_while_others_flow(
    size: int, handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool
) -> None:
    await poisoned(handler)
    batch = await records(store)

    for at in range(0, len(batch), size):
        await applier.apply(batch[at : at + size])

    expected = {unit: times for unit, times, _ in await recount(pool)} | {"150202": 2}
    assert {unit: times for unit, times, _ in await shown(pool)} == expected
    parked = await pool.fetch("select version, unit, cause from parked order by id")
    assert [r["version"] for r in parked] == [8, 11, 14, 17]
    assert {r["unit"] for r in parked} == {"nmg-2014/150202"}
    assert parked[0]["cause"] == "ValueError('poison')"
    assert await checkpoints(pool) == {"1502": 18}


async def test_parked_events_are_applied_in_their_order_once_the_cause_is_mended(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool, counting: Counting
) -> None:
    await poisoned(handler)
    await applier.apply(await records(store))
    parked_events = ParkedEvents(pool, counting, applier)
    first = await pool.fetchval("select min(id) from parked")

    with pytest.raises(StillFails):
        await parked_events.retry_unit(first)
    assert await pool.fetchval("select count(*) from parked") == 4
    counting.cured = True
    outcome = await parked_events.retry_unit(first)

    assert (outcome.applied, outcome.still_parked) == (4, 0)
    assert await shown(pool) == await recount(pool)
    assert await pool.fetchval("select count(*) from parked") == 0


async def test_a_record_that_is_no_event_stays_parked_when_it_is_retried(
    handler: CommandHandler, store: EventStore, applier: Applier, pool: Pool, counting: Counting
) -> None:
    await write(handler, UNITS)
    foreign = garbage(store, (await records(store))[0])["foreign source"]
    assert foreign is not None
    await applier.apply([Record(store.contract.topic, 5, 1, foreign)])

    with pytest.raises(StillFails):
        await ParkedEvents(pool, counting, applier).retry_unit(
            await pool.fetchval("select id from parked")
        )

    assert await pool.fetchval("select count(*) from parked") == 1


async def test_two_workers_on_the_same_records_apply_them_once(
    handler: CommandHandler, store: EventStore, pool: Pool, counting: Counting, feed: Feed
) -> None:
    """As after a rebalance that one of them has not noticed."""
    await write(handler, UNITS, times=20)
    batch = await records(store)
    workers = [Applier(pool, counting, feed) for _ in range(3)]

    async def consume(applier: Applier) -> None:
        at = 0
        while at < len(batch):
            size = random.randint(1, 9)
            await apply_until_done(applier, batch[at : at + size], pause_seconds=0.001)
            at += size

    await asyncio.gather(*(consume(worker) for worker in workers))

    assert await shown(pool) == await recount(pool)
    assert await checkpoints(pool) == {"1502": 60}
    assert sum(worker.applied_events for worker in workers) == 60


async def test_a_stale_worker_rolls_back_what_it_did(
    handler: CommandHandler, store: EventStore, pool: Pool, counting: Counting, feed: Feed,
    tally: Contract,
) -> None:  # fmt: skip
    await write(handler, UNITS)
    batch = await records(store)

    class Overtaken(Counting):
        async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
            await Applier(pool, counting, feed).apply(batch)

    with pytest.raises(StaleWorker):
        await Applier(pool, Overtaken(tally), feed).apply(batch)

    assert await shown(pool) == await recount(pool)


async def test_a_crash_after_applying_and_before_the_commit_leaves_nothing(
    handler: CommandHandler, store: EventStore, pool: Pool, tally: Contract, feed: Feed
) -> None:
    await write(handler, UNITS)
    batch = await records(store)

    class Dying(Counting):
        deaths = 0

        async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
            await super().apply(connection, envelopes)
            if self.deaths < 2:
                self.deaths += 1
                pid = await connection.fetchval("select pg_backend_pid()")
                await pool.execute("select pg_terminate_backend($1)", pid)
                await connection.execute("select pg_sleep(5)")

    dying = Dying(tally)
    with pytest.raises(Exception) as death:
        await Applier(pool, dying, feed).apply(batch)
    assert is_trouble(death.value)
    assert await shown(pool) == []

    await apply_until_done(Applier(pool, dying, feed), batch, pause_seconds=0.01)

    assert dying.deaths == 2
    assert await shown(pool) == await recount(pool)
    assert await pool.fetchval("select count(*) from parked") == 0


@pytest.mark.parametrize(
    "trouble",
    [
        asyncpg.AdminShutdownError("terminated"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.ConnectionDoesNotExistError("closed"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.TooManyConnectionsError("too many"),
        asyncpg.DiskFullError("no space left"),
        asyncpg.DeadlockDetectedError("deadlock"),
        asyncpg.SerializationError("crossed"),
        asyncpg.UndefinedTableError("not migrated"),
        asyncpg.InsufficientPrivilegeError("no right"),
        asyncpg.ReadOnlySQLTransactionError("a standby"),
        asyncpg.QueryCanceledError("statement timeout"),
        TimeoutError(),
        ConnectionResetError(),
        MemoryError(),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
async def test_trouble_is_waited_out_and_parks_nothing(
    trouble: Exception, handler: CommandHandler, store: EventStore, pool: Pool, tally: Contract,
    feed: Feed,
) -> None:  # fmt: skip
    await write(handler, UNITS, times=1)

    class Troubled(Counting):
        troubles = 2

        async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
            await super().apply(connection, envelopes)
            if self.troubles:
                self.troubles -= 1
                raise trouble

    await apply_until_done(
        Applier(pool, Troubled(tally), feed), await records(store), pause_seconds=0.001
    )

    assert await shown(pool) == await recount(pool)
    assert await pool.fetchval("select count(*) from parked") == 0


async def test_a_value_the_database_cannot_hold_is_the_events_fault(
    handler: CommandHandler, store: EventStore, pool: Pool, tally: Contract, feed: Feed
) -> None:
    """asyncpg says so with an InterfaceError, which otherwise means a broken connection."""
    await write(handler, UNITS, times=1)

    class Overflowing(Counting):
        async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
            await super().apply(connection, envelopes)
            if any(e.subject == "150202" for e in envelopes):
                await connection.execute("select $1::int", 2**40)

    await Applier(pool, Overflowing(tally), feed).apply(await records(store))

    assert [unit for unit, _, _ in await shown(pool)] == ["150201", "150203"]
    assert await pool.fetchval("select unit from parked") == "nmg-2014/150202"


async def test_an_envelope_survives_its_way_through_a_record(
    handler: CommandHandler, store: EventStore, applier: Applier
) -> None:
    await write(handler, UNITS, times=1)
    batch = await records(store)
    envelope = msgspec.json.decode(batch[0].value, type=Envelope)

    assert record(store, envelope, 0) == batch[0]
    assert await applier.apply(batch) == 3
    assert (
        applier.last_recorded_at == msgspec.json.decode(batch[-1].value, type=Envelope).recordedat
    )
