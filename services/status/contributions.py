"""Contributions: what a unit adds to the figures above it, and from which day.

A unit counts only while it exists, and where it stands on the day; so nothing can exceed
what is expected, and a unit that moves or ends takes everything it added along with it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from services.status.facts import PARTS, Part, PlanStep, UnitFact
from services.status.pieces import DETAIL, Due, Rolled, Span, stretches
from shared.kernel.units import ancestors

Tree = Literal["then", "now"]
THEN: Final[Tree] = "then"
NOW: Final[Tree] = "now"
"""Rows of tree `now` correct those of `then`: both together count everything where it stands today."""

Account = Literal["then", "now", "then_by_month", "now_by_month"]
"""What a line counts towards: a tree by day, or a tree by month."""
OWN: Final = "own"
"""In place of a class: what the things of the unit itself add to it. No line says so: `own.py`."""
BY_MONTH: Final[dict[Account, Account]] = {THEN: "then_by_month", NOW: "now_by_month"}
"""Lines of these accounts say of whole months, dated their first, what those of days say: to sum
up a year, the many lines of a region or league need not be read day by day.
"""
ALL: Final = "all"
"""In place of a class: details of things of units of whatever class."""

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


_MANY_LINES: Final = 2
"""Down to this level (region and leagues), so much lies below a unit that months are kept."""

# Plain tuples: these are made by the million, and a named one takes six times as long to make.

Line: TypeAlias = tuple[str, Account, str, str, date, date]
"""A line of the daily roll-up: ancestor, account, class, metric, effective_on, judged_on.

`judged_on` is the day lateness is told by: the day the meeting was held, however later it
came to count there, or the day an item is due; elsewhere it is `effective_on`.
"""

Mark: TypeAlias = tuple[str, Account, str, str | Due, date, date]
"""The same for all ancestors at once: in place of the ancestor, the path of the unit above."""

Stay: TypeAlias = tuple[str, date, date | None]
"""The path above, start, end (not included): for so long the unit existed there."""


Standing: TypeAlias = tuple[str, list[Stay], str | None]
"""The class, the stays, and for a unit that ever moved the path above it today."""

Picture: TypeAlias = tuple[Standing | None, Sequence[Rolled]]
"""All that decides what a unit adds; without a standing, it adds nothing."""


def standing(fact: UnitFact) -> Standing | None:
    """None while the unit's registration has not arrived."""
    if fact.registered_on is None:
        return None
    return fact.class_, stays(fact), _above(fact.path) if len(fact.placements) > 1 else None


def contributions(fact: UnitFact) -> dict[Line, int]:
    """Everything a unit adds, line by line of the daily roll-up."""
    changes: dict[Mark, int] = {}
    add_change(changes, (None, []), (standing(fact), spans(fact)))
    return spread(changes)


def add_change(changes: dict[Mark, int], before: Picture, after: Picture) -> None:
    """Add the difference between two pictures of a unit, or of what a thing adds to it: new minus
    old.
    """
    stood, had = before
    stands, has = after
    if stood is stands:
        # Nearly always: what the unit did has grown, where it stands has not changed.
        had, has = _differing(had, has)
    if stood is not None:
        _mark_all(changes, stood, had, -1)
    if stands is not None:
        _mark_all(changes, stands, has, 1)


def spread(changes: dict[Mark, int]) -> dict[Line, int]:
    """Marks along their paths: one line for each ancestor; what cancels out is left away."""
    lines: dict[Line, int] = {}
    for (above, account, class_, told, effective_on, judged_on), n in changes.items():
        if not n:
            continue
        month = _month(effective_on)
        if isinstance(told, str):
            metric, judged, within = told, judged_on, judged_on if told == MOBILIZED else month
        else:
            metric, judged = told
            within = max(judged, month)
        codes = _codes(above)
        for ancestor in codes:
            line = (ancestor, account, class_, metric, effective_on, judged)
            lines[line] = lines.get(line, 0) + n
        for ancestor in codes[:_MANY_LINES]:
            line = (ancestor, BY_MONTH[account], class_, metric, month, within)
            lines[line] = lines.get(line, 0) + n
    return {line: n for line, n in lines.items() if n}


@lru_cache(5_000)
def _is_detail(metric: str | Due) -> bool:
    return isinstance(metric, str) and metric.startswith(DETAIL)


def stays(fact: UnitFact) -> list[Stay]:
    """Where the unit stood from when to when, within its existence; the latest comes first."""
    born = fact.registered_on
    if born is None:
        return []
    end = fact.endings[0].on if fact.endings else None
    found: list[Stay] = []
    for number in range(len(fact.placements) - 1, -1, -1):
        placement = fact.placements[number]
        start = max(born, placement.on) if number else born
        if end is None or start < end:
            found.append((_above(placement.path), start, end))
            end = start
    return found


def _differing(
    before: Sequence[Rolled], after: Sequence[Rolled]
) -> tuple[Sequence[Rolled], Sequence[Rolled]]:
    """What is left of each without the beginning and the end they share."""
    shared = min(len(before), len(after))
    first = 0
    while first < shared and before[first] == after[first]:
        first += 1
    last = 0
    while last < shared - first and before[-1 - last] == after[-1 - last]:
        last += 1
    return before[first : len(before) - last], after[first : len(after) - last]


def _mark_all(
    changes: dict[Mark, int], stands: Standing, known: Sequence[Rolled], sign: int
) -> None:
    if not known:
        return
    class_, then, now = stands
    _mark(changes, then, THEN, class_, known, sign)
    if now is not None:
        _mark(changes, [(now, start, end) for _, start, end in then], NOW, class_, known, sign)
        _mark(changes, then, NOW, class_, known, -sign)


def _mark(
    changes: dict[Mark, int],
    where: list[Stay],
    account: Account,
    class_: str,
    known: Sequence[Rolled],
    sign: int,
) -> None:
    for above, begins, ends in where:
        if not above:
            continue  # nothing stands above the root
        for metric, start, end, n in known:
            first = start if start > begins else begins  # noqa: FURB136 - a call each, by the million
            last = end if ends is None or (end is not None and end < ends) else ends
            if last is not None and first >= last:
                continue
            held = metric == MOBILIZED
            of = ALL if _is_detail(metric) else class_
            mark: Mark = (above, account, of, metric, first, start if held else first)
            changes[mark] = changes.get(mark, 0) + sign * n
            if last is not None:
                mark = (above, account, of, metric, last, start if held else last)
                changes[mark] = changes.get(mark, 0) - sign * n


def spans(fact: UnitFact, parts: Iterable[Part] = PARTS) -> list[Span]:
    """What these parts of the fact would add if the unit existed for all time."""
    found: list[Span] = []
    for part in parts:
        _SPANS[part](found, fact)
    return found


def _add_existence(found: list[Span], fact: UnitFact) -> None:
    if fact.registered_on is not None:
        found.append((EXPECTED, fact.registered_on, None, 1))


def _add_preparation(found: list[Span], fact: UnitFact) -> None:
    if fact.preparations:
        found.append((PREPARED, fact.preparations[-1].on, None, 1))


def _add_meeting(found: list[Span], fact: UnitFact) -> None:
    held = fact.held
    if held is not None:
        found.append((MOBILIZED, held.on, None, 1))
    if fact.arrangements and (arranged := fact.arranged):
        found.append((ARRANGED, min(a.on for a in arranged), held.on if held else None, 1))


def _add_plans(found: list[Span], fact: UnitFact) -> None:
    for category, steps in fact.plans.items():
        _add_plan(found, category, steps)


def _add_plan(found: list[Span], category: str, steps: Sequence[PlanStep]) -> None:
    """Each state from its day to that of the next step recorded after it."""
    for step, start, end in stretches(steps):
        found.append((_plan_metric(category, step.state), start, end, 1))


def _add_trainings(found: list[Span], fact: UnitFact) -> None:
    if not fact.trainings:
        return
    trainings = fact.trainings.values()
    found.append((TRAINED, min(t.on for t in trainings), None, 1))
    for training in trainings:
        found.append((SESSIONS, training.on, None, 1))
        if training.participants:
            metric = PARTICIPANTS + training.audience
            found.append((metric, training.on, None, training.participants))


def _add_groups(found: list[Span], fact: UnitFact) -> None:
    rules: list[date] = []
    for name, group in fact.groups.items():
        formed = group.formed
        if formed is not None:
            found.append((GROUP + name, formed.on, None, 1))
        rules += [r.on for r in group.rules]
    if rules:
        found.append((RULES, min(rules), None, 1))


_SPANS: Final[dict[Part, Callable[[list[Span], UnitFact], None]]] = {
    "place": _add_existence,
    "preparation": _add_preparation,
    "meeting": _add_meeting,
    "plans": _add_plans,
    "trainings": _add_trainings,
    "groups": _add_groups,
}


@lru_cache(1_000)
def _plan_metric(category: str, state: str) -> str:
    return f"{PLAN}{category}:{state}"


@lru_cache(5_000)
def _month(day: date) -> date:
    return day.replace(day=1)


@lru_cache(50_000)
def _codes(above: str) -> tuple[str, ...]:
    return (*ancestors(above), above.rpartition(".")[2])


def _above(path: str) -> str:
    return path.rpartition(".")[0]
