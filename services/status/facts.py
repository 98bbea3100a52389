"""Facts: what is known of a unit and of a campaign, and what that says of any day."""

from datetime import date
from functools import cache
from typing import Final, Literal, get_args

import msgspec

from services.status.pieces import Piece, last_on
from shared.contracts.schedule import Window
from shared.kernel.units import unit_class

Part = Literal["place", "preparation", "meeting", "plans", "trainings", "groups"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
"""What a fact is made of: an event changes one part; `place` decides what all others count for."""

PlanState = Literal["in_review", "returned", "approved"]


class Placement(Piece, frozen=True, array_like=True):
    path: str


class Name(Piece, frozen=True, array_like=True):
    name: str


class Ending(Piece, frozen=True, array_like=True):
    """A unit was abolished, or merged into another; `on` is the first day it does not count."""

    into: str | None


class PlanStep(Piece, frozen=True, array_like=True):
    state: PlanState
    plan_version: int
    gate: str
    reasons: tuple[str, ...]


class Meeting(Piece, frozen=True, array_like=True):
    """What was last said of the mobilization meeting; voided, it was not held after all."""

    voided: bool
    attendees: int
    flags: tuple[str, ...]


class Arrangement(Piece, frozen=True, array_like=True):
    """A meeting put on the calendar on the day `on`, to be held on `planned_on`."""

    planned_on: date


class Training(Piece, frozen=True, array_like=True):
    audience: str
    participants: int
    phase: str


class Membership(Piece, frozen=True, array_like=True):
    """The group as it was formed (or reinforced) on that day."""

    reinforced: bool
    members: int


class Rules(Piece, frozen=True, array_like=True):
    title: str


class Group(msgspec.Struct, omit_defaults=True):
    """A leading group or its office: how it grew, and its working rules."""

    memberships: list[Membership] = msgspec.field(default_factory=list)
    rules: list[Rules] = msgspec.field(default_factory=list)

    @property
    def formed(self) -> Membership | None:
        return next((m for m in self.memberships if not m.reinforced), None)


class UnitFact(msgspec.Struct, omit_defaults=True):
    """One unit. It counts from `registered_on`; None while its registration has not arrived."""

    level: int = 0
    kind: str = ""
    registered_on: date | None = None
    registered_by: str = ""
    placements: list[Placement] = msgspec.field(default_factory=list)
    names: list[Name] = msgspec.field(default_factory=list)
    endings: list[Ending] = msgspec.field(default_factory=list)
    preparations: list[Piece] = msgspec.field(default_factory=list)
    plans: dict[str, list[PlanStep]] = msgspec.field(default_factory=dict)
    meeting: Meeting | None = None
    voided_by: int = 0
    """The stream version of the last voiding: it takes the arrangements before it along."""
    arrangements: list[Arrangement] = msgspec.field(default_factory=list)
    trainings: dict[str, Training] = msgspec.field(default_factory=dict)
    groups: dict[str, Group] = msgspec.field(default_factory=dict)

    @property
    def ending(self) -> Ending | None:
        return self.endings[0] if self.endings else None

    @property
    def class_(self) -> str:
        return _class_of(self.level, self.kind)

    def exists_on(self, day: date) -> bool:
        ending = self.ending
        return (
            self.registered_on is not None
            and self.registered_on <= day
            and (ending is None or day < ending.on)
        )

    def path_on(self, day: date) -> str:
        """Where the unit stood on a day; before its first placement, where that one put it."""
        return last_on(self.placements, day).path

    def name_on(self, day: date) -> str:
        return last_on(self.names, day).name if self.names else ""

    @property
    def path(self) -> str:
        """Where the unit stands after all we know of."""
        return self.placements[-1].path if self.placements else ""

    @property
    def held(self) -> Meeting | None:
        """The mobilization meeting, unless it was voided or never told of."""
        return self.meeting if self.meeting and not self.meeting.voided else None

    @property
    def arranged(self) -> list[Arrangement]:
        """The arrangements that stand: those made since a meeting was last voided."""
        return [a for a in self.arrangements if a.version > self.voided_by]

    def plan_on(self, category: str, day: date) -> PlanStep | None:
        """The last step recorded among those that had happened by the end of that day."""
        return next((s for s in reversed(self.plans.get(category, ())) if s.on <= day), None)


class Windows(Piece, frozen=True, array_like=True):
    windows: tuple[Window, ...]


class Document(Piece, frozen=True, array_like=True):
    kind: str
    title: str
    topic: str
    unit: str
    applies_to: tuple[str, ...]


class Order(Piece, frozen=True, array_like=True):
    title: str
    unit: str
    levels: tuple[int, ...]


class CampaignMeeting(Piece, frozen=True, array_like=True):
    kind: str
    title: str
    unit: str
    attendees: int


class Opening(Piece, frozen=True, array_like=True):
    """`on` is the day the campaign starts."""

    name_zh: str
    name_en: str
    root: str
    ends_on: date
    mobilization_from: date


class CampaignFact(msgspec.Struct, omit_defaults=True):
    """What holds for a whole campaign rather than for one unit."""

    opening: Opening | None = None
    windows: list[Windows] = msgspec.field(default_factory=list)
    documents: dict[str, Document] = msgspec.field(default_factory=dict)
    orders: dict[str, Order] = msgspec.field(default_factory=dict)
    meetings: dict[str, CampaignMeeting] = msgspec.field(default_factory=dict)

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """The windows in force on a day: those last set by then, at first those of the opening."""
        in_force = next((w for w in reversed(self.windows) if w.on <= day), None)
        return (in_force or self.windows[0]).windows if self.windows else ()


@cache
def _class_of(level: int, kind: str) -> str:
    return unit_class(level, kind)
