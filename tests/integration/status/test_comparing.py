"""Views compared with ones made anew: every row that differs is named, and nothing is changed."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from services.status.projections import StatusProjection
from services.status.rebuilding.comparing import Comparison
from services.status.rebuilding.keeping import dropped, kept
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.sources import FromHistory, Portion, Wanted
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, everything, records
from tests.integration.status.test_rebuilding import moved
from tests.integration.status.worlds import at

_UNHEARD_OF = """
insert into unit_facts (campaign, unit, revision, fact) values ('nmg-2014', '159999', 1, '{}')
"""


@pytest.fixture
async def told(pool: Pool) -> Sequence[Envelope]:
    envelopes = moved().told.envelopes
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))
    await dropped(pool, "status")
    return envelopes


async def compared(pool: Pool, shown: int = 20) -> Comparison:
    return await Rebuild(pool, "status").verify(FromHistory(pool, part_events=1), shown)


async def test_views_in_step_differ_in_nothing_and_are_left_as_they_are(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    before = await everything(pool)

    found = await compared(pool)

    assert (found.different, found.shown, found.events) == (0, [], len(told))
    assert await everything(pool) == before
    after = await kept(pool, "status")
    assert (after.next, after.former, after.rebuilds[0].state) == (False, False, "compared")


@pytest.mark.parametrize(
    ("damage", "table", "key"),
    [
        (
            "update unit_facts set name = '错' where unit = '150101'",
            "unit_facts",
            {"campaign": "nmg-2014", "unit": "150101"},
        ),
        (
            "delete from unit_facts where unit = '150101'",
            "unit_facts",
            {"campaign": "nmg-2014", "unit": "150101"},
        ),
        (
            _UNHEARD_OF,
            "unit_facts",
            {"campaign": "nmg-2014", "unit": "159999"},
        ),
        ("delete from former_parents", "former_parents", {"unit": "150201"}),
        ("update campaign_facts set fact = '{}'", "campaign_facts", {"campaign": "nmg-2014"}),
        ("delete from thing_facts where id = 'i-1'", "thing_facts", {"kind": "item", "id": "i-1"}),
        ("delete from thing_units where id = 'i-1'", "thing_units", {"unit": "150202"}),
        (
            "update rollup_daily set n = n + 1 where ancestor = '1501' and metric = 'mobilized'",
            "rollup_daily",
            {"ancestor": "1501", "metric": "mobilized"},
        ),
    ],
)
async def test_each_damaged_row_is_named(
    pool: Pool, told: Sequence[Envelope], damage: str, table: str, key: dict[str, str]
) -> None:
    await pool.execute(damage)

    found = await compared(pool)

    assert {name for name, count in found.counts.items() if count} == {table}
    assert found.counts[table] == len(found.shown) > 0
    assert any(key.items() <= each.key.items() for each in found.shown)


async def test_only_the_columns_that_differ_are_shown(pool: Pool, told: Sequence[Envelope]) -> None:
    await pool.execute("update unit_facts set name = '错', level = 9 where unit = '150101'")

    [found] = (await compared(pool)).shown

    assert found.live == {"name": "错", "level": 9}
    assert found.rebuilt == {"name": "旗县150101", "level": 3}


async def test_a_row_of_one_side_only_is_told_as_such(pool: Pool, told: Sequence[Envelope]) -> None:
    await pool.execute("delete from rollup_daily where ancestor = '150101'")
    missing = await compared(pool)
    await pool.execute("update rollup_daily set n = 0 where ancestor = '150201'")
    zeroed = await compared(pool)

    assert {each.live is None for each in missing.shown} <= {True}
    assert all(each.live == {"n": 0} for each in zeroed.shown if each.key["ancestor"] == "150201")


async def test_all_are_counted_and_no_more_shown_than_asked_for(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    await pool.execute("update unit_facts set name = '错'")

    found = await compared(pool, shown=2)

    assert len(found.shown) == 2
    assert found.different == found.counts["unit_facts"] > 2


class Arriving(FromHistory):
    """The worker goes on while it is read, and to the very moment of comparing."""

    def __init__(self, pool: Pool, envelopes: Sequence[Envelope]) -> None:
        super().__init__(pool)
        self._applier = Applier(pool, StatusProjection(), Feed(envelopes))
        self._envelopes = envelopes
        self.arriving: asyncio.Task[None] | None = None

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        async for portion in super().portions(wanted):
            yield portion
        self.arriving = asyncio.create_task(self._arrive())

    async def _arrive(self) -> None:
        for envelope in self._envelopes:
            await self._applier.apply(records([envelope]))


async def test_what_is_applied_while_comparing_is_no_difference(
    pool: Pool, told: Sequence[Envelope]
) -> None:
    world = moved()
    for number in range(12):
        world.raises(f"i-late-{number}", "150202", at(3, 1 + number).date())
    source = Arriving(pool, world.told.envelopes)

    found = await Rebuild(pool, "status").verify(source)

    assert found.different == 0
    assert source.arriving is not None
    await source.arriving
    assert (await compared(pool)).different == 0
