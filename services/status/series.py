"""The day-by-day series: changes of the roll-up added up, and judged at the end of each day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.status.answers import TimelineDay
from services.status.contributions import OWN
from services.status.figures import Counts, Mobilization, Sum, counted, windows_by_class
from services.status.tallies import add_up, permille
from services.status.things import items, teams
from shared.contracts.schedule import Window

SHOWN_OF_THINGS: Final = (
    teams.TEAMS, teams.SUPERVISED, teams.INSTRUCTORS, items.RAISED, items.CLOSED, items.OVERDUE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """How a metric of a class changed on a day; those of things have the class OWN, and are
    named without the kind after the colon.
    """

    day: date
    class_: str
    sum: Sum


def series(
    steps: Sequence[Step], first: date, last: date, windows: tuple[Window, ...]
) -> list[TimelineDay]:
    """One entry a day, first to last; the steps are in order of their days."""
    by_class = windows_by_class(windows)
    judged_anew = _turning_days(by_class)
    sums: dict[str, dict[str, Sum]] = {OWN: {}}
    judged: dict[str, Counts] = {}
    found: list[TimelineDay] = []
    position = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        # Between these days a class's figures stay as they are.
        changed = set(judged_anew.get(day, ()))
        while position < len(steps) and steps[position].day <= day:
            _add(sums, steps[position])
            changed.add(steps[position].class_)
            position += 1
        for name in changed & (sums.keys() - {OWN}):
            judged[name] = counted(sums[name].values(), day, by_class.get(name))
        found.append(_shown(day, judged.values(), sums[OWN]))
    return found


def _turning_days(by_class: Mapping[str, Window]) -> dict[date, list[str]]:
    """The days on which what is missing is judged otherwise than the day before."""
    found: dict[date, list[str]] = {}
    for name, window in by_class.items():
        for day in (window.opens_on, window.closes_on + timedelta(days=1)):
            found.setdefault(day, []).append(name)
    return found


def _shown(day: date, judged: Iterable[Counts], things: dict[str, Sum]) -> TimelineDay:
    raised, closed = _now(things, items.RAISED), _now(things, items.CLOSED)
    shown = TimelineDay(
        day=day,
        expected=0,
        prepared=0,
        plans_approved=0,
        trained=0,
        mobilization=Mobilization(),
        teams=_now(things, teams.TEAMS),
        supervised=_now(things, teams.SUPERVISED),
        instructors=_now(things, teams.INSTRUCTORS),
        items_open=raised - closed,
        items_overdue=_now(things, items.OVERDUE),
        items_closed=closed,
    )
    for counts in judged:
        shown.expected += counts.expected
        shown.prepared += counts.prepared
        shown.trained += counts.trained
        shown.plans_approved += sum(plans.approved for plans in counts.plans.values())
        add_up(shown.mobilization, counts.mobilization)
    shown.mobilization.rate_permille = permille(shown.mobilization.mobilized, shown.expected)
    return shown


def _now(things: dict[str, Sum], metric: str) -> int:
    found = things.get(metric.removesuffix(":"))
    return found.n if found else 0


def _add(sums: dict[str, dict[str, Sum]], step: Step) -> None:
    of_class = sums.setdefault(step.class_, {})
    more = step.sum
    before = of_class.get(more.metric, Sum(more.metric, 0, 0))
    of_class[more.metric] = Sum(more.metric, before.n + more.n, before.in_time + more.in_time)
