"""Any order, any repetition, any batching: what things add is what a naive recount gives."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import OWN, Line, spread, standing
from services.status.dues import DueRow, due_soon_until, told
from services.status.facts import UnitFact
from services.status.folding import (
    ThingRef,
    UnitKey,
    concerned,
    count_things,
    fold,
    fold_things,
    moved_units,
    refs_of,
    sorted_out,
    unit_of,
)
from services.status.own import HEADS_OF_SERIES, in_force, own_steps
from services.status.pieces import Span
from services.status.rebuilding.recollecting import Part, Recollection
from services.status.things.kinds import new_thing, read_thing, written_thing
from services.status.things.thing import Thing
from shared.kernel.envelope import Envelope
from tests.unit.status.histories import DAYS, World, day, histories
from tests.unit.status.recount import Figures
from tests.unit.status.test_rollups import shuffled
from tests.unit.status.thing_recount import METRICS, recount_own, recount_things
from tests.unit.status.thing_steps import THING_STEPS
from tests.unit.status.things import said

thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
worlds = histories(more=THING_STEPS * 2)


def figures(lines: Counter[Line], on: date, *accounts: str) -> Figures:
    """What the view of a day sums up, of the metrics of things that are recounted."""
    rows: list[DueRow] = []
    for (ancestor, account, class_, metric, effective_on, judged_on), n in lines.items():
        if effective_on <= on and account in accounts:
            overdue = n if judged_on < on else 0
            soon = n if on <= judged_on <= due_soon_until(on) else 0
            rows.append((ancestor, class_, metric, n, 0, overdue, soon))
    found: Figures = Counter()
    for ancestor, class_, metric, n, _ in told(rows):
        found[(ancestor, class_, metric)] += n if metric in METRICS else 0
    return Counter({key: n for key, n in found.items() if n})


class Folded:
    """Facts of units and things, and roll-ups; things pass through text between batches."""

    def __init__(self) -> None:
        self.units: dict[UnitKey, UnitFact] = {}
        self.things: dict[ThingRef, str] = {}
        self.hanging: dict[UnitKey, set[ThingRef]] = {}
        self.lines: Counter[Line] = Counter()

    def apply(self, envelopes: Sequence[Envelope]) -> None:
        told = sorted_out(envelopes)
        refs = {ref for envelope, event in told.things for ref in refs_of(envelope, event)}
        hung = set().union(*(self.hanging.get(key, set()) for key in moved_units(told.units)))
        for envelope, _ in told.units:
            self.units.setdefault(unit_of(envelope), UnitFact())
        changes, places = fold(self.units, told.units)
        things = {ref: self._read(ref) for ref in refs | hung}
        added = fold_things(things, told.things)
        for key in concerned(refs, added):
            stands = standing(self.units.get(key, UnitFact()))
            places.setdefault(key, (stands, stands))
            self.hanging.setdefault(key, set()).update(
                ref for ref in refs if any(key[1] in spans for spans in added[ref])
            )
        count_things(changes, added, places)
        for marks in changes.values():
            for line, n in spread(marks).items():
                self.lines[line] += n
        self.things |= {ref: written_thing(things[ref]) for ref in refs}

    def own(self, key: UnitKey) -> list[Span]:
        """What the things of a unit add to it."""
        things = (self._read(ref) for ref in self.hanging.get(key, ()))
        return [span for thing in things for span in thing.spans_by_unit().get(key[1], ())]

    def _read(self, ref: ThingRef) -> Thing:
        return read_thing(ref[1], self.things[ref]) if ref in self.things else new_thing(ref[1])


def by_league(world: World, chance: random.Random) -> list[list[Envelope]]:
    """The events of each league in their order, the leagues in any."""
    leagues = sorted({envelope.league for envelope in world.told.envelopes})
    chance.shuffle(leagues)
    return [[e for e in world.told.envelopes if e.league == league] for league in leagues]


@thorough
@given(worlds, st.integers(0, 2**32))
def test_any_order_and_repetition_gives_the_recount(world: World, seed: int) -> None:
    views = Folded()
    for batch in shuffled(world.told.envelopes, seed):
        views.apply(batch)

    for number in range(0, DAYS + 2, 3):
        on = day(number)
        assert figures(views.lines, on, "then") == recount_things(world.told.envelopes, on)


@thorough
@given(worlds, st.integers(0, 2**32))
def test_a_units_own_figures_are_those_of_its_things(world: World, seed: int) -> None:
    views = Folded()
    for batch in shuffled(world.told.envelopes, seed):
        views.apply(batch)

    for number in range(0, DAYS + 2, 3):
        found: Figures = Counter()
        for key, fact in views.units.items():
            for metric, n in in_force(fact, views.own(key), day(number)).items():
                found[(key[1], OWN, metric)] += n if metric in METRICS else 0
        assert +found == recount_own(world.told.envelopes, day(number))


@thorough
@given(worlds, st.integers(0, DAYS), st.integers(0, DAYS))
def test_a_units_own_days_add_up_to_its_own_figures(world: World, first: int, on: int) -> None:
    views = Folded()
    views.apply(world.told.envelopes)
    days = day(min(first, on)), day(on)

    for key, fact in views.units.items():
        summed: Counter[str] = Counter()
        for step in own_steps(fact, views.own(key), days):
            assert days[0] <= step.day <= days[1]
            summed[step.sum.metric] += step.sum.n
        shown: Counter[str] = Counter()
        for metric, n in in_force(fact, views.own(key), days[1]).items():
            shown[metric.partition(":")[0]] += n
        assert +summed == Counter({m: n for m, n in shown.items() if n and m in HEADS_OF_SERIES})


@thorough
@given(worlds, st.integers(0, 2**32))
def test_things_count_in_the_tree_of_today_where_their_units_stand_now(
    world: World, seed: int
) -> None:
    views = Folded()
    for batch in shuffled(world.told.envelopes, seed):
        views.apply(batch)

    for number in (0, DAYS // 2, DAYS + 1):
        expected = recount_things(world.told.envelopes, day(number), today=True)
        assert figures(views.lines, day(number), "then", "now") == expected


@thorough
@given(worlds, st.randoms(use_true_random=False))
def test_recollecting_league_by_league_gives_the_recount(
    world: World, chance: random.Random
) -> None:
    recollection, parts = Recollection(), list[Part]()
    for league in by_league(world, chance):
        recollection.learn(league)
        parts.append(recollection.take_part())
    parts.append(recollection.take_rest())
    elsewhere = {key: fact for part in parts for key, fact in part.units.items()}
    lines: Counter[Line] = Counter()
    for part in parts:
        for marks in part.counted(elsewhere).values():
            for line, n in spread(marks).items():
                lines[line] += n

    for number in range(0, DAYS + 2, 5):
        on = day(number)
        assert figures(lines, on, "then") == recount_things(world.told.envelopes, on)


@thorough
@given(worlds, st.randoms(use_true_random=False))
def test_a_part_is_given_up_with_all_that_its_things_need(
    world: World, chance: random.Random
) -> None:
    recollection = Recollection()
    for league in by_league(world, chance):
        recollection.learn(league)
        part = recollection.take_part()

        assert part.concerned() <= part.units.keys()


def test_a_thing_told_of_before_its_unit_counts_once_the_unit_is_known() -> None:
    world = World()
    world.register("15", None, "region", 0)
    world.register("1502", "15", "league", 0)
    world.register("150202", "1502", "banner", 3)
    world.told.tell(said.raised(1, 9), "150202", "15.1502.150202", stream="item/i-1")
    registered, raised = world.told.envelopes[:3], world.told.envelopes[3:]
    views = Folded()

    views.apply(raised)
    assert figures(views.lines, day(9), "then") == Counter()

    views.apply(registered)
    assert figures(views.lines, day(2), "then") == Counter()
    assert figures(views.lines, day(3), "then") == {
        ("15", "banner", "items_raised"): 1,
        ("1502", "banner", "items_raised"): 1,
    }
