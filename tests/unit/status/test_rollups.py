"""Any order, any repetition, any batching: the roll-ups are what a naive recount gives."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Line, spread
from services.status.facts import UnitFact
from services.status.figures import own_sums
from services.status.folding import fold, sorted_out, unit_of
from shared.contracts.schedule import Window
from shared.kernel.envelope import Envelope
from tests.unit.status.histories import DAYS, World, day, histories
from tests.unit.status.recount import Figures, recount

_decode = msgspec.json.Decoder(UnitFact).decode
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Folded:
    """Facts and roll-ups kept as the tables keep them: facts pass through JSON between batches."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], bytes] = {}
        self.lines: Counter[Line] = Counter()

    def apply(self, envelopes: Sequence[Envelope]) -> None:
        events = sorted_out(envelopes).units
        keys = {unit_of(envelope) for envelope, _ in events}
        facts = {key: _decode(self.facts.get(key, b"{}")) for key in keys}
        for marks in fold(facts, events)[0].values():
            for line, n in spread(marks).items():
                self.lines[line] += n
        for key, fact in facts.items():
            self.facts[key] = msgspec.json.encode(fact)

    def below(self, on: date, closes_on: date, *trees: str) -> Figures:
        """What the view of a day sums up."""
        found: Figures = Counter()
        for (ancestor, tree, class_, metric, effective_on, judged_on), n in self.lines.items():
            if effective_on <= on and tree in trees:
                found[(ancestor, class_, metric)] += n
                if metric == "mobilized" and judged_on <= closes_on:
                    found[(ancestor, class_, "in_time")] += n
        return Counter({key: n for key, n in found.items() if n})

    def fact(self, code: str) -> UnitFact:
        return next(_decode(raw) for (_, unit), raw in self.facts.items() if unit == code)


def shuffled(envelopes: Sequence[Envelope], seed: int) -> list[list[Envelope]]:
    """Batches of the events in any order, some of them more than once."""
    chance = random.Random(seed)
    found = [*envelopes, *chance.choices(envelopes, k=len(envelopes) // 3)]
    chance.shuffle(found)
    size = chance.randint(1, len(found))
    return [found[start : start + size] for start in range(0, len(found), size)]


def folded(world: World, seed: int) -> Folded:
    views = Folded()
    for batch in shuffled(world.told.envelopes, seed):
        views.apply(batch)
    return views


@thorough
@given(histories(), st.integers(0, 2**32), st.integers(0, DAYS))
def test_any_order_and_repetition_gives_the_recount(world: World, seed: int, closes: int) -> None:
    views = folded(world, seed)

    for number in range(DAYS + 2):
        expected = recount(world.told.envelopes, day(number), day(closes))
        assert views.below(day(number), day(closes), "then") == expected


@thorough
@given(histories(), st.integers(0, 2**32))
def test_the_tree_of_today_counts_units_where_they_stand_now(world: World, seed: int) -> None:
    views = folded(world, seed)

    for number in (0, DAYS // 2, DAYS + 1):
        expected = recount(world.told.envelopes, day(number), day(9), today=True)
        assert views.below(day(number), day(9), "then", "now") == expected


@thorough
@given(histories(), st.integers(0, 2**32))
def test_nothing_exceeds_what_is_expected(world: World, seed: int) -> None:
    views = folded(world, seed)

    for number in range(DAYS + 2):
        found = views.below(day(number), day(9), "then")
        for (ancestor, class_, metric), n in found.items():
            assert n >= 0
            if metric.startswith(("training_sessions", "training_participants")):
                continue
            assert n <= found[(ancestor, class_, "expected")]


@thorough
@given(histories(in_order=True), st.integers(0, 2**32), st.integers(0, DAYS))
def test_what_is_below_a_unit_is_what_its_children_are_and_have_below(
    world: World, seed: int, number: int
) -> None:
    views = folded(world, seed)
    on, window = day(number), Window((2, 3), ("area",), day(0), day(9))
    below = views.below(on, window.closes_on, "then")

    for parent in world.path_of:
        children = [
            unit
            for (_, unit), raw in views.facts.items()
            if _decode(raw).exists_on(on) and _decode(raw).path_on(on).split(".")[-2:-1] == [parent]
        ]
        summed: Counter[str] = Counter()
        for child in children:
            for each in own_sums(views.fact(child), on, window):
                summed[each.metric] += each.n
            for (ancestor, _, metric), n in below.items():
                if ancestor == child and metric != "in_time":
                    summed[metric] += n
        of_parent: Counter[str] = Counter()
        for (ancestor, _, metric), n in below.items():
            if ancestor == parent and metric != "in_time":
                of_parent[metric] += n

        assert Counter({m: n for m, n in summed.items() if n}) == of_parent
