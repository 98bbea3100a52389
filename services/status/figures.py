"""Figures: sums of the roll-up turned into what is expected, done, late and still missing."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from services.status import contributions as metrics
from services.status.facts import PARTS, Part, UnitFact
from services.status.lights import (
    NEAR,
    ItemsStanding,
    Light,
    Nearness,
    Standing,
    ledger_light,
    mobilization_light,
)
from services.status.places import take
from services.status.tallies import Ledger, Tallies, add_up, judge, permille
from shared.contracts.schedule import Window, window_for
from shared.kernel.units import AREA_KINDS, ATTACHED_KINDS, unit_class

_ATTACHED_LEVELS: Final = (1, 2, 3, 4, 5)


class Mobilization(msgspec.Struct):
    """on_time + late + pending + overdue + unscheduled = expected; not_yet_due is the part of
    pending whose window has not opened; unscheduled is what no window asks for.
    """

    mobilized: int = 0
    on_time: int = 0
    late: int = 0
    pending: int = 0
    overdue: int = 0
    not_yet_due: int = 0
    unscheduled: int = 0
    rate_permille: int | None = None


class Plans(msgspec.Struct):
    """Plans of one category by state; `none` of the expected units have handed none in."""

    in_review: int = 0
    returned: int = 0
    approved: int = 0
    none: int = 0


class Counts(Tallies):
    """What is done of what is expected, and what things add to it; participants by audience."""

    expected: int = 0
    prepared: int = 0
    plans: dict[str, Plans] = msgspec.field(default_factory=dict)
    mobilization: Mobilization = msgspec.field(default_factory=Mobilization)
    mobilization_planned: int = 0
    trained: int = 0
    training_sessions: int = 0
    participants: dict[str, int] = msgspec.field(default_factory=dict)
    leading_groups: int = 0
    offices: int = 0
    working_rules: int = 0


class WindowDays(msgspec.Struct, frozen=True):
    """A window's days, both included."""

    opens_on: date
    closes_on: date


class ClassFigures(msgspec.Struct):
    """The figures of one class of units, its window and its light."""

    figures: Counts
    window: WindowDays | None
    light: Light
    ledger_light: Light | UnsetType = UNSET
    """Left out of a class that has no items."""


class Sum(msgspec.Struct, frozen=True):
    """The sum of a metric; `in_time` is the part judged by the close of the class's window."""

    metric: str
    n: int
    in_time: int


@lru_cache(1_000)
def windows_by_class(windows: tuple[Window, ...]) -> Mapping[str, Window]:
    """The window of each class that has one."""
    kinds = [(level, kind) for level, area in AREA_KINDS.items() for kind in area]
    kinds += [(level, kind) for level in _ATTACHED_LEVELS for kind in ATTACHED_KINDS]
    found = {unit_class(level, kind): window_for(windows, level, kind) for level, kind in kinds}
    return {name: window for name, window in found.items() if window is not None}


def class_figures(
    sums: Iterable[Sum], day: date, window: Window | None, near: Nearness = NEAR
) -> ClassFigures:
    counts = counted(sums, day, window)
    return ClassFigures(
        counts,
        WindowDays(window.opens_on, window.closes_on) if window else None,
        mobilization_light(day, window, standing_of(counts), near),
        light_of_ledger(counts) if counts.ledger else UNSET,
    )


def standing_of(counts: Counts) -> Standing:
    done = counts.mobilization
    return Standing(counts.expected, done.mobilized, done.late)


def light_of_ledger(tallies: Tallies) -> Light:
    ledger = tallies.ledger or Ledger()
    late = ledger.closed - ledger.closed_in_time
    return ledger_light(
        ItemsStanding(ledger.raised, ledger.open, ledger.due_soon, ledger.overdue, late)
    )


def tallied(sums: Iterable[Sum]) -> Tallies:
    """The sums of what a unit's own things add to it."""
    tallies = Tallies()
    for each in sums:
        take(tallies, each.metric, each.n)
    judge(tallies)
    return tallies


def counted(sums: Iterable[Sum], day: date, window: Window | None) -> Counts:
    """The sums of one class on a day, held against its window."""
    counts = Counts()
    in_time = 0
    for each in sums:
        if each.metric == metrics.MOBILIZED:
            counts.mobilization.mobilized, in_time = each.n, each.in_time
        else:
            _take(counts, each.metric, each.n)
    for plans in counts.plans.values():
        plans.none = counts.expected - plans.in_review - plans.returned - plans.approved
    counts.mobilization = _judged(counts, in_time, day, window)
    judge(counts)
    return counts


def total(many: Iterable[Tallies]) -> Counts:
    """The sum of counts; a category's `none` counts only classes that hand in such plans."""
    summed = Counts()
    for each in many:
        add_up(summed, each)
    summed.mobilization.rate_permille = rate_permille(summed)
    judge(summed)
    return summed


def own_sums(
    fact: UnitFact, day: date, window: Window | None, parts: Iterable[Part] = PARTS
) -> list[Sum]:
    """What the unit itself adds on a day to those above it, by these parts of its fact; nothing
    when it does not exist then.
    """
    if not fact.exists_on(day):
        return []
    closes_on = window.closes_on if window else date.max
    sums: dict[str, Sum] = {}
    for metric, start, end, n in metrics.spans(fact, parts):
        if start <= day and (end is None or day < end):
            before = sums.get(metric, Sum(metric, 0, 0))
            in_time = n if start <= closes_on else 0
            sums[metric] = Sum(metric, before.n + n, before.in_time + in_time)
    return list(sums.values())


def rate_permille(counts: Counts) -> int | None:
    return permille(counts.mobilization.mobilized, counts.expected)


_FIELD_OF: Final = {
    metrics.EXPECTED: "expected",
    metrics.PREPARED: "prepared",
    metrics.ARRANGED: "mobilization_planned",
    metrics.TRAINED: "trained",
    metrics.SESSIONS: "training_sessions",
    metrics.RULES: "working_rules",
    metrics.GROUP + "leading_group": "leading_groups",
    metrics.GROUP + "office": "offices",
}


def _take(counts: Counts, metric: str, n: int) -> None:
    field = _FIELD_OF.get(metric)
    if field is not None:
        setattr(counts, field, n)
    elif metric.startswith(metrics.PARTICIPANTS):
        if n:
            counts.participants[metric.removeprefix(metrics.PARTICIPANTS)] = n
    elif metric.startswith(metrics.PLAN):
        _, category, state = metric.split(":")
        setattr(counts.plans.setdefault(category, Plans()), state, n)
    else:
        take(counts, metric, n)


def _judged(counts: Counts, in_time: int, day: date, window: Window | None) -> Mobilization:
    mobilized = counts.mobilization.mobilized
    missing = counts.expected - mobilized
    found = Mobilization(mobilized=mobilized, rate_permille=rate_permille(counts))
    if window is None:
        found.on_time, found.unscheduled = mobilized, missing
        return found
    found.on_time, found.late = in_time, mobilized - in_time
    if day > window.closes_on:
        found.overdue = missing
    else:
        found.pending = missing
        found.not_yet_due = missing if day < window.opens_on else 0
    return found
