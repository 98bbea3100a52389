"""Measuring: what one unit, or one thing on it, adds to a figure on a day, and since when; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.status.contributions import NOW, OWN, PLAN, Tree, spans, stays
from services.status.explaining.figure import Figure
from services.status.facts import PARTS, Part, UnitFact
from services.status.figures import Sum, counted, own_sums, tallied, windows_by_class
from services.status.own import own_tallies
from services.status.pieces import DETAIL, Span
from services.status.things.kinds import spans_by_unit
from services.status.things.thing import Thing
from shared.contracts.schedule import Window

_PARTS_OF: Final[Mapping[str, tuple[Part, ...]]] = {
    "expected": ("place",),
    "prepared": ("preparation",),
    "mobilization": ("place", "meeting"),
    "mobilization_planned": ("meeting",),
    "plans": ("place", "plans"),
    "trained": ("trainings",),
    "training_sessions": ("trainings",),
    "participants": ("trainings",),
}
"""The parts of a unit's fact that a figure follows from; all of them where nothing is said."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What is added under one metric, since when, and by which span of the fact."""

    metric: str
    began: date
    since: date
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure on a day, by the windows in force; `lacking` are the classes of which some have
    handed in plans, so that those without count as none.
    """

    figure: Figure
    day: date
    windows: tuple[Window, ...]
    lacking: frozenset[str] = frozenset()

    def metrics(self, sums: Mapping[str, Sequence[Sum]]) -> set[str]:
        """Of the metrics of these sums, those that the figure is made of."""
        by_class = windows_by_class(self.windows)
        found: set[str] = set()
        for name, of_class in sums.items():
            if self._asks_for(name):
                window = by_class.get(name)
                for metric in {each.metric for each in of_class} - found:
                    if any(self._counts(name, Sum(metric, 1, n), window) for n in (0, 1)):
                        found.add(metric)
        return found

    def below(self, sums: Mapping[str, Sequence[Sum]]) -> int:
        """What all that is below a unit adds, by its sums of classes."""
        return sum(self.by_class(sums).values())

    def by_class(self, sums: Mapping[str, Sequence[Sum]]) -> dict[str, int]:
        """What is below a unit adds, class by class; those that add nothing are left out."""
        by_class = windows_by_class(self.windows)
        found: dict[str, int] = {}
        for name, of_class in sums.items():
            if name != OWN and self._asks_for(name):
                counts = counted(self._with_plans(name, of_class), self.day, by_class.get(name))
                if n := self.figure.of(counts):
                    found[name] = n
        return found

    def unit(self, fact: UnitFact, *, below: bool) -> list[Amount]:
        """What the unit itself adds, `below` the one that is asked about or at its place."""
        if not fact.exists_on(self.day) or not self._asks_for(fact.class_):
            return []
        window = windows_by_class(self.windows).get(fact.class_)
        parts = _PARTS_OF.get(self.figure.path[0], PARTS)
        sums = own_sums(fact, self.day, window, parts)
        plain = self._with_plans(fact.class_, []) if below else []
        whole = self.figure.of(counted([*plain, *sums], self.day, window))
        if not whole:
            return []
        closes_on = window.closes_on if window else date.max

        def alone(span: Span) -> int:
            metric, start, _, n = span
            one = Sum(metric, n, n if start <= closes_on else 0)
            return self.figure.of(counted([*plain, one], self.day, window))

        return _amounts(spans(fact, parts), self.day, whole, alone)

    def thing(self, fact: Thing, unit: str, of_unit: UnitFact) -> list[Amount]:
        """What the thing adds to a unit."""
        known = spans_by_unit(fact).get(unit, [])
        if self.figure.class_ is not None:
            known = [span for span in known if not span[0].startswith(DETAIL)]
        whole = self.figure.of(own_tallies(of_unit, known, self.day))

        def alone(span: Span) -> int:
            return self.figure.of(tallied([Sum(span[0], span[3], 0)]))

        return _amounts(known, self.day, whole, alone) if whole else []

    def _counts(self, class_: str, one: Sum, window: Window | None) -> bool:
        counts = counted(self._with_plans(class_, [one]), self.day, window)
        return self.figure.of(counts) != 0

    def _asks_for(self, class_: str) -> bool:
        return self.figure.class_ in {None, class_}

    def _with_plans(self, class_: str, sums: Sequence[Sum]) -> list[Sum]:
        category = self.figure.missing_plans
        if category is None or class_ not in self.lacking:
            return list(sums)
        return [Sum(f"{PLAN}{category}:in_review", 0, 0), *sums]


def stood_since(fact: UnitFact, ancestor: str, day: date, tree: Tree) -> date:
    """Since when, without a break, the unit of this fact has counted below an ancestor."""
    since = fact.registered_on or day
    if tree == NOW:
        return since
    for above, start, _ in stays(fact):
        if start > day:
            continue
        if ancestor not in above.split("."):
            break
        since = start
    return since


def _amounts(
    known: Sequence[Span], day: date, whole: int, alone: Callable[[Span], int]
) -> list[Amount]:
    """An amount for each span that adds by itself; one for all where they hold one another back."""
    adding = [(span, n) for span in known if _runs(span, day) and (n := alone(span)) > 0]
    taken_back = [
        end for span in known if (end := span[2]) is not None and end <= day and alone(span) < 0
    ]
    since = max(taken_back, default=date.min)
    found = [Amount(span[0], span[1], max(span[1], since), n) for span, n in adding]
    if sum(amount.n for amount in found) != whole:
        found = [replace(max(found, key=lambda amount: amount.began), n=whole)]
    return found


def _runs(span: Span, day: date) -> bool:
    _, start, end, _ = span
    return start <= day and (end is None or day < end)
