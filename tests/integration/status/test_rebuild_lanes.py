"""Parts folded side by side in processes of their own give the same rows, whatever befalls one."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from services.status.projections import StatusProjection
from services.status.rebuilding.keeping import cancelled, kept
from services.status.rebuilding.lanes import Lanes, divided
from services.status.rebuilding.processes import LaneFailed
from services.status.rebuilding.rebuild import Progress, Rebuild
from services.status.rebuilding.refusals import RebuildCancelled, RebuildIncomplete
from services.status.rebuilding.sources import FromHistory, Portion, Source, Wanted
from services.status.schema import SCHEMA
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.kafka import partition_of
from shared.platform.postgres import Pool, open_pool
from tests.integration.status.tables import Feed, Tables, everything, records
from tests.integration.status.test_rebuilding import moved

OfPool = Callable[[Pool], Source]


def whole(pool: Pool) -> Source:
    return FromHistory(pool, part_events=1)


class Dying(FromHistory):
    """Its process is killed after its first portion."""

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        async for portion in super().portions(wanted):
            yield portion
            os.kill(os.getpid(), signal.SIGKILL)


class Waiting(FromHistory):
    """Its lane never comes to an end by itself."""

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        async for portion in super().portions(wanted):
            yield portion
        await asyncio.sleep(60)


@pytest.fixture
async def before(pool: Pool) -> Tables:
    told = moved().told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    return await everything(pool)


def lanes(database_url: str, source: OfPool) -> Lanes:
    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Pool, Source]]:
        async with await open_pool(database_url, SCHEMA, size=3) as pool:
            yield pool, source(pool)

    return Lanes(3, opened, at_least=1)


async def test_the_rows_are_the_same(pool: Pool, before: Tables, database_url: str) -> None:
    told: list[Progress] = []

    rebuild = Rebuild(pool, "status", told.append, lanes(database_url, whole))
    count = await rebuild.run(FromHistory(pool))

    assert await everything(pool) == before
    assert (told[-1].events, told[-1].of, told[-1].parts) == (count, count, 3)


async def test_what_a_lane_lacks_is_refused_by_the_whole(
    pool: Pool, before: Tables, database_url: str
) -> None:
    await pool.execute("delete from history where league = '1502' and version = 2")

    with pytest.raises(RebuildIncomplete, match="1502 after 1"):
        await Rebuild(pool, "status", lanes=lanes(database_url, whole)).run(whole(pool))


async def test_a_lane_that_was_killed_is_gone_on_with(
    pool: Pool, before: Tables, database_url: str
) -> None:
    killed = lanes(database_url, lambda own: Dying(own, part_events=1))
    with pytest.raises(LaneFailed):
        await Rebuild(pool, "status", lanes=killed).run(whole(pool))
    assert await everything(pool) == before
    assert (await kept(pool, "status")).rebuilds[0].state == "failed"

    await Rebuild(pool, "status", lanes=lanes(database_url, whole)).resume(whole(pool))

    assert await everything(pool) == before


async def test_cancelled_no_lane_goes_on(pool: Pool, before: Tables, database_url: str) -> None:
    waiting = lanes(database_url, lambda own: Waiting(own, part_events=1))
    work = asyncio.create_task(Rebuild(pool, "status", lanes=waiting).run(whole(pool)))
    while not await cancelled(pool, "status"):  # noqa: ASYNC110 - until it has begun
        await asyncio.sleep(0.05)

    with pytest.raises(RebuildCancelled):
        await asyncio.wait_for(work, 10)

    await Rebuild(pool, "status").resume(whole(pool))
    assert await everything(pool) == before


def test_partitions_stay_whole_and_loads_alike() -> None:
    wanted = {("units", f"15{n:02}"): 100 * n for n in range(1, 30)}
    wanted |= {("schedule", f"15{n:02}"): 100 for n in range(1, 30)}

    parts = divided(wanted, 3, 1)

    assert {key: v for part in parts for key, v in part.items()} == wanted
    places = [{partition_of(league) for _, league in part} for part in parts]
    assert not places[0] & places[1] | places[1] & places[2] | places[0] & places[2]
    loads = [sum(part.values()) for part in parts]
    assert max(loads) < 1.3 * min(loads)


def test_few_events_are_not_divided() -> None:
    assert divided({("units", "15"): 10, ("units", "1502"): 10}, 4) == [
        {("units", "15"): 10, ("units", "1502"): 10}
    ]
    assert divided({}, 4) == [{}]


def test_envelopes_of_the_world_lie_in_more_than_one_partition() -> None:
    told: list[Envelope] = moved().told.envelopes

    assert len({partition_of(envelope.league) for envelope in told}) == 3
