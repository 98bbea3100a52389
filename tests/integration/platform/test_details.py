"""A stream's further rows: written with its events, guarded by their indexes, rebuilt with it."""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from shared.kernel.refusals import Refusal
from shared.platform.commands import Change, CommandHandler, Outcome
from shared.platform.inline_views import Details, Row, Showing, Table
from shared.platform.lives import Life
from shared.platform.postgres import Pool
from shared.platform.rebuilding import rebuild
from tests.integration.platform.tally import DECIDER, ORIGIN, SHOWN, Held, Hold, hold

SQL = """
create table rooms (stream text not null, room text not null, primary key (stream, room));
create unique index rooms_taken on rooms (room);
"""


class RoomTaken(Refusal):
    code = "room-taken"
    zh = "会场已被占用:{detail}"
    en = "The room is taken: {detail}"


def _rooms(change: Change[Hold, Held]) -> Sequence[Row]:
    return [(change.work.stream, room) for room in change.state.place.split(";")]


ROOMS = Table("rooms", ("stream", "room"), {"stream": "text", "room": "text"})
GUARDED = Details(ROOMS, ("stream",), _rooms, lambda error: RoomTaken(detail=error.constraint_name))
VIEW = Showing(SHOWN.table, SHOWN.row_of, (GUARDED,))
LIFE = Life("meeting", DECIDER, VIEW)


@pytest.fixture(autouse=True)
async def rooms(pool: Pool) -> None:
    await pool.execute(SQL)


async def held(handler: CommandHandler, place: str, unit: str = "150202") -> None:
    await handler.one(DECIDER, hold(place, unit), ORIGIN, view=VIEW)


async def many(
    handler: CommandHandler, *places: tuple[str, str], view: Showing = VIEW
) -> Outcome[Hold, Held]:
    works = [hold(place, unit, row=n) for n, (place, unit) in enumerate(places, 2)]
    return await handler.many(DECIDER, works, ORIGIN, lambda _: (200, b"{}"), view=view)


async def taken(pool: Pool) -> list[tuple[str, str]]:
    return [tuple(row) for row in await pool.fetch("select * from rooms order by room")]


async def test_a_change_replaces_the_rows_of_its_stream_only(
    handler: CommandHandler, pool: Pool
) -> None:
    await held(handler, "a;b")
    await held(handler, "c", "150203")
    await held(handler, "b;d")

    assert await taken(pool) == [
        ("meeting/150202", "b"), ("meeting/150203", "c"), ("meeting/150202", "d"),
    ]  # fmt: skip


async def test_a_row_that_is_taken_refuses_the_command_and_writes_nothing(
    handler: CommandHandler, pool: Pool
) -> None:
    await held(handler, "a")
    with pytest.raises(RoomTaken) as caught:
        await held(handler, "b;a", "150203")

    assert caught.value.context == {"detail": "rooms_taken"}
    assert await taken(pool) == [("meeting/150202", "a")]
    assert await pool.fetchval("select count(*) from events") == 1
    assert await pool.fetchval("select count(*) from shown") == 1


async def test_what_one_row_of_a_file_gives_up_another_may_take(
    handler: CommandHandler, pool: Pool
) -> None:
    await held(handler, "a")
    await many(handler, ("b", "150202"), ("a", "150203"))

    assert await taken(pool) == [("meeting/150203", "a"), ("meeting/150202", "b")]


async def test_two_rows_of_a_file_cannot_take_the_same(handler: CommandHandler, pool: Pool) -> None:
    with pytest.raises(RoomTaken):
        await many(handler, ("a", "150202"), ("a", "150203"))

    assert await taken(pool) == []
    assert await pool.fetchval("select count(*) from events") == 0


async def test_without_a_word_for_it_a_clash_is_an_error_of_ours(handler: CommandHandler) -> None:
    unspoken = Showing(SHOWN.table, SHOWN.row_of, (Details(ROOMS, ("stream",), _rooms),))
    with pytest.raises(asyncpg.UniqueViolationError):
        await many(handler, ("a", "150202"), ("a", "150203"), view=unspoken)


async def test_details_are_rebuilt_with_their_stream(handler: CommandHandler, pool: Pool) -> None:
    await many(handler, ("a;b", "150202"), ("c", "150203"), ("d", "150202"))
    before = await taken(pool)
    await pool.execute("delete from rooms; update shown set place = 'wrong'")
    written = await rebuild(pool, handler.store.contract, [LIFE])

    assert written == {"shown": 2}
    assert await taken(pool) == before
    assert {r["place"] for r in await pool.fetch("select place from shown")} == {"c", "d"}


async def test_a_stream_that_lies_in_two_histories_is_rebuilt_in_its_own_order(
    handler: CommandHandler, pool: Pool
) -> None:
    await held(handler, "z")
    moved = replace(hold("y"), unit="150302", path="15.1503.150302")
    await handler.one(DECIDER, moved, ORIGIN, view=VIEW)
    await held(handler, "x")
    await rebuild(pool, handler.store.contract, [LIFE])
    rows = await pool.fetch("select league, version, stream_version from events order by 3")

    assert [tuple(row) for row in rows] == [("1502", 1, 1), ("1503", 1, 2), ("1502", 2, 3)]
    assert await taken(pool) == [("meeting/150202", "x")]
    assert await pool.fetchval("select times from shown") == 3
