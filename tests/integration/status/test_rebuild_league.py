"""One league made anew is what it is in views made anew as a whole; the others stay."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.projections import StatusProjection
from services.status.rebuilding.keeping import kept
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.refusals import LeagueUnknown
from services.status.rebuilding.sources import FromHistory
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, Tables, empty, records, views
from tests.integration.status.test_rebuilding import moved
from tests.integration.status.worlds import Campaign, at, small
from tests.unit.status.histories import World, histories
from tests.unit.status.thing_steps import THING_STEPS

# Whatever a league's own rows are damaged like, as long as facts and lines are damaged alike.
_DAMAGE = """
delete from rollup_daily r using unit_facts f
where f.league = $1 and f.level >= 2 and f.path not like '%-%' and r.ancestor = f.unit
"""


async def applied(pool: Pool, world: World) -> Tables:
    await empty(pool)
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    return await views(pool)


@pytest.mark.parametrize("league", ["15", "1501", "1502"])
async def test_rows_in_order_stay_as_they_are(pool: Pool, league: str) -> None:
    before = await applied(pool, moved())

    count = await Rebuild(pool, "status").league(league, FromHistory(pool))

    assert count == len(moved().told.envelopes)
    assert await views(pool) == before


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=histories(more=THING_STEPS), league=st.sampled_from(["15", "1501", "1502"]))
async def test_any_history_stays_as_it_is(pool: Pool, world: World, league: str) -> None:
    before = await applied(pool, world)

    await Rebuild(pool, "status").league(league, FromHistory(pool, part_events=1))

    assert await views(pool) == before


async def test_lines_of_a_league_that_were_lost_are_made_again(pool: Pool) -> None:
    before = await applied(pool, small())
    await pool.execute(_DAMAGE, "1502")
    assert await views(pool) != before

    await Rebuild(pool, "status").league("1502", FromHistory(pool))

    assert await views(pool) == before


async def test_facts_that_are_wrong_are_made_right_and_none_are_left_over(pool: Pool) -> None:
    before = await applied(pool, small())
    await pool.execute("update unit_facts set name = '错' where unit = '150202'")
    await pool.execute(
        "insert into unit_facts (campaign, unit, league, revision, fact)"
        " values ('nmg-2014', '159999', '1502', 1, '{}')"
    )

    await Rebuild(pool, "status").league("1502", FromHistory(pool))

    assert await views(pool) == before


async def test_what_serves_above_changes_by_what_the_league_adds_anew(pool: Pool) -> None:
    """A unit forgotten with all it added, as if an older program had not known it."""
    before = await applied(pool, small())
    full = await Rebuild(pool, "status").verify(FromHistory(pool))
    assert full.different == 0
    await pool.execute("delete from unit_facts where unit = '150202'")
    await pool.execute(
        "update rollup_daily set n = n - 1 where ancestor in ('15', '1502')"
        " and class = 'banner' and metric = 'expected'"
    )

    await Rebuild(pool, "status").league("1502", FromHistory(pool))

    assert await views(pool) == before


async def test_other_leagues_are_left_alone(pool: Pool) -> None:
    await applied(pool, small())
    await pool.execute("update unit_facts set name = '错' where unit = '150101'")

    await Rebuild(pool, "status").league("1502", FromHistory(pool))

    assert await pool.fetchval("select name from unit_facts where unit = '150101'") == "错"


async def test_views_go_on_in_step(pool: Pool) -> None:
    world: Campaign = moved()
    await applied(pool, world)
    await Rebuild(pool, "status").league("1502", FromHistory(pool))
    world.mobilizes("150202", at(3, 5))
    world.raises("i-9", "150202", at(3, 6).date())
    told = world.told.envelopes

    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))

    gone_on = await views(pool)
    assert gone_on == await applied(pool, world)


async def test_it_is_kept_in_the_journal_and_no_tables_beside(pool: Pool) -> None:
    await applied(pool, small())

    await Rebuild(pool, "status").league("1501", FromHistory(pool))

    found = (await kept(pool, "status")).rebuilds[0]
    assert (found.league, found.state, found.purpose) == ("1501", "switched", "rebuild")


async def test_a_league_nobody_told_of_is_refused(pool: Pool) -> None:
    await applied(pool, small())

    with pytest.raises(LeagueUnknown):
        await Rebuild(pool, "status").league("1599", FromHistory(pool))
