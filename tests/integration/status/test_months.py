"""Sums over whole months are the sums over all their days, at every level and under both trees."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from services.status.contributions import (
    ALL,
    NOW,
    THEN,
    Line,
    Mark,
    Standing,
    Tree,
    add_change,
    spread,
)
from services.status.schema import migrations
from services.status.storage import ROLLUP_COLUMNS
from services.status.stored import StoredRows
from shared.contracts.schedule import Window
from shared.platform.postgres import Pool, migrate, open_pool
from tests.unit.status.told import CAMPAIGN

FIRST = date(2013, 11, 20)
BANNERS: dict[str, Standing] = {
    "150101": ("banner", [("15.1501", FIRST, None)], None),
    "150201": ("banner", [("15.1502", FIRST, None)], None),
    "150299": (
        "banner",
        [("15.1502", date(2014, 2, 10), None), ("15.1501", FIRST, date(2014, 2, 10))],
        "15.1502",
    ),
}
VILLAGE: Standing = ("village", [("15.1502.150201.150201001", FIRST, None)], None)
WINDOWS = (Window((3,), ("area",), date(2014, 1, 24), date(2014, 2, 20)),)
METRICS = ("teams:station", "items_overdue", "detail:duties:patrol_made")


def on(number: int) -> date:
    return FIRST + timedelta(days=number)


def drawn() -> dict[Line, int]:
    """What four units add on any of 150 days, and how it ends again."""
    chance = random.Random(20140304)
    marks: dict[Mark, int] = {}
    for stands in (*BANNERS.values(), VILLAGE):
        held = on(chance.randrange(60, 110))
        add_change(
            marks,
            (None, []),
            (stands, [("expected", FIRST, None, 1), ("mobilized", held, None, 1)]),
        )
        for _ in range(40):
            start = chance.randrange(150)
            end = on(start + chance.randrange(1, 60)) if chance.random() < 0.5 else None
            span = (chance.choice(METRICS), on(start), end, chance.randrange(1, 5))
            add_change(marks, (None, []), (stands, [span]))
    return spread(marks)


@pytest.fixture
async def lines(pool: Pool) -> dict[Line, int]:
    found = drawn()
    async with pool.acquire() as connection:
        await connection.copy_records_to_table(
            "rollup_daily", columns=ROLLUP_COLUMNS,
            records=[(CAMPAIGN, *line, n) for line, n in found.items()],
        )  # fmt: skip
    return found


def summed(
    lines: dict[Line, int], ancestors: list[str], day: date, tree: Tree
) -> Counter[tuple[str, str, str]]:
    """Day by day, without any month."""
    shown = {THEN, tree}
    found: Counter[tuple[str, str, str]] = Counter()
    for (ancestor, account, class_, metric, effective_on, _), n in lines.items():
        if ancestor in ancestors and account in shown and effective_on <= day:
            found[(ancestor, class_, metric)] += n
    return found


@pytest.mark.parametrize("tree", [THEN, NOW])
@pytest.mark.parametrize(
    "ancestors", [["15"], ["1501", "1502"], ["150201", "150101"], ["15", "150201", "9999"]]
)
@pytest.mark.parametrize(
    "day",
    [FIRST, date(2013, 12, 31), date(2014, 1, 1), date(2014, 2, 20), date(2014, 3, 4), on(300)],
    ids=str,
)
async def test_any_day_sums_up_all_days_before_it(
    pool: Pool, lines: dict[Line, int], ancestors: list[str], day: date, tree: Tree
) -> None:
    rows = await StoredRows(pool, "status").sums(CAMPAIGN, ancestors, tree, day, WINDOWS)

    found = Counter({(ancestor, class_, metric): n for ancestor, class_, metric, n, _ in rows})

    assert +found == +summed(lines, ancestors, day, tree)


@pytest.mark.parametrize("day", [date(2014, 1, 31), date(2014, 2, 25), date(2014, 4, 2)], ids=str)
async def test_a_meeting_in_an_earlier_month_is_judged_by_its_day(
    pool: Pool, lines: dict[Line, int], day: date
) -> None:
    rows = await StoredRows(pool, "status").sums(CAMPAIGN, ["15"], THEN, day, WINDOWS)

    in_time = {class_: n for _, class_, metric, _, n in rows if metric == "mobilized"}

    held = {
        (judged_on, effective_on): n
        for (ancestor, account, class_, metric, effective_on, judged_on), n in lines.items()
        if (ancestor, account, class_, metric) == ("15", THEN, "banner", "mobilized")
    }
    closes_on = WINDOWS[0].closes_on
    expected = sum(n for (judged, since), n in held.items() if judged <= closes_on and since <= day)
    assert in_time.get("banner", 0) == expected


async def test_totals_of_many_units_sum_things_over_classes(
    pool: Pool, lines: dict[Line, int]
) -> None:
    day = date(2014, 3, 4)
    rows = await StoredRows(pool, "status").sums(
        CAMPAIGN, ["1501", "1502"], THEN, day, WINDOWS, totals=True
    )

    found: Counter[tuple[str, str]] = Counter()
    for ancestor, class_, metric, n, _ in rows:
        assert class_ != ALL
        found[(ancestor, metric)] += n

    expected: Counter[tuple[str, str]] = Counter()
    for (ancestor, _, metric), n in summed(lines, ["1501", "1502"], day, THEN).items():
        expected[(ancestor, metric)] += n
    assert +found == +expected


async def test_days_kept_before_there_were_months_are_summed_into_them(database_url: str) -> None:
    """As after a rebuild, too, whose key has another name."""
    schema = "status_before_months"
    known = migrations()
    before = [each for each in known if "0003" not in each.name]
    await migrate(database_url, schema, before)
    pool = await open_pool(database_url, schema, size=2)
    try:
        found = drawn()
        await pool.execute(
            "alter table rollup_daily rename constraint rollup_daily_pkey to rollup_daily_next_pkey"
        )
        async with pool.acquire() as connection:
            await connection.copy_records_to_table(
                "rollup_daily", columns=ROLLUP_COLUMNS,
                records=[
                    (CAMPAIGN, ancestor, account, *rest, n)
                    for (ancestor, account, *rest), n in found.items()
                    if account in {THEN, NOW}
                ],
            )  # fmt: skip
            await connection.executemany(
                "insert into unit_facts (campaign, unit, level, revision, fact)"
                " values ($1, $2, $3, 1, '{}')",
                [(CAMPAIGN, "15", 1), (CAMPAIGN, "1501", 2), (CAMPAIGN, "1502", 2),
                 (CAMPAIGN, "150201", 3)],
            )  # fmt: skip

        assert len(await migrate(database_url, schema, known)) == 1

        rows = await pool.fetch("select * from rollup_daily where n <> 0")
        assert {
            tuple(row[name] for name in ROLLUP_COLUMNS[1:-1]): row["n"] for row in rows
        } == found
    finally:
        await pool.execute(f"drop schema {schema} cascade")
        await pool.close()
