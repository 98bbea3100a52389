"""Pages of large subtrees: the same rows whether they are met in their order or gathered first."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from shared.platform.inline_views import Row
from shared.platform.listing import Order, Wanted
from shared.platform.postgres import Pool, open_pool
from shared.platform.subtrees import many_units
from tests.support.things import CAMPAIGN, THING_LIST, place_units, put_things, things_schema

LARGE, SMALL, TWIN = "15.1502", "15.1503", "15.15020"
LARGE_UNITS = [f"{LARGE}.1502{n:03}" for n in range(320)]
PLACES = [*LARGE_UNITS, SMALL, TWIN]
DAY = date(2014, 3, 1)


def row(n: int, unit: str) -> Row:
    """Every third has no due date; points repeat."""
    due = None if n % 3 == 0 else DAY + timedelta(days=n % 11)
    return f"t-{n:05}", unit, "学习不深入" if n % 2 else "文山会海", n % 7, due, []


SPREAD = [row(n, PLACES[n * 37 % len(PLACES)].rpartition(".")[2]) for n in range(700)]
# More than is looked at in order, all before the few of the subtree.
CROWD: list[Row] = [
    (f"a-{n:05}", "1503", "其他", -1, DAY - timedelta(days=9), []) for n in range(4_500)
]


@pytest.fixture(scope="module")
def schema(database_url: str) -> str:
    return asyncio.run(things_schema(database_url))


@pytest.fixture
async def pool(database_url: str, schema: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, schema, size=2)
    await opened.execute("truncate things, unit_directory")
    await place_units(opened, ["15", LARGE, *PLACES])
    await put_things(opened, SPREAD)
    yield opened
    await opened.close()


async def pages(pool: Pool, order: Order | None, limit: int, **more: Any) -> list[str]:
    """The things of all pages under the large unit, one after the other."""
    things: list[str] = []
    cursor = None
    while True:
        wanted = Wanted(CAMPAIGN, under=[LARGE], order=order, cursor=cursor, limit=limit, **more)
        page = msgspec.json.decode(await THING_LIST.page(pool, wanted))
        things += [item["thing"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return things


def in_order(rows: Sequence[Row], order: Order | None) -> list[str]:
    """The things under the large unit as they are to be listed, reckoned here."""
    below = {path.rpartition(".")[2] for path in LARGE_UNITS}
    mine = sorted((r for r in rows if r[1] in below), key=lambda r: str(r[0]))
    if order is None:
        return [str(r[0]) for r in mine]
    at = {"thing": 0, "points": 3, "due_on": 4, "title": 2}[order.column]
    if order.descending:
        mine.reverse()
    valued = sorted((r for r in mine if r[at] is not None), key=lambda r: r[at],
                    reverse=order.descending)  # fmt: skip
    return [str(r[0]) for r in [*valued, *(r for r in mine if r[at] is None)]]


ORDERS = [
    None,
    *(Order(c, descending=d) for c in ("thing", "points", "due_on") for d in (False, True)),
]


async def test_units_below_are_counted_no_further_than_needed(pool: Pool) -> None:
    assert await many_units(pool, CAMPAIGN, [LARGE])
    assert await many_units(pool, CAMPAIGN, [SMALL, LARGE])
    assert not await many_units(pool, CAMPAIGN, [SMALL, TWIN])
    assert not await many_units(pool, "another", [LARGE])


@pytest.mark.parametrize("order", ORDERS)
async def test_a_large_subtree_is_listed_whole_in_every_order(
    pool: Pool, order: Order | None
) -> None:
    assert await pages(pool, order, 60) == in_order(SPREAD, order)


@pytest.mark.parametrize("order", ORDERS)
async def test_rows_behind_a_crowd_are_found_all_the_same(pool: Pool, order: Order | None) -> None:
    await put_things(pool, CROWD)

    assert await pages(pool, order, 250) == in_order([*SPREAD, *CROWD], order)


async def test_conditions_hold_on_the_way_and_the_count_is_that_of_the_rows(pool: Pool) -> None:
    only = [("t.points = {}", (3,)), ("t.title like {}", ("%学习%",))]
    expected = in_order([r for r in SPREAD if r[3] == 3 and "学习" in str(r[2])], Order("due_on"))

    assert await pages(pool, Order("due_on"), 10, conditions=only) == expected
    wanted = Wanted(CAMPAIGN, under=[LARGE], conditions=only)
    assert await THING_LIST.count(pool, wanted) == len(expected)


async def test_a_unit_that_moved_away_takes_its_rows_with_it(pool: Pool) -> None:
    moved = LARGE_UNITS[0].rpartition(".")[2]
    await pool.execute(
        "update unit_directory set path = $2 where code = $1", moved, f"{SMALL}.{moved}"
    )

    left = in_order([r for r in SPREAD if r[1] != moved], Order("points"))
    assert await pages(pool, Order("points"), 60) == left
