"""Lists of a read model on a real database: every order, page by page, within subtrees."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.platform.cursors import MalformedCursor, cursor_of
from shared.platform.inline_views import Row
from shared.platform.listing import Order, Wanted
from shared.platform.postgres import Pool, open_pool
from tests.support.things import CAMPAIGN, THING_LIST, place_units, put_things, things_schema

DAY = date(2014, 3, 1)
ROWS: list[Row] = [
    ("t-1", "1502", "学习不深入", 5, DAY, ["a"]),
    ("t-2", "150202", "作风不实", 5, None, []),
    ("t-3", "1502-D03", "文山会海", 1, date(2014, 2, 1), ["a", "b"]),
    ("t-4", "1503", "50%_折扣", 9, DAY, []),
    ("t-5", "15020", "=1+1", 5, None, []),
    ("t-6", "15", "其他", 0, date(2014, 4, 1), []),
]


@pytest.fixture(scope="module")
def schema(database_url: str) -> str:
    return asyncio.run(things_schema(database_url))


@pytest.fixture
async def pool(database_url: str, schema: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, schema, size=2)
    await opened.execute("truncate things, unit_directory")
    await place_units(opened)
    await put_things(opened, ROWS)
    yield opened
    await opened.close()


async def items(pool: Pool, wanted: Wanted) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.json.decode(await THING_LIST.page(pool, wanted))["items"]
    return found


async def walked(pool: Pool, order: Order | None, limit: int, **more: Any) -> list[str]:
    """The things of all pages, one after the other."""
    things: list[str] = []
    cursor = None
    while True:
        wanted = Wanted(CAMPAIGN, order=order, cursor=cursor, limit=limit, **more)
        page = msgspec.json.decode(await THING_LIST.page(pool, wanted))
        things += [item["thing"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return things
        assert len(page["items"]) == limit


async def test_a_row_is_shown_with_its_columns_and_what_the_directory_says(pool: Pool) -> None:
    first = (await items(pool, Wanted(CAMPAIGN, limit=1)))[0]

    assert first == {
        "thing": "t-1", "unit": "1502", "unit_name": "单位1502", "title": "学习不深入",
        "points": 5, "due_on": "2014-03-01", "tags": ["a"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, "t-1 t-2 t-3 t-4 t-5 t-6"),
        (Order("thing", descending=True), "t-6 t-5 t-4 t-3 t-2 t-1"),
        (Order("points"), "t-6 t-3 t-1 t-2 t-5 t-4"),
        (Order("points", descending=True), "t-4 t-5 t-2 t-1 t-3 t-6"),
        (Order("due_on"), "t-3 t-1 t-4 t-6 t-2 t-5"),
        (Order("due_on", descending=True), "t-6 t-4 t-1 t-3 t-5 t-2"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7])
async def test_pages_give_each_row_once_in_the_order_asked_for(
    pool: Pool, order: Order | None, expected: str, limit: int
) -> None:
    assert await walked(pool, order, limit) == expected.split()


async def test_files_have_the_order_of_pages(pool: Pool) -> None:
    for order in (None, Order("due_on"), Order("due_on", descending=True), Order("points")):
        query, values = await THING_LIST.all_rows(pool, Wanted(CAMPAIGN, order=order), ["thing"])
        rows = await pool.fetch(query, *values)

        assert [row["thing"] for row in rows] == await walked(pool, order, 2)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.lists(st.none() | st.dates(date(2014, 1, 1), date(2014, 1, 4)), max_size=12),
    descending=st.booleans(),
    limit=st.integers(1, 5),
)
async def test_whatever_is_missing_every_row_comes_once(
    pool: Pool, days: list[date | None], descending: bool, limit: int
) -> None:
    await pool.execute("delete from things")
    await put_things(pool, [(f"t-{n:02}", "15", "题", n, day, []) for n, day in enumerate(days)])
    valued = sorted(((day, n) for n, day in enumerate(days) if day is not None), reverse=descending)
    empty = sorted((n for n, day in enumerate(days) if day is None), reverse=descending)

    assert await walked(pool, Order("due_on", descending), limit) == [
        f"t-{n:02}" for n in [*(n for _, n in valued), *empty]
    ]


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        (["15"], ["t-1", "t-2", "t-3", "t-4", "t-5", "t-6"]),
        (["15.1502"], ["t-1", "t-2", "t-3"]),
        (["15.1502.150202"], ["t-2"]),
        (["15.1502.150202", "15.1503"], ["t-2", "t-4"]),
        (["15.1502", "15.1502.150202"], ["t-1", "t-2", "t-3"]),
        (["15.1599"], []),
        ([], []),
    ],
)
async def test_a_subtree_is_the_unit_and_all_below_and_no_neighbour(
    pool: Pool, under: list[str], expected: list[str]
) -> None:
    for order in (None, Order("due_on", descending=True)):
        assert sorted(await walked(pool, order, 2, under=under)) == expected
    assert await THING_LIST.count(pool, Wanted(CAMPAIGN, under=under)) == len(expected)


async def test_a_unit_that_moved_is_listed_where_it_stands_now(pool: Pool) -> None:
    await pool.execute("update unit_directory set path = '15.1503.150202' where code = '150202'")

    assert await walked(pool, None, 9, under=["15.1502"]) == ["t-1", "t-3"]
    assert await walked(pool, None, 9, under=["15.1503"]) == ["t-2", "t-4"]


async def test_conditions_narrow_pages_counts_and_files_alike(pool: Pool) -> None:
    conditions = [("t.points = {}", (5,)), ("t.title ilike {}", ("%不%",))]
    wanted = Wanted(CAMPAIGN, conditions, order=Order("due_on"), under=["15.1502"])
    query, values = await THING_LIST.all_rows(pool, wanted, ["thing"])

    assert [item["thing"] for item in await items(pool, wanted)] == ["t-1", "t-2"]
    assert await THING_LIST.count(pool, wanted) == 2
    assert [row["thing"] for row in await pool.fetch(query, *values)] == ["t-1", "t-2"]


async def test_another_campaign_has_none_of_it(pool: Pool) -> None:
    assert await items(pool, Wanted("other")) == []
    assert await THING_LIST.count(pool, Wanted("other")) == 0


async def test_a_cursor_of_another_order_is_refused(pool: Pool) -> None:
    cursor = cursor_of([5, "t-1"], "points")
    with pytest.raises(MalformedCursor):
        await THING_LIST.page(pool, Wanted(CAMPAIGN, order=Order("due_on"), cursor=cursor))


@pytest.mark.parametrize("values", [[2**40, "t-1"], [5, "t\x00"]])
async def test_a_cursor_its_column_cannot_hold_is_refused(pool: Pool, values: list[Any]) -> None:
    cursor = cursor_of(values, "points")
    with pytest.raises(MalformedCursor):
        await THING_LIST.page(pool, Wanted(CAMPAIGN, order=Order("points"), cursor=cursor))


async def test_one_row_by_its_key(pool: Pool) -> None:
    found = await THING_LIST.one(pool, CAMPAIGN, "t-3")

    assert found is not None
    assert (msgspec.json.decode(found[0])["tags"], found[1]) == (["a", "b"], 1)
    assert await THING_LIST.one(pool, CAMPAIGN, "t-9") is None
