"""Running totals of a replay: what the events told so far add up to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.status.learning import CONTRACTS
from shared.contracts import rectification, schedule, supervision, units
from shared.kernel.envelope import event_type
from shared.kernel.events import Event
from shared.kernel.time import local_date
from shared.kernel.units import league_of


class Totals(msgspec.Struct):
    """Figures of the events told; `through` is the latest day on which any of it happened."""

    events: int = 0
    units: int = 0
    prepared: int = 0
    plans_submitted: int = 0
    plans_approved: int = 0
    mobilized: int = 0
    on_time: int = 0
    late: int = 0
    trainings: int = 0
    teams: int = 0
    instructors: int = 0
    findings: int = 0
    items_raised: int = 0
    items_closed: int = 0
    through: date | None = None
    complete: bool = False


class Heard(msgspec.Struct, frozen=True):
    """As much of an event as totals need: `class_` and `event` for the types that ask for them."""

    type: str
    unit: str
    league: str
    occurred_at: datetime
    class_: str | None = None
    event: Event | None = None


@dataclass
class Running:
    """Totals that grow by an event at a time, in the order of recording.

    `closes_on` is the last day of each class's window. Of one league, units that leave for
    another take their figures along; of all leagues, a move changes nothing.
    """

    closes_on: Mapping[str, date]
    one_league: bool
    totals: Totals = field(default_factory=Totals)
    in_time: dict[str, bool] = field(default_factory=dict)
    approved: dict[str, set[str]] = field(default_factory=dict)
    latest: datetime | None = None

    def hear(self, heard: Heard) -> None:
        self.totals.events += 1
        if self.latest is None or heard.occurred_at > self.latest:
            self.latest = heard.occurred_at
            self.totals.through = local_date(heard.occurred_at)
        count = _COUNTED.get(heard.type)
        if count is not None:
            count(self, heard)


Count = Callable[[Running, Heard], None]


def _one(figure: str, n: int = 1) -> Count:
    def count(running: Running, heard: Heard) -> None:
        _add(running, figure, n)

    return count


def _add(running: Running, figure: str, n: int) -> None:
    setattr(running.totals, figure, getattr(running.totals, figure) + n)


def _held(running: Running, heard: Heard) -> None:
    """What is said last of a unit's meeting counts."""
    _unhold(running, heard)
    told = heard.event
    held_at = (
        told.held_at if isinstance(told, schedule.MobilizationCorrected) else heard.occurred_at
    )
    closes_on = running.closes_on.get(heard.class_ or "", date.max)
    in_time = local_date(held_at) <= closes_on
    running.in_time[heard.unit] = in_time
    _add(running, "mobilized", 1)
    _add(running, "on_time" if in_time else "late", 1)


def _unhold(running: Running, heard: Heard) -> None:
    in_time = running.in_time.pop(heard.unit, None)
    if in_time is not None:
        _add(running, "mobilized", -1)
        _add(running, "on_time" if in_time else "late", -1)


def _submitted(running: Running, heard: Heard) -> None:
    _add(running, "plans_submitted", 1)
    _unapproved(running, heard)


def _unapproved(running: Running, heard: Heard) -> None:
    """What is handed in anew, or returned, is approved no more."""
    approved = running.approved.get(heard.unit, set())
    category = _category(heard)
    if category in approved:
        approved.discard(category)
        _add(running, "plans_approved", -1)


def _approved(running: Running, heard: Heard) -> None:
    approved = running.approved.setdefault(heard.unit, set())
    category = _category(heard)
    if category not in approved:
        approved.add(category)
        _add(running, "plans_approved", 1)


def _category(heard: Heard) -> str:
    plan: Any = heard.event
    return str(plan.category)


def _moved(running: Running, heard: Heard) -> None:
    event = heard.event
    if running.one_league and isinstance(event, units.UnitMoved):
        _add(running, "units", int(league_of(event.former_path) != heard.league))


def _departed(running: Running, heard: Heard) -> None:
    if running.one_league:
        _ended(running, heard)


def _ended(running: Running, heard: Heard) -> None:
    """A unit that is here no more counts for nothing."""
    _add(running, "units", -1)
    _unhold(running, heard)
    _add(running, "plans_approved", -len(running.approved.pop(heard.unit, ())))


_COUNT_OF: Final[dict[type[Event], Count]] = {
    units.UnitRegistered: _one("units"),
    units.UnitMoved: _moved,
    units.UnitDeparted: _departed,
    units.UnitMerged: _ended,
    units.UnitAbolished: _ended,
    schedule.PreparationCompleted: _one("prepared"),
    schedule.PlanSubmitted: _submitted,
    schedule.PlanReturned: _unapproved,
    schedule.PlanApproved: _approved,
    schedule.MobilizationHeld: _held,
    schedule.MobilizationCorrected: _held,
    schedule.MobilizationVoided: _unhold,
    schedule.TrainingHeld: _one("trainings"),
    supervision.TeamFormed: _one("teams"),
    supervision.InstructorAssigned: _one("instructors"),
    supervision.InstructorWithdrawn: _one("instructors", -1),
    supervision.FindingReported: _one("findings"),
    rectification.ItemRaised: _one("items_raised"),
    rectification.RectificationClosed: _one("items_closed"),
    rectification.ItemReopened: _one("items_closed", -1),
}


def _types_of(*classes: type[Event]) -> list[str]:
    return [
        event_type(contract.service, name, version)
        for contract in CONTRACTS
        for name, (current, class_) in contract.events.items()
        if class_ in classes
        for version in range(1, current + 1)
    ]


_COUNTED: Final[dict[str, Count]] = {
    name: count for class_, count in _COUNT_OF.items() for name in _types_of(class_)
}
OPENED: Final = frozenset(
    _types_of(
        units.UnitMoved,
        schedule.PlanSubmitted,
        schedule.PlanReturned,
        schedule.PlanApproved,
        schedule.MobilizationCorrected,
    )
)
"""Types whose data is looked into."""
JUDGED: Final = frozenset(_types_of(schedule.MobilizationHeld, schedule.MobilizationCorrected))
"""Types that ask for the class of their unit."""
