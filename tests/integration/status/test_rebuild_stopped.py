"""A rebuild stopped anywhere leaves the views alone, and is gone on with to the same rows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

import pytest

from services.status.projections import StatusProjection
from services.status.rebuilding.beside import Beside
from services.status.rebuilding.keeping import cancelled, dropped, kept, taken_back
from services.status.rebuilding.rebuild import Progress, Rebuild, alone
from services.status.rebuilding.refusals import (
    FormerViewsOutdated,
    NothingToResume,
    NothingToTakeBack,
    RebuildCancelled,
    RebuildIncomplete,
    RebuildRunning,
)
from services.status.rebuilding.sources import FromFeeds, FromHistory, Portion, Source, Wanted
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, Feeds, Tables, everything, records, views
from tests.integration.status.test_rebuilding import moved
from tests.integration.status.worlds import at


class Killed(BaseException):
    """The process ends here: nothing is noted."""


class Stopping(FromHistory):
    """One league a portion; after so many of them something happens."""

    def __init__(self, pool: Pool, after: int) -> None:
        super().__init__(pool, part_events=1)
        self._pool = pool
        self._after = after
        self.leagues: list[frozenset[str]] = []

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        async for portion in super().portions(wanted):
            if len(self.leagues) == self._after:
                await self.happens()
            self.leagues.append(portion.leagues)
            yield portion

    async def happens(self) -> None:
        raise ConnectionError("the source is gone")


@pytest.fixture
async def told(pool: Pool) -> Sequence[Envelope]:
    envelopes = moved().told.envelopes
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))
    await dropped(pool, "status")
    return envelopes


async def failed_after(pool: Pool, after: int) -> Tables:
    before = await everything(pool)
    with pytest.raises(ConnectionError):
        await Rebuild(pool, "status").run(Stopping(pool, after))
    return before


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_what_was_written_is_not_read_again(
    pool: Pool, told: Sequence[Envelope], after: int
) -> None:
    before = await failed_after(pool, after)
    assert await everything(pool) == before
    rest = Stopping(pool, 99)

    count = await Rebuild(pool, "status").resume(rest)

    # The part that was being written when the source failed is written, too.
    assert len(rest.leagues) == 3 - after
    assert count == len(told)
    assert await everything(pool) == before


async def test_what_came_meanwhile_is_in_the_rebuild_gone_on_with(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    await failed_after(pool, 1)
    world = moved()
    world.mobilizes("150202", at(3, 5))
    world.moves("150202", "1501", date(2014, 3, 6))
    await Applier(pool, StatusProjection(), Feed(world.told.envelopes)).apply(
        records(world.told.envelopes)
    )
    before = await everything(pool)

    await Rebuild(pool, "status").resume(FromHistory(pool))

    assert await everything(pool) == before


@pytest.mark.parametrize("times", [1, 2])
async def test_indexes_and_pieces_that_were_done_already_take_in_the_rest(
    pool: Pool, told: Sequence[Envelope], times: int
) -> None:
    before = await failed_after(pool, 2)
    async with pool.acquire() as connection:
        beside = await Beside.of(connection)
    await beside.index_lines(pool)
    for _ in range(times):
        await beside.index(pool)

    await Rebuild(pool, "status").resume(FromHistory(pool, part_events=1))

    assert await everything(pool) == before


class Incomplete(Stopping):
    """From some league on, the histories lack their ends."""

    async def happens(self) -> None:
        await self._pool.execute("delete from history where league = '1502' and version > 2")


async def test_a_rebuild_goes_on_from_another_source(pool: Pool, told: Sequence[Envelope]) -> None:
    before = await views(pool)
    with pytest.raises(RebuildIncomplete) as refused:
        await Rebuild(pool, "status").run(Incomplete(pool, 2))
    assert "schedule/1502 after 2 of" in refused.value.message_en

    await Rebuild(pool, "status").resume(FromFeeds(Feeds(told)))

    assert await views(pool) == before


async def test_the_feeds_alone_give_the_same_rows(pool: Pool, told: Sequence[Envelope]) -> None:
    before = await views(pool)
    await pool.execute("delete from history")

    await Rebuild(pool, "status").run(FromFeeds(Feeds(told)))

    assert await views(pool) == before


class CancelledMeanwhile(Stopping):
    """Somebody cancels while it reads."""

    async def happens(self) -> None:
        assert await cancelled(self._pool, "status") == 1
        await asyncio.sleep(5)


async def test_cancelled_by_another_it_ends_and_can_be_gone_on_with(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    before = await everything(pool)

    with pytest.raises(RebuildCancelled):
        await Rebuild(pool, "status").run(CancelledMeanwhile(pool, 1))

    assert await everything(pool) == before
    assert (await kept(pool, "status")).rebuilds[0].state == "cancelled"
    await Rebuild(pool, "status").resume(FromHistory(pool))
    assert await everything(pool) == before
    assert (await kept(pool, "status")).rebuilds[0].state == "switched"


async def test_interrupted_like_ctrl_c_it_is_noted_as_cancelled(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    class Slow(Stopping):
        async def happens(self) -> None:
            reached.set()
            await asyncio.sleep(60)

    reached = asyncio.Event()
    work = asyncio.create_task(Rebuild(pool, "status").run(Slow(pool, 1)))
    await reached.wait()

    work.cancel()

    with pytest.raises(asyncio.CancelledError):
        await work
    assert (await kept(pool, "status")).rebuilds[0].state == "cancelled"


async def test_one_left_without_a_word_shows_as_interrupted(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    await failed_after(pool, 1)
    await pool.execute("update rebuilds set state = 'running'")

    found = await kept(pool, "status")

    assert (found.rebuilds[0].state, found.next) == ("interrupted", True)
    async with alone(pool, "status"):
        assert (await kept(pool, "status")).rebuilds[0].state == "running"


async def test_only_one_rebuild_runs_at_a_time(pool: Pool, told: Sequence[Envelope]) -> None:
    async with alone(pool, "status"):
        with pytest.raises(RebuildRunning):
            await Rebuild(pool, "status").run(FromHistory(pool))


async def test_nothing_is_resumed_after_the_end_a_drop_or_another_program(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    source = FromHistory(pool)
    rebuild = Rebuild(pool, "status")
    await rebuild.run(source)
    with pytest.raises(NothingToResume):
        await rebuild.resume(source)

    await failed_after(pool, 1)
    assert await dropped(pool, "status") == ["status_next", "status_former"]
    with pytest.raises(NothingToResume):
        await rebuild.resume(source)

    await failed_after(pool, 1)
    await pool.execute("update rebuilds set made_with = 'another'")
    with pytest.raises(NothingToResume):
        await rebuild.resume(source)


async def test_the_former_views_serve_again_with_what_came_since(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    await Rebuild(pool, "status").run(FromHistory(pool))
    world = moved()
    world.mobilizes("150202", at(3, 5))
    await Applier(pool, StatusProjection(), Feed(world.told.envelopes)).apply(
        records(world.told.envelopes)
    )
    before = await everything(pool)
    await pool.execute("update rollup_daily set n = n + 1")  # the new views turn out to be wrong

    await taken_back(pool, "status")

    assert await everything(pool) == before
    assert (await kept(pool, "status")).former


async def test_former_views_of_before_a_migration_do_not_serve_again(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    with pytest.raises(NothingToTakeBack):
        await taken_back(pool, "status")
    await Rebuild(pool, "status").run(FromHistory(pool))
    await pool.execute("insert into migrations (name, checksum) values ('later', '')")

    with pytest.raises(FormerViewsOutdated):
        await taken_back(pool, "status")

    await pool.execute("delete from migrations where name = 'later'")


async def test_progress_is_told_to_the_end(pool: Pool, told: Sequence[Envelope]) -> None:
    heard: list[Progress] = []
    source: Source = FromHistory(pool, part_events=1)

    await Rebuild(pool, "status", heard.append).run(source)

    last = heard[-1]
    assert (last.stage, last.events, last.of) == ("done", len(told), len(told))


async def test_a_reader_that_holds_a_table_delays_the_switch_only(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    before = await everything(pool)
    async with pool.acquire() as reader:
        transaction = reader.transaction()
        await transaction.start()
        await reader.fetch("select * from rollup_daily limit 1")
        work = asyncio.create_task(Rebuild(pool, "status").run(FromHistory(pool)))
        await asyncio.sleep(3)
        assert not work.done()
        await transaction.rollback()

    assert await work == len(told)
    assert await everything(pool) == before


async def test_tables_beside_are_named_after_the_schema_that_serves(pool: Pool) -> None:
    async with pool.acquire() as connection:
        assert (await Beside.of(connection)).schema == "status_next"
