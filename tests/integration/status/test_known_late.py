"""What was late as it was known: counted in the histories of a unit's scope, it is what all tell."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Tree
from services.status.knowing.recalls import Recalls
from services.status.projections import StatusProjection
from services.status.queries import Asked
from shared.kernel.envelope import Envelope
from shared.kernel.time import local_date
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, empty, records
from tests.unit.status.histories import DAYS, World, day, histories
from tests.unit.status.thing_steps import THING_STEPS
from tests.unit.status.told import CAMPAIGN

TREES: tuple[Tree, ...] = ("then", "now")


def late(known: Sequence[Envelope], units: Sequence[str] | None, on: int) -> int:
    """All was recorded months after it happened."""
    return sum(
        local_date(envelope.time) <= day(on) and (units is None or envelope.subject in units)
        for envelope in known
    )


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    world=histories(more=THING_STEPS),
    share=st.floats(0, 1),
    offset=st.integers(0, DAYS),
    tree=st.sampled_from(TREES),
)
async def test_of_any_unit_wherever_it_and_those_below_it_moved(
    pool: Pool, world: World, share: float, offset: int, tree: Tree
) -> None:
    told = world.told.envelopes
    await empty(pool)
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    known = told[: max(1, round(share * len(told)))]
    recalls = Recalls(pool, "status")

    for unit in sorted({envelope.subject for envelope in known}):
        recall = await recalls.at(CAMPAIGN, unit, known[-1].recordedat)
        found = await recalls.late(recall, Asked(CAMPAIGN, unit, day(offset), tree))
        assert found == late(known, recall.rows.below(day(offset), tree), offset)
