"""Contributions: what a unit adds to the figures above it, and from which day.

A unit counts only while it exists, and where it stands on the day; so nothing can exceed
what is expected, and a unit that moves or ends takes everything it added along with it.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from services.status.facts import UnitFact
from shared.kernel.units import ancestors

Tree = Literal["then", "now"]
THEN: Final[Tree] = "then"
NOW: Final[Tree] = "now"
"""Rows of tree `now` correct those of `then`: both together count everything where it stands today."""

EXPECTED: Final = "expected"
PREPARED: Final = "prepared"
MOBILIZED: Final = "mobilized"
ARRANGED: Final = "mobilization_planned"
TRAINED: Final = "trained"
SESSIONS: Final = "training_sessions"
PARTICIPANTS: Final = "training_participants:"
PLAN: Final = "plan:"
GROUP: Final = "group:"
RULES: Final = "working_rules"


class Key(NamedTuple):
    """A line of the daily roll-up. `judged_on` is the day lateness is told by: the day the
    meeting was held, however later it came to count here; elsewhere it is `effective_on`.
    """

    ancestor: str
    tree: Tree
    class_: str
    metric: str
    effective_on: date
    judged_on: date


class Mark(NamedTuple):
    """A change for all units above: a Key whose ancestors are still one path."""

    above: str
    tree: Tree
    class_: str
    metric: str
    effective_on: date
    judged_on: date


class Span(NamedTuple):
    """From `start` (until `end`, not included) the unit adds `n` to a metric."""

    metric: str
    start: date
    end: date | None
    n: int


class Stay(NamedTuple):
    """From `start` (until `end`, not included) the unit existed below the path `above`."""

    above: str
    start: date
    end: date | None


def contributions(fact: UnitFact) -> dict[Key, int]:
    """Everything a unit adds, line by line of the daily roll-up."""
    return spread(marks(fact))


def spread(changes: dict[Mark, int]) -> dict[Key, int]:
    """Marks along their paths: one line for each ancestor; what cancels out is left away."""
    lines: dict[Key, int] = {}
    for (above, tree, class_, metric, effective_on, judged_on), n in changes.items():
        if n:
            for ancestor in _codes(above):
                key = Key(ancestor, tree, class_, metric, effective_on, judged_on)
                lines[key] = lines.get(key, 0) + n
    return {key: n for key, n in lines.items() if n}


def marks(fact: UnitFact) -> dict[Mark, int]:
    """What a unit adds to all that stands above it."""
    found: dict[Mark, int] = {}
    if fact.registered_on is None or not fact.placements:
        return found
    class_ = fact.class_
    known = list(spans(fact))
    then = stays(fact)
    _mark(found, then, THEN, class_, known, 1)
    if len(fact.placements) > 1:
        above = _above(fact.path)
        now = [Stay(above, start, end) for _, start, end in then]
        _mark(found, now, NOW, class_, known, 1)
        _mark(found, then, NOW, class_, known, -1)
    return found


def stays(fact: UnitFact) -> list[Stay]:
    """Where the unit stood from when to when, within its existence; the latest comes first."""
    found: list[Stay] = []
    born = fact.registered_on
    if born is None:
        return found
    end = fact.ending.on if fact.ending else None
    for number in range(len(fact.placements) - 1, -1, -1):
        placement = fact.placements[number]
        start = max(born, placement.on) if number else born
        if end is None or start < end:
            found.append(Stay(_above(placement.path), start, end))
            end = start
    return found


def _mark(
    found: dict[Mark, int],
    where: list[Stay],
    tree: Tree,
    class_: str,
    known: list[Span],
    sign: int,
) -> None:
    for above, begins, ends in where:
        if not above:
            continue  # nothing stands above the root
        for metric, start, end, n in known:
            first = max(start, begins)
            last = end if ends is None or (end is not None and end < ends) else ends
            if last is not None and first >= last:
                continue
            held = metric == MOBILIZED
            mark = Mark(above, tree, class_, metric, first, start if held else first)
            found[mark] = found.get(mark, 0) + sign * n
            if last is not None:
                mark = Mark(above, tree, class_, metric, last, start if held else last)
                found[mark] = found.get(mark, 0) - sign * n


def spans(fact: UnitFact) -> Iterator[Span]:
    """What the unit would add if it existed for all time."""
    if fact.registered_on is not None:
        yield Span(EXPECTED, fact.registered_on, None, 1)
    if fact.preparations:
        yield Span(PREPARED, fact.preparations[-1].on, None, 1)
    yield from _meeting_spans(fact)
    if fact.plans:
        yield from _plan_spans(fact)
    if fact.trainings:
        yield from _training_spans(fact)
    if fact.groups:
        yield from _group_spans(fact)


def _meeting_spans(fact: UnitFact) -> Iterator[Span]:
    held = fact.held
    if held is not None:
        yield Span(MOBILIZED, held.on, None, 1)
    if fact.arrangements and (arranged := fact.arranged):
        yield Span(ARRANGED, min(a.on for a in arranged), held.on if held else None, 1)


def _plan_spans(fact: UnitFact) -> Iterator[Span]:
    """Each state from its day to that of the next step recorded after it."""
    for category, steps in fact.plans.items():
        end: date | None = None
        for step in reversed(steps):
            if end is None or step.on < end:
                yield Span(_plan_metric(category, step.state), step.on, end, 1)
                end = step.on


def _training_spans(fact: UnitFact) -> Iterator[Span]:
    trainings = fact.trainings.values()
    yield Span(TRAINED, min(t.on for t in trainings), None, 1)
    for training in trainings:
        yield Span(SESSIONS, training.on, None, 1)
        if training.participants:
            yield Span(PARTICIPANTS + training.audience, training.on, None, training.participants)


def _group_spans(fact: UnitFact) -> Iterator[Span]:
    rules: list[date] = []
    for name, group in fact.groups.items():
        formed = group.formed
        if formed is not None:
            yield Span(GROUP + name, formed.on, None, 1)
        rules += [r.on for r in group.rules]
    if rules:
        yield Span(RULES, min(rules), None, 1)


@lru_cache(1_000)
def _plan_metric(category: str, state: str) -> str:
    return f"{PLAN}{category}:{state}"


@lru_cache(50_000)
def _codes(above: str) -> tuple[str, ...]:
    return (*ancestors(above), above.rpartition(".")[2])


def _above(path: str) -> str:
    return path.rpartition(".")[0]
