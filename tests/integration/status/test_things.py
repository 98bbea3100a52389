"""Things in the tables: counted as a naive recount counts them, whichever worker was told of what."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Tree
from services.status.projections import StatusProjection
from services.status.stored import StoredRows
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier, apply_until_done
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, empty, records, views
from tests.integration.status.test_applying import Paused
from tests.integration.status.worlds import small
from tests.unit.status.histories import DAYS, World, day, histories
from tests.unit.status.recount import Figures
from tests.unit.status.thing_recount import METRICS, recount_things
from tests.unit.status.thing_steps import THING_STEPS
from tests.unit.status.told import CAMPAIGN


async def figures(pool: Pool, on: date, tree: Tree = "then") -> Figures:
    """What the views read below every unit."""
    units = [unit for (unit,) in await pool.fetch("select unit from unit_facts")]
    rows = await StoredRows(pool, "status").sums(CAMPAIGN, units, tree, on, ())
    return Counter({
        (ancestor, class_, metric): n
        for ancestor, class_, metric, n, _ in rows
        if n and metric in METRICS
    })  # fmt: skip


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=histories(more=THING_STEPS * 2), chance=st.randoms(use_true_random=False))
async def test_any_batches_of_any_services_give_the_recount(
    pool: Pool, world: World, chance: random.Random
) -> None:
    await empty(pool)
    told = world.told.envelopes
    applier = Applier(pool, StatusProjection(), Feed(told))
    logs = histories_of(told)
    while logs:
        log = chance.choice(logs)
        size = chance.randint(1, 9)
        await applier.apply(records(log[:size]))
        del log[:size]
        logs = [each for each in logs if each]

    for number in (0, DAYS // 3, DAYS + 1):
        on = day(number)
        assert await figures(pool, on) == recount_things(told, on)
    expected = recount_things(told, day(DAYS), today=True)
    assert await figures(pool, day(DAYS), "now") == expected


def histories_of(told: Sequence[Envelope]) -> list[list[Envelope]]:
    """By service and league, each in its order."""
    found: dict[tuple[str, str], list[Envelope]] = {}
    for envelope in told:
        found.setdefault((envelope.service, envelope.league), []).append(envelope)
    return list(found.values())


@pytest.mark.parametrize("first", ["units", "rectification"])
async def test_a_thing_and_its_units_place_told_to_two_workers_at_once_count_together(
    pool: Pool, first: str
) -> None:
    """One has written and not committed when the other reads: it must read again."""
    world = small()
    before = len(world.told.envelopes)
    world.raises("i-1", "150201", date(2014, 2, 3))
    world.moves("150201", "1501", date(2014, 2, 22))
    told = world.told.envelopes
    feed = Feed(told)
    await Applier(pool, StatusProjection(), feed).apply(records(told[:before]))
    mine = records([e for e in told[before:] if e.service == first])
    yours = records([e for e in told[before:] if e.service != first])

    paused = Paused(after_writes=True)
    writing = asyncio.create_task(Applier(pool, paused, feed).apply(mine))
    await paused.reached.wait()
    other = Applier(pool, StatusProjection(), feed)
    waiting = asyncio.create_task(apply_until_done(other, yours, pause_seconds=0.01))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    paused.released.set()
    await asyncio.gather(writing, waiting)

    assert await figures(pool, date(2014, 3, 1)) == recount_things(told, date(2014, 3, 1))


@pytest.mark.parametrize("first", ["units", "rectification"])
async def test_a_thing_and_its_unit_are_counted_whichever_is_known_first(
    pool: Pool, first: str
) -> None:
    world = small()
    world.raises("i-1", "150201101", date(2014, 2, 3))
    told = world.told.envelopes
    applier = Applier(pool, StatusProjection(), Feed(told))

    await applier.apply(records([e for e in told if e.service == first]))
    await applier.apply(records(told))

    counted = await figures(pool, date(2014, 2, 3))
    assert counted == recount_things(told, date(2014, 2, 3))
    assert counted[("15", "township", "items_raised")] == 1


async def test_a_thing_told_of_again_changes_nothing(pool: Pool) -> None:
    world = small()
    world.finds_things()
    told = world.told.envelopes
    applier = Applier(pool, StatusProjection(), Feed(told))
    await applier.apply(records(told))
    once = await views(pool)

    assert await applier.apply(records(told)) == 0

    assert await views(pool) == once
