"""Recalling: whatever part and order events are read in, the sums are a naive recount's."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Tree
from services.status.knowing.recalled import Recalled
from services.status.knowing.recalling import Recalling
from services.status.things.items import Thresholds
from shared.contracts.schedule import Window
from shared.kernel.envelope import Envelope
from tests.unit.status.histories import DAYS, World, day, histories
from tests.unit.status.recount import Figures, recount
from tests.unit.status.thing_recount import METRICS, recount_things
from tests.unit.status.thing_steps import THING_STEPS
from tests.unit.status.told import CAMPAIGN

TREES: tuple[Tree, ...] = ("then", "now")
thorough = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


async def parts(told: Sequence[Envelope], seed: int) -> AsyncIterator[AsyncIterator[bytes]]:
    """Leagues in any order, and the events of each in any order."""
    chance = random.Random(seed)
    leagues = sorted({envelope.league for envelope in told})
    chance.shuffle(leagues)
    for league in leagues:
        yield batches([e for e in told if e.league == league], chance)


async def batches(told: list[Envelope], chance: random.Random) -> AsyncIterator[bytes]:
    chance.shuffle(told)
    size = chance.randint(1, len(told))
    for start in range(0, len(told), size):
        yield msgspec.json.encode(told[start : start + size])


async def recalled(
    told: Sequence[Envelope], unit: str, seed: int = 0, thresholds: Thresholds | None = None
) -> Recalled:
    recalling = Recalling(CAMPAIGN, unit, thresholds or Thresholds())
    return await recalling.fold(parts(told, seed))


async def summed(rows: Recalled, unit: str, on: date, tree: Tree) -> Figures:
    found: Figures = Counter()
    for ancestor, class_, metric, n, _ in await rows.sums(CAMPAIGN, [unit], tree, on, ()):
        found[(ancestor, class_, metric)] += n
    return Counter({key: n for key, n in found.items() if n})


def naive(told: Sequence[Envelope], unit: str, on: date, tree: Tree) -> Figures:
    figures = recount(told, on, day(DAYS), today=tree == "now")
    things = recount_things(told, on, today=tree == "now")
    return Counter(
        {
            key: n
            for key, n in (figures + things).items()
            if key[0] == unit and key[1] != "own" and key[2] != "in_time"
        }
    )


def of_things_recounted(figures: Figures) -> Figures:
    """Sums of metrics that the recount of things knows."""
    return Counter({key: n for key, n in figures.items() if key[2] in METRICS})


@thorough
@given(histories(more=THING_STEPS), st.integers(0, 2**32), st.integers(0, DAYS))
async def test_any_order_of_reading_gives_the_recount(world: World, seed: int, on: int) -> None:
    for unit in world.path_of:
        rows = await recalled(world.told.envelopes, unit, seed)
        for tree in TREES:
            found = await summed(rows, unit, day(on), tree)
            expected = naive(world.told.envelopes, unit, day(on), tree)
            assert {key: found[key] for key in expected} == expected
            assert of_things_recounted(found) == of_things_recounted(expected)


@thorough
@given(histories(), st.integers(0, DAYS))
async def test_below_a_unit_are_those_whose_paths_say_so(world: World, on: int) -> None:
    """Until nothing has moved or ended, paths are what they were."""
    told = [e for e in world.told.envelopes if e.type.split(".")[2] == "UnitRegistered"]
    registered = {e.subject: msgspec.json.decode(e.data) for e in told}
    assert (await recalled(told, "15")).below(day(on), "then") is None
    for unit in registered.keys() - {"15"}:
        rows = await recalled(told, unit)
        assert rows.below(day(on), "then") == sorted(
            code
            for code, data in registered.items()
            if code == unit
            or (unit in data["path"].split(".") and data["registered_on"] <= day(on).isoformat())
        )


async def test_children_are_known_by_their_facts_and_all_others_by_sums() -> None:
    world = World()
    world.register("15", None, "region", 0)
    world.register("1501", "15", "city", 0)
    world.register("150101", "1501", "banner", 0)
    rows = await recalled(world.told.envelopes, "15")

    assert list(await rows.ever_below(CAMPAIGN, "15")) == ["1501"]
    assert await rows.of_unit(CAMPAIGN, "150101") == (None, rows.campaign_fact)
    assert (await recalled(world.told.envelopes, "1501")).below(day(0), "then") == [
        "1501", "150101",
    ]  # fmt: skip
    assert rows.is_root
    assert rows.weight > 0


async def test_a_unit_that_moved_away_is_below_until_it_moved() -> None:
    world = World()
    world.register("15", None, "region", 0)
    for league in ("1501", "1502"):
        world.register(league, "15", "city", 0)
    world.register("150101", "1501", "banner", 0)
    world.move("150101", "1502", 5)
    former = await recalled(world.told.envelopes, "1501")
    present = await recalled(world.told.envelopes, "1502")

    assert former.below(day(4), "then") == ["1501", "150101"]
    assert former.below(day(4), "now") == ["1501"]
    assert former.below(day(5), "then") == ["1501"]
    assert present.below(day(4), "now") == ["150101", "1502"]


async def test_it_says_in_time_only_under_a_window() -> None:
    world = World()
    world.register("15", None, "region", 0)
    rows = await recalled(world.told.envelopes, "15")
    window = Window((2,), ("area",), day(0), day(9))

    assert await rows.sums(CAMPAIGN, ["15"], "then", day(3), (window,)) == []
    assert await rows.steps(CAMPAIGN, "15", "then", (day(0), day(3)), (window,), None) == []
    assert (await rows.freshness()).applied_at is None
