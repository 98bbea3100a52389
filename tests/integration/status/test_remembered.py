"""What is remembered from the history at a position is what the views showed there."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Tree
from services.status.facts import CampaignFact
from services.status.projections import StatusProjection
from services.status.queries import Asked, Views
from services.status.remembered import remembered
from services.status.rows import Rows
from services.status.series import series
from services.status.stored import StoredRows
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, empty, records
from tests.integration.status.worlds import Campaign, at, small
from tests.unit.status.histories import World, histories
from tests.unit.status.told import CAMPAIGN

_POSITION = "select service, league, version from checkpoints where projection = 'status'"
TREES: tuple[Tree, ...] = ("then", "now")


def moved() -> Campaign:
    world = small()
    world.moves("150201", "1501", date(2014, 3, 1))
    world.mobilizes("150201101", at(3, 3))
    return world


async def apply(pool: Pool, told: Sequence[Envelope]) -> None:
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


async def position_of(pool: Pool) -> dict[tuple[str, str], int]:
    return {(service, league): n for service, league, n in await pool.fetch(_POSITION)}


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
@given(world=histories(), offset=st.integers(0, 40), tree=st.sampled_from(TREES))
async def test_any_history_is_remembered_as_the_views_show_it(
    pool: Pool, world: World, offset: int, tree: Tree
) -> None:
    await empty(pool)
    await apply(pool, world.told.envelopes)
    async with pool.acquire() as connection:
        memory = await remembered(connection, await position_of(pool))
    day = date(2014, 1, 1) + timedelta(days=offset)

    stored = StoredRows(pool, "status")
    for unit in world.path_of:
        assert await shown(memory, unit, day, tree) == await shown(stored, unit, day, tree)


async def test_a_position_is_remembered_after_the_views_went_on(pool: Pool) -> None:
    world = moved()
    await apply(pool, world.told.envelopes)
    position, day = await position_of(pool), date(2014, 3, 10)
    before = await shown(StoredRows(pool, "status"), "15", day, "then")

    world.mobilizes("150202", at(3, 8))
    await apply(pool, world.told.envelopes)
    async with pool.acquire() as connection:
        memory = await remembered(connection, position)

    assert await shown(StoredRows(pool, "status"), "15", day, "then") != before
    assert await shown(memory, "15", day, "then") == before


async def test_nothing_is_remembered_of_an_unknown_campaign(pool: Pool) -> None:
    await apply(pool, small().told.envelopes)
    async with pool.acquire() as connection:
        memory = await remembered(connection, await position_of(pool))

    assert await memory.of_unit("other", "15") == (None, CampaignFact())
