"""Whatever crashes, comes late, twice or broken: the tables are what one calm pass gives."""

import asyncio
from collections.abc import Sequence
from datetime import date

import asyncpg
import msgspec
import pytest

from services.status import storage
from services.status.projections import StatusProjection
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier, StaleWorker, apply_until_done
from shared.platform.postgres import Connection, Pool
from shared.platform.retrying import ParkedEvents, StillFails
from tests.integration.status.tables import Feed, Tables, empty, everything, records
from tests.integration.status.worlds import Campaign, at, small


class Troubled(StatusProjection):
    """Does its work, then the connection goes, so many times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        await super().apply(connection, envelopes)
        if self.failures:
            self.failures -= 1
            raise ConnectionResetError


class Paused(StatusProjection):
    """Waits before or after its writes until it is let go."""

    def __init__(self, *, after_writes: bool) -> None:
        self.after_writes = after_writes
        self.reached = asyncio.Event()
        self.released = asyncio.Event()

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        if self.after_writes:
            await super().apply(connection, envelopes)
        self.reached.set()
        await self.released.wait()
        if not self.after_writes:
            await super().apply(connection, envelopes)


class Allergic(StatusProjection):
    """Cannot take one event until it is cured."""

    def __init__(self, event: str) -> None:
        self.event = event

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        if any(envelope.id == self.event for envelope in envelopes):
            raise ValueError("not in this version")
        await super().apply(connection, envelopes)


@pytest.fixture
def world() -> Campaign:
    told = small()
    told.moves("150202", "1501", date(2014, 2, 22))
    told.mobilizes("150202", at(2, 24))
    told.finds_things()
    return told


@pytest.fixture
def told(world: Campaign) -> list[Envelope]:
    return world.told.envelopes


@pytest.fixture
def feed(told: list[Envelope]) -> Feed:
    return Feed(told)


@pytest.fixture
async def calm(pool: Pool, told: list[Envelope], feed: Feed) -> Tables:
    """The tables after one calm pass; they are emptied again."""
    await Applier(pool, StatusProjection(), feed).apply(records(told))
    tables = await everything(pool)
    await empty(pool)
    return tables


@pytest.fixture(autouse=True, params=[storage.FEW, 0], ids=["arrays", "copy"])
def way_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test here with both ways in: arrays for few rows, and COPY for many."""
    monkeypatch.setattr(storage, "FEW", request.param)


async def test_small_batches_and_redelivery_give_the_same_tables(
    pool: Pool, told: list[Envelope], feed: Feed, calm: Tables
) -> None:
    applier = Applier(pool, StatusProjection(), feed)
    delivered = records(told)

    for start in range(0, len(delivered), 3):
        await applier.apply(delivered[max(0, start - 4) : start + 3])

    assert await everything(pool) == calm
    assert feed.asked == []


async def test_trouble_after_the_writes_leaves_nothing_behind_and_is_retried(
    pool: Pool, told: list[Envelope], feed: Feed, calm: Tables
) -> None:
    applier = Applier(pool, Troubled(failures=3), feed)

    with pytest.raises(ConnectionResetError):
        await applier.apply(records(told))
    assert [table for table in await everything(pool) if table] == []

    await apply_until_done(applier, records(told), pause_seconds=0.01)
    assert await everything(pool) == calm


async def test_a_worker_killed_between_writes_and_commit_is_replaced(
    pool: Pool, told: list[Envelope], feed: Feed, calm: Tables
) -> None:
    half = len(told) // 2
    await Applier(pool, StatusProjection(), feed).apply(records(told[:half]))
    paused = Paused(after_writes=True)
    task = asyncio.create_task(Applier(pool, paused, feed).apply(records(told[half:])))
    await paused.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await Applier(pool, StatusProjection(), feed).apply(records(told[half:]))

    assert await everything(pool) == calm


async def test_a_stale_worker_rolls_back(
    pool: Pool, told: list[Envelope], feed: Feed, calm: Tables
) -> None:
    paused = Paused(after_writes=False)
    stale = asyncio.create_task(Applier(pool, paused, feed).apply(records(told)))
    await paused.reached.wait()
    await Applier(pool, StatusProjection(), feed).apply(records(told))
    paused.released.set()

    # Whichever guard it meets first: history's key, the facts' revision or the checkpoint.
    with pytest.raises((StaleWorker, asyncpg.SerializationError, asyncpg.UniqueViolationError)):
        await stale

    assert await everything(pool) == calm


async def test_two_workers_on_units_of_both_give_the_same_tables(
    pool: Pool, told: list[Envelope], feed: Feed, calm: Tables
) -> None:
    """Each has its own leagues, as after a rebalance; 150202 is told of in both."""
    mine = records([e for e in told if e.league == "1502"])
    yours = records([e for e in told if e.league != "1502"])

    await asyncio.gather(
        apply_until_done(Applier(pool, StatusProjection(), feed), mine, pause_seconds=0.01),
        apply_until_done(Applier(pool, StatusProjection(), feed), yours, pause_seconds=0.01),
    )

    assert await everything(pool) == calm


async def test_a_gap_in_the_topic_is_filled_from_the_feed(
    pool: Pool, told: list[Envelope], feed: Feed, calm: Tables
) -> None:
    lost = {e.id for e in told if e.league == "1502" and e.version == 2}

    await Applier(pool, StatusProjection(), feed).apply(
        records([e for e in told if e.id not in lost])
    )

    assert {(service, league) for service, league, _, _ in feed.asked} == {
        ("units", "1502"),
        ("schedule", "1502"),
    }
    assert await everything(pool) == calm


async def test_a_poison_event_waits_with_those_of_its_unit_and_a_retry_heals(
    pool: Pool, told: list[Envelope], feed: Feed, calm: Tables
) -> None:
    poison = next(e for e in told if e.subject == "150202" and "UnitMoved" in e.type)
    projection = Allergic(poison.id)
    applier = Applier(pool, projection, feed)
    parked = ParkedEvents(pool, projection, applier)

    await applier.apply(records(told))

    rows = await pool.fetch("select id, unit, event_type from parked order by id")
    assert {row["unit"] for row in rows} == {f"{poison.campaign}/150202"}
    assert [row["event_type"].split(".")[2] for row in rows] == [
        "UnitMoved", "MobilizationHeld", "TeamDispatched", "ItemRaised", "RectificationClosed",
    ]  # fmt: skip
    kept = await pool.fetchval("select count(*) from history")
    assert kept == len(told) - len(rows)

    with pytest.raises(StillFails):
        await parked.retry_unit(rows[1]["id"])
    projection.event = ""
    outcome = await parked.retry_unit(rows[1]["id"])

    assert (outcome.applied, outcome.still_parked) == (5, 0)
    assert await pool.fetchval("select count(*) from parked") == 0
    healed = await everything(pool)
    assert healed == calm


async def test_what_waited_behind_a_discarded_event_is_applied(
    pool: Pool, told: list[Envelope], feed: Feed
) -> None:
    poison = next(e for e in told if e.subject == "150202" and "UnitMoved" in e.type)
    projection = Allergic(poison.id)
    applier = Applier(pool, projection, feed)
    await applier.apply(records(told))
    first = await pool.fetchval("select min(id) from parked")

    outcome = await ParkedEvents(pool, projection, applier).discard(first)

    assert (outcome.applied, outcome.discarded, outcome.still_parked) == (4, 1, 0)
    fact = await pool.fetchrow(
        "select parent, fact::text as fact from unit_facts where unit = '150202'"
    )
    assert fact is not None
    assert fact["parent"] == "1502"
    assert "meeting" in msgspec.json.decode(fact["fact"])
