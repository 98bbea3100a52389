"""A ledger item's life: raised, worked on, closed once verified, and reopened where it did not hold."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

import msgspec

from services.rectification.domain.item_refusals import (
    ClosureIsRequested,
    DueBeforeRaised,
    ItemAlreadyRaised,
    ItemIsClosed,
    ItemNotClosed,
    ParentClosed,
    StepBeforePrevious,
    UnknownItem,
    UnknownParent,
)
from services.rectification.domain.programme import UnknownProgramme
from shared.contracts.rectification import (
    ClockPaused,
    ClockResumed,
    ClosureRejected,
    ClosureRequested,
    DueDateExtended,
    FollowUpReviewed,
    ItemAssigned,
    ItemRaised,
    ItemReopened,
    ProgressReported,
    RectificationClosed,
    SatisfactionRated,
)
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.refusals import DateInFuture
from shared.kernel.setting import Setting
from shared.kernel.time import local_date

# What is reopened without a date of its own, its due date being past, is due after so many.
REOPENED_WORKDAYS: Final = 10
CALENDAR: Final = WorkingCalendar()

Told: TypeAlias = tuple[object, ...]


class Open(msgspec.Struct, frozen=True):
    """Being worked on; the clock stands still since `paused_on`, if it does."""

    paused_on: date | None = None


class Closing(msgspec.Struct, frozen=True):
    """Closure is requested and waits to be verified."""

    requested_by: str
    requested_on: date


class Closed(msgspec.Struct, frozen=True):
    verified_by: str
    closed_on: date


Standing = Open | Closing | Closed


class Item(msgspec.Struct, frozen=True):
    """An item as it stands; `told` is all that was ever told of it: a repeat changes nothing."""

    raised: ItemRaised
    responsible_person: str
    due_on: date
    last_on: date
    told: frozenset[Told]
    standing: Standing = Open()
    percent: int = 0
    extensions: int = 0
    rejections: int = 0
    reopenings: int = 0
    evidence: int = 0
    reviewed_on: date | None = None
    score: int | None = None

    @property
    def id(self) -> str:
        return self.raised.item

    def require_open(self) -> Open:
        match self.standing:
            case Open():
                return self.standing
            case Closing():
                raise ClosureIsRequested(item=self.id)
            case Closed(_, closed_on):
                raise ItemIsClosed(item=self.id, closed_on=closed_on)

    def require_unclosed(self) -> None:
        if isinstance(self.standing, Closed):
            raise ItemIsClosed(item=self.id, closed_on=self.standing.closed_on)

    def require_closed(self) -> Closed:
        if not isinstance(self.standing, Closed):
            raise ItemNotClosed(item=self.id)
        return self.standing


@dataclass(frozen=True, slots=True)
class Raise:
    """`number` is not known here: it is given while the unit's history is locked.

    `parent_state` is that of the order named as parent; empty where there is no such order.
    `programme_known` says whether the programme named has been launched.
    """

    setting: Setting
    item: str
    source: str
    origin: str
    category: str
    summary: str
    responsible_person: str
    due_on: date
    raised_on: date
    cascades: bool = False
    parent: str = ""
    parent_state: str = ""
    programme: str = ""
    programme_known: bool = False


@dataclass(frozen=True, slots=True)
class Step(ABC):
    """What is done about an item that is there; each kind is a class of `item_steps`."""

    setting: Setting
    item: str
    on: date

    @abstractmethod
    def event(self, item: Item) -> Event:
        """What this step says of the item, if it is allowed."""

    @abstractmethod
    def allow(self, item: Item) -> None:
        """Raise what forbids this step."""

    def consequences(self, item: Item) -> list[Event]:
        """What follows from the step by rule, in the same decision."""
        return []

    def is_so(self, item: Item) -> bool:
        """Whether the item already stands as the step would have it."""
        return False

    def place(self) -> dict[str, str]:
        campaign, unit = self.setting.campaign.campaign, self.setting.unit.code
        return {"campaign": campaign, "item": self.item, "unit": unit}


def decide(command: Raise | Step, item: Item | None) -> list[Event]:
    if isinstance(command, Raise):
        return _raise(command, item)
    if item is None:
        raise UnknownItem(item=command.item)
    event = command.event(item)
    if told(event) in item.told or command.is_so(item):
        return []
    _allow_day(command, item)
    command.allow(item)
    return [event, *command.consequences(item)]


def _raise(command: Raise, item: Item | None) -> list[Event]:
    event = _raised(command)
    if item is not None:
        if _is_raised(event, item):
            return []
        raise ItemAlreadyRaised(item=command.item)
    command.setting.allow_day(command.raised_on, command.setting.campaign.starts_on)
    if command.due_on < command.raised_on:
        raise DueBeforeRaised(due_on=command.due_on, day=command.raised_on)
    if command.parent:
        _allow_parent(command)
    if command.programme and not command.programme_known:
        raise UnknownProgramme(programme=command.programme)
    return [event]


def _allow_parent(command: Raise) -> None:
    if not command.parent_state:
        raise UnknownParent(parent=command.parent)
    if command.parent_state == "closed":
        raise ParentClosed(parent=command.parent)


def _is_raised(event: ItemRaised, item: Item) -> bool:
    """As it was raised, or as it stands now: a ledger that was exported can be read in again."""
    if event.cascades and not item.raised.cascades:
        return False
    now = msgspec.structs.replace(
        item.raised, responsible_person=item.responsible_person, due_on=item.due_on
    )
    return told(event) in {told(item.raised), told(now)}


def _raised(command: Raise) -> ItemRaised:
    return ItemRaised(
        campaign=command.setting.campaign.campaign,
        item=command.item,
        number=0,
        unit=command.setting.unit.code,
        source=command.source,
        origin=command.origin,
        category=command.category,
        summary=command.summary,
        responsible_person=command.responsible_person,
        due_on=command.due_on,
        cascades=command.cascades,
        parent=command.parent,
        programme=command.programme,
        raised_on=command.raised_on,
    )


def _allow_day(command: Step, item: Item) -> None:
    # A unit may be gone while its items are still to be closed: only the order of days counts.
    if command.on > command.setting.today:
        raise DateInFuture(date=command.on)
    if command.on < item.last_on:
        raise StepBeforePrevious(day=command.on, previous=item.last_on)


def reopened_due(item: Item, on: date) -> date:
    """When something reopened is due, unless a date is given: as before, if that is still ahead."""
    return item.due_on if item.due_on > on else CALENDAR.add_workdays(on, REOPENED_WORKDAYS)


def evolve(item: Item | None, event: Event) -> Item | None:
    if isinstance(event, ItemRaised):
        return Item(
            event, event.responsible_person, event.due_on, event.raised_on, frozenset({told(event)})
        )
    if item is None:  # no step comes before the raising
        return None
    changes = _CHANGES[type(event)](item, event)
    return msgspec.structs.replace(
        item, last_on=_day(event), told=item.told | {told(event)}, **changes
    )


ITEM: Final = Decider[Raise | Step, Item | None, Event](None, decide, evolve)


_CHANGES: Final[Mapping[type[Event], Callable[[Item, Any], dict[str, Any]]]] = {
    ItemAssigned: lambda _, e: {"responsible_person": e.responsible_person},
    ProgressReported: lambda _, e: {"percent": e.percent},
    DueDateExtended: lambda i, e: {"due_on": e.due_on, "extensions": i.extensions + 1},
    ClockPaused: lambda _, e: {"standing": Open(e.paused_on)},
    ClockResumed: lambda _, e: {"standing": Open(), "due_on": e.due_on},
    ClosureRequested: lambda i, e: {
        "standing": Closing(e.requested_by, e.requested_on),
        "evidence": i.evidence + len(e.evidence),
    },
    ClosureRejected: lambda i, _: {"standing": Open(), "rejections": i.rejections + 1},
    RectificationClosed: lambda _, e: {"standing": Closed(e.verified_by, e.closed_on)},
    ItemReopened: lambda i, e: {
        "standing": Open(),
        "due_on": e.due_on,
        "reopenings": i.reopenings + 1,
    },
    FollowUpReviewed: lambda _, e: {"reviewed_on": e.reviewed_on},
    SatisfactionRated: lambda _, e: {"score": e.score},
}

# What follows from the item's state, not from what was told.
_DERIVED: Final = frozenset({"campaign", "item", "unit", "number"})
_DERIVED_IN: Final[Mapping[type[Event], frozenset[str]]] = {
    DueDateExtended: _DERIVED | {"former_due_on"},
    ClockResumed: _DERIVED | {"due_on"},
    ItemReopened: _DERIVED | {"due_on"},
    ItemRaised: frozenset({"campaign", "item", "number", "cascades"}),
}
_KINDS: Final[tuple[type[Event], ...]] = (*_CHANGES, ItemRaised)
_TOLD: Final = {
    kind: [n for n in kind.__struct_fields__ if n not in _DERIVED_IN.get(kind, _DERIVED)]
    for kind in _KINDS
}


def told(event: Event) -> Told:
    """What somebody said, without what followed from it."""
    return type(event), *[getattr(event, name) for name in _TOLD[type(event)]]


def _day(event: Event) -> date:
    moment = getattr(event, event.happened)
    return local_date(moment) if event.happened.endswith("_at") else moment
