"""Measuring: what one unit, or one thing on it, adds to a figure on a day, and since when; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from services.status.contributions import NOW, OWN, PLAN, Tree, spans, stays
from services.status.explaining.figure import Figure, number
from services.status.facts import PARTS, Part, UnitFact
from services.status.figures import Sum, counted, tallied, windows_by_class
from services.status.pieces import DETAIL, Span
from services.status.places import places_of
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
        found: set[str] = set()
        for name, of_class in sums.items():
            if self._asks_for(name):
                value = self._value(name)
                for metric in {each.metric for each in of_class} - found:
                    if value(metric, 0) or value(metric, 1):
                        found.add(metric)
        return found

    def by_class(self, sums: Mapping[str, Sequence[Sum]]) -> dict[str, int]:
        """What is below a unit adds, class by class; those that add nothing are left out."""
        found: dict[str, int] = {}
        for name, of_class in sums.items():
            if name != OWN and self._asks_for(name):
                value = self._value(name)
                n = sum(
                    each.in_time * value(each.metric, 1)
                    + (each.n - each.in_time) * value(each.metric, 0)
                    for each in of_class
                )
                if n:
                    found[name] = n
        return found

    def unit(self, fact: UnitFact, *, below: bool) -> list[Amount]:
        """What the unit itself adds, `below` the one that is asked about or at its place."""
        if not fact.exists_on(self.day) or not self._asks_for(fact.class_):
            return []
        if self.figure.missing_plans and not (below and fact.class_ in self.lacking):
            return []
        window = windows_by_class(self.windows).get(fact.class_)
        closes_on = window.closes_on if window else date.max
        value = self._value(fact.class_)

        def alone(span: Span) -> int:
            metric, start, _, n = span
            return n * value(metric, 1 if start <= closes_on else 0)

        parts = _PARTS_OF.get(self.figure.path[0], PARTS)
        return _amounts(spans(fact, parts), self.day, alone)

    def thing(self, fact: Thing, unit: str, of_unit: UnitFact) -> list[Amount]:
        """What the thing adds to a unit."""
        if not of_unit.exists_on(self.day):
            return []
        known = spans_by_unit(fact).get(unit, [])
        if self.figure.class_ is not None:
            known = [span for span in known if not span[0].startswith(DETAIL)]
        path = self.figure.path
        return _amounts(known, self.day, lambda span: span[3] * _of_things(path, span[0]))

    def _asks_for(self, class_: str) -> bool:
        return self.figure.class_ in {None, class_}

    def _value(self, class_: str) -> Callable[[str, int], int]:
        """What one of a metric adds to the figure where units of the class do, in time or not."""
        path = self.figure.path
        if self.figure.kinds:
            return lambda metric, _: _of_things(path, metric)
        window = windows_by_class(self.windows).get(class_)
        lacks = self.figure.missing_plans if class_ in self.lacking else None
        return lambda metric, in_time: _of_units(path, metric, in_time, self.day, window, lacks)


# Counts are sums, and what follows from them are sums and differences: so a figure is worked out of
# what one of each metric adds to it.
@lru_cache(5_000)
def _of_things(path: tuple[str, ...], metric: str) -> int:
    return number(tallied([Sum(metric, 1, 0)]), path)


@lru_cache(5_000)
def _of_units(
    path: tuple[str, ...],
    metric: str,
    in_time: int,
    day: date,
    window: Window | None,
    lacks: str | None,
) -> int:
    if places_of(metric):
        return 0
    # A category that some of the class have handed in is there, even where nothing is.
    there = [] if lacks is None else [Sum(f"{PLAN}{lacks}:in_review", 0, 0)]
    return number(counted([*there, Sum(metric, 1, in_time)], day, window), path)


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


def _amounts(known: Sequence[Span], day: date, alone: Callable[[Span], int]) -> list[Amount]:
    """An amount for each span that adds by itself; one for all where they hold one another back."""
    running = [(span, n) for span in known if _runs(span, day) and (n := alone(span))]
    whole = sum(n for _, n in running)
    if not whole:
        return []
    taken_back = [
        end for span in known if (end := span[2]) is not None and end <= day and alone(span) < 0
    ]
    since = max(taken_back, default=date.min)
    found = [Amount(span[0], span[1], max(span[1], since), n) for span, n in running if n > 0]
    if sum(amount.n for amount in found) != whole:
        found = [replace(max(found, key=lambda amount: amount.began), n=whole)]
    return found


def _runs(span: Span, day: date) -> bool:
    _, start, end, _ = span
    return start <= day and (end is None or day < end)
