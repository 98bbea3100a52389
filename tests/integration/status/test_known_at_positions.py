"""What is recalled from the history up to a position is what the views showed there."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Tree
from services.status.facts import CampaignFact
from services.status.knowing.positions import position_at, position_now
from services.status.knowing.recalls import Recalls
from services.status.projections import StatusProjection
from services.status.queries import Asked, Views
from services.status.rows import Rows
from services.status.series import series
from services.status.stored import StoredRows
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, empty, records
from tests.integration.status.worlds import Campaign, at, small
from tests.unit.status.histories import World, histories
from tests.unit.status.thing_steps import THING_STEPS
from tests.unit.status.told import CAMPAIGN

TREES: tuple[Tree, ...] = ("then", "now")


def moved() -> Campaign:
    world = small()
    world.moves("150201", "1501", date(2014, 3, 1))
    world.mobilizes("150201101", at(3, 3))
    return world


async def apply(pool: Pool, told: Sequence[Envelope]) -> None:
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


async def shown(rows: Rows, unit: str, day: date, tree: Tree) -> dict[str, Any]:
    """Every answer about a unit, but for how fresh it is."""
    views, asked = Views(rows), Asked(CAMPAIGN, unit, day, tree)
    known = await views.known(asked)
    first = day - timedelta(days=20)
    steps = await views.steps(asked, known, first, None)
    answers = {
        "status": msgspec.to_builtins(await views.status(asked, known)),
        "children": msgspec.to_builtins(await views.children(asked, known)),
        "leagues": msgspec.to_builtins(await views.leagues(asked, known)),
        "days": msgspec.to_builtins(series(steps, first, day, known.windows)),
    }
    answers["status"].pop("freshness")
    return answers


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=histories(more=THING_STEPS), offset=st.integers(0, 40), tree=st.sampled_from(TREES))
async def test_any_history_is_recalled_as_the_views_show_it(
    pool: Pool, world: World, offset: int, tree: Tree
) -> None:
    await empty(pool)
    await apply(pool, world.told.envelopes)
    recalls, position = Recalls(pool, "status"), await position_now(pool, "status")
    day = date(2014, 1, 1) + timedelta(days=offset)

    stored = StoredRows(pool, "status")
    for unit in world.path_of:
        rows = await recalls.up_to(CAMPAIGN, unit, position)
        assert await shown(rows, unit, day, tree) == await shown(stored, unit, day, tree)


async def test_a_position_is_recalled_after_the_views_went_on(pool: Pool) -> None:
    world = moved()
    await apply(pool, world.told.envelopes)
    position, day = await position_now(pool, "status"), date(2014, 3, 10)
    before = await shown(StoredRows(pool, "status"), "15", day, "then")

    world.mobilizes("150202", at(3, 8))
    await apply(pool, world.told.envelopes)
    rows = await Recalls(pool, "status").up_to(CAMPAIGN, "15", position)

    assert await shown(StoredRows(pool, "status"), "15", day, "then") != before
    assert await shown(rows, "15", day, "then") == before


async def test_nothing_is_recalled_of_another_campaign_or_of_a_unit_elsewhere(pool: Pool) -> None:
    await apply(pool, small().told.envelopes)
    position = await position_now(pool, "status")
    rows = await Recalls(pool, "status").up_to(CAMPAIGN, "1502", position)

    assert await rows.of_unit("other", "1502") == (None, CampaignFact())
    assert (await rows.of_unit(CAMPAIGN, "1501"))[0] is None
    assert await rows.ever_below(CAMPAIGN, "15") == {}
    assert await rows.sums("other", ["1502"], "then", date(2014, 3, 1), ()) == []
    assert await rows.own("other", ["1502"]) == {}


async def test_a_position_at_an_instant_is_found_whatever_was_parked(pool: Pool) -> None:
    """A parked version is not in the history: the one before it tells when."""
    told = small().told.envelopes
    await apply(pool, told)
    everything = await position_now(pool, "status")
    parked = told[len(told) // 2]
    await pool.execute(
        "delete from history where (service, league, version) = ($1, $2, $3)",
        parked.service, parked.league, parked.version,
    )  # fmt: skip

    for number, envelope in enumerate(told):
        known = told[: number + 1]
        expected = {(e.service, e.league): e.version for e in known if e.id != parked.id}
        found = await position_at(pool, "status", envelope.recordedat)
        key = parked.service, parked.league
        assert found | {key: 0} == expected | {key: 0}
    assert await position_at(pool, "status", told[-1].recordedat) == everything
    assert await position_at(pool, "status", told[0].recordedat - timedelta(seconds=1)) == {}
