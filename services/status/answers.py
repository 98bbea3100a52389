"""Answers: the shapes the views are given out in."""

from datetime import date, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from services.status.contributions import Tree
from services.status.facts import PlanState
from services.status.figures import ClassFigures, Counts, Mobilization, WindowDays
from services.status.lights import Light
from services.status.tallies import Tallies

State = Literal[
    "mobilized_on_time", "mobilized_late", "not_yet_due", "pending", "overdue", "unscheduled"
]


class Freshness(msgspec.Struct):
    """Up to when events are in the view, and how far it is behind; null when never measured."""

    applied_at: datetime | None
    events_behind: int | None
    seconds_behind: float | None


class Hindsight(msgspec.Struct, kw_only=True):
    """Of an answer as it was known at an instant: up to which version of each history, and how
    many entries on the unit and those below it were recorded after the day they happened.
    """

    known_at: datetime | UnsetType = UNSET
    position: str | UnsetType = UNSET
    late: int | UnsetType = UNSET


class OwnPlan(msgspec.Struct):
    state: PlanState
    since: date
    plan_version: int
    gates_passed: list[str]
    reasons: tuple[str, ...]
    event: str


class OwnMobilization(msgspec.Struct):
    """The unit's own meeting; `state` and light judge it by the window of its class."""

    state: State
    light: Light
    window: WindowDays | None
    planned_on: date | None = None
    held_on: date | None = None
    attendees: int | None = None
    flags: tuple[str, ...] = ()
    event: str | None = None


class OwnTraining(msgspec.Struct):
    training: str
    audience: str
    phase: str
    held_on: date
    participants: int
    event: str


class OwnGroup(msgspec.Struct):
    group: str
    formed_on: date | None
    reinforced_on: date | None
    members: int
    rules: str | None
    rules_adopted_on: date | None


class OwnState(msgspec.Struct):
    """What the unit itself has done by a day; `figures` are what its own teams, items and the
    like add up to.
    """

    exists: bool
    prepared_on: date | None
    plans: dict[str, OwnPlan]
    mobilization: OwnMobilization
    trainings: list[OwnTraining]
    groups: list[OwnGroup]
    figures: Tallies
    ledger_light: Light


class UnitHead(msgspec.Struct):
    """Which unit an answer is about, as it was called and where it stood on the day."""

    unit: str
    name: str
    level: int
    kind: str
    class_: str = msgspec.field(name="class")
    path: str
    parent: str | None
    registered_on: date
    abolished_on: date | None
    merged_into: str | None


class IssuedDocument(msgspec.Struct):
    document: str
    kind: str
    title: str
    topic: str
    unit: str
    issued_on: date
    applies_to: tuple[str, ...]


class PreparationOrder(msgspec.Struct):
    order: str
    title: str
    unit: str
    levels: tuple[int, ...]
    ordered_on: date


class HeldMeeting(msgspec.Struct):
    meeting: str
    kind: str
    title: str
    unit: str
    held_on: date
    attendees: int


class CampaignState(msgspec.Struct):
    """What the whole campaign has issued and held by a day."""

    name_zh: str
    name_en: str
    starts_on: date
    ends_on: date
    documents_by_kind: dict[str, int]
    documents: list[IssuedDocument]
    preparation_orders: list[PreparationOrder]
    meetings: list[HeldMeeting]


class UnitStatus(Hindsight):
    """One unit on one day: its own state, by class what stands below it, and both together."""

    campaign: str
    as_of: date
    tree: Tree
    unit: UnitHead
    own: OwnState
    below: dict[str, ClassFigures]
    below_total: Counts
    total: Counts
    campaign_wide: CampaignState | None
    freshness: Freshness


class ChildRow(msgspec.Struct):
    """A unit one level down; `total` counts itself and everything below it."""

    unit: UnitHead
    own: OwnState
    total: Counts


class Children(Hindsight):
    campaign: str
    as_of: date
    tree: Tree
    parent: str
    count: int
    children: list[ChildRow]
    next_cursor: str | None
    freshness: Freshness


class LeagueRow(msgspec.Struct):
    """A league in the comparison; leagues with the same outcome share a rank."""

    rank: int
    unit: UnitHead
    own: OwnState
    below: dict[str, ClassFigures]
    total: Counts


class Leagues(Hindsight):
    campaign: str
    as_of: date
    tree: Tree
    leagues: list[LeagueRow]
    freshness: Freshness


class TimelineDay(msgspec.Struct):
    """The figures at the end of a day."""

    day: date
    expected: int
    prepared: int
    plans_approved: int
    trained: int
    mobilization: Mobilization
    teams: int
    supervised: int
    instructors: int
    items_open: int
    items_overdue: int
    items_closed: int


class Timeline(Hindsight):
    """Day by day, by the windows in force on the last day."""

    campaign: str
    unit: str
    tree: Tree
    class_: str | None = msgspec.field(name="class")
    from_: date = msgspec.field(name="from")
    to: date
    days: list[TimelineDay]
    freshness: Freshness
