"""The day-by-day series: changes of the roll-up added up, and judged at the end of each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.status.answers import TimelineDay
from services.status.contributions import OWN
from services.status.figures import Sum, counted, total, windows_by_class
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
    sums: dict[str, dict[str, Sum]] = {OWN: {}}
    things = sums[OWN]
    found: list[TimelineDay] = []
    position = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        while position < len(steps) and steps[position].day <= day:
            _add(sums, steps[position])
            position += 1
        counts = total(
            counted(of_class.values(), day, by_class.get(name))
            for name, of_class in sums.items()
            if name != OWN
        )
        raised, closed = _now(things, items.RAISED), _now(things, items.CLOSED)
        found.append(
            TimelineDay(
                day=day,
                expected=counts.expected,
                prepared=counts.prepared,
                plans_approved=sum(plans.approved for plans in counts.plans.values()),
                trained=counts.trained,
                mobilization=counts.mobilization,
                teams=_now(things, teams.TEAMS),
                supervised=_now(things, teams.SUPERVISED),
                instructors=_now(things, teams.INSTRUCTORS),
                items_open=raised - closed,
                items_overdue=_now(things, items.OVERDUE),
                items_closed=closed,
            )
        )
    return found


def _now(things: dict[str, Sum], metric: str) -> int:
    found = things.get(metric.removesuffix(":"))
    return found.n if found else 0


def _add(sums: dict[str, dict[str, Sum]], step: Step) -> None:
    of_class = sums.setdefault(step.class_, {})
    more = step.sum
    before = of_class.get(more.metric, Sum(more.metric, 0, 0))
    of_class[more.metric] = Sum(more.metric, before.n + more.n, before.in_time + more.in_time)
