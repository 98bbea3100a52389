"""Running totals of a replay: what the events told so far add up to."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

import msgspec

from services.status.learning import CONTRACTS, opened
from services.status.replaying.position import instant_of
from shared.contracts import rectification, schedule, supervision, units
from shared.kernel.envelope import event_type
from shared.kernel.events import Event
from shared.kernel.time import local_date
from shared.kernel.units import league_of


class Totals(msgspec.Struct):
    """Figures of the events told; `through` is the latest day on which any of it happened."""

    events: int
    units: int
    prepared: int
    plans_submitted: int
    plans_approved: int
    mobilized: int
    on_time: int
    late: int
    trainings: int
    teams: int
    instructors: int
    findings: int
    items_raised: int
    items_closed: int
    through: date | None
    complete: bool


class Heard(Protocol):
    """As much of an event as totals need: `class_` and `value` for the types that ask for them."""

    @property
    def type(self) -> str | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def league(self) -> str: ...
    @property
    def occurred(self) -> int: ...
    @property
    def class_(self) -> str | None: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass
class Running:
    """Totals that grow by an event at a time, in the order of recording.

    `closes_on` is the last day of each class's window. Of one league, units that leave for
    another take their figures along; of all leagues, a move changes nothing.
    """

    closes_on: Mapping[str, date]
    one_league: bool
    events: int = 0
    latest: int | None = None
    by_type: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    arrived: int = 0
    """Units that came from other leagues, less those that are here no more."""
    in_time: dict[str, bool] = field(default_factory=dict)
    late: int = 0
    approved: dict[str, set[str]] = field(default_factory=dict)

    def hear(self, heard: Heard) -> None:
        type_ = heard.type or ""
        self.events += 1
        self.by_type[type_] += 1
        if self.latest is None or heard.occurred > self.latest:
            self.latest = heard.occurred
        followed = _FOLLOWED.get(type_)
        if followed is not None:
            followed(self, heard)

    def totals(self, *, complete: bool = False) -> Totals:
        return Totals(
            events=self.events,
            units=self._number(units.UnitRegistered) + self.arrived,
            prepared=self._number(schedule.PreparationCompleted),
            plans_submitted=self._number(schedule.PlanSubmitted),
            plans_approved=sum(len(categories) for categories in self.approved.values()),
            mobilized=len(self.in_time),
            on_time=len(self.in_time) - self.late,
            late=self.late,
            trainings=self._number(schedule.TrainingHeld),
            teams=self._number(supervision.TeamFormed),
            instructors=self._number(supervision.InstructorAssigned)
            - self._number(supervision.InstructorWithdrawn),
            findings=self._number(supervision.FindingReported),
            items_raised=self._number(rectification.ItemRaised),
            items_closed=self._number(rectification.RectificationClosed)
            - self._number(rectification.ItemReopened),
            through=local_date(instant_of(self.latest)) if self.latest is not None else None,
            complete=complete,
        )

    def _number(self, class_: type[Event]) -> int:
        return sum(self.by_type.get(name, 0) for name in _NAMES[class_])


def _held(running: Running, heard: Heard) -> None:
    """What is said last of a unit's meeting counts."""
    _unhold(running, heard)
    is_corrected = heard.type in OPENED
    held_at = _event(heard).held_at if is_corrected else instant_of(heard.occurred)
    in_time = local_date(held_at) <= running.closes_on.get(heard.class_ or "", date.max)
    running.in_time[heard.unit] = in_time
    running.late += not in_time


def _unhold(running: Running, heard: Heard) -> None:
    running.late -= running.in_time.pop(heard.unit, True) is False


def _approved(running: Running, heard: Heard) -> None:
    running.approved.setdefault(heard.unit, set()).add(_event(heard).category)


def _unapproved(running: Running, heard: Heard) -> None:
    """What is handed in anew, passed on or returned is not, or no more, approved."""
    if heard.unit in running.approved:
        running.approved[heard.unit].discard(_event(heard).category)


def _moved(running: Running, heard: Heard) -> None:
    if running.one_league and league_of(_event(heard).former_path) != heard.league:
        running.arrived += 1


def _departed(running: Running, heard: Heard) -> None:
    if running.one_league:
        _ended(running, heard)


def _ended(running: Running, heard: Heard) -> None:
    """A unit that is here no more counts for nothing."""
    running.arrived -= 1
    _unhold(running, heard)
    running.approved.pop(heard.unit, None)


class _Body(msgspec.Struct):
    """As much of an envelope as opening its event needs."""

    id: str
    type: str
    streamversion: int
    data: msgspec.Raw


_body: Final = msgspec.json.Decoder(_Body).decode


def _event(heard: Heard) -> Any:
    return opened(_body(heard.value or b""))


_NAMES: Final[dict[type[Event], list[str]]] = {
    class_: [event_type(contract.service, name, each) for each in range(1, current + 1)]
    for contract in CONTRACTS
    for name, (current, class_) in contract.events.items()
}


def _names(*classes: type[Event]) -> frozenset[str]:
    return frozenset(name for class_ in classes for name in _NAMES[class_])


_FOLLOWED: Final[dict[str, Callable[[Running, Heard], None]]] = {
    name: followed
    for followed, classes in (
        (_held, (schedule.MobilizationHeld, schedule.MobilizationCorrected)),
        (_unhold, (schedule.MobilizationVoided,)),
        (_approved, (schedule.PlanApproved,)),
        (_unapproved, (schedule.PlanSubmitted, schedule.GatePassed, schedule.PlanReturned)),
        (_moved, (units.UnitMoved,)),
        (_departed, (units.UnitDeparted,)),
        (_ended, (units.UnitMerged, units.UnitAbolished)),
    )
    for name in _names(*classes)
}
"""Types whose events change what others have added; all others are merely counted."""

OPENED: Final = _names(
    units.UnitMoved,
    schedule.PlanSubmitted,
    schedule.GatePassed,
    schedule.PlanReturned,
    schedule.PlanApproved,
    schedule.MobilizationCorrected,
)
"""Types whose data is looked into."""
JUDGED: Final = _names(schedule.MobilizationHeld, schedule.MobilizationCorrected)
"""Types that ask for the class of their unit."""
