"""What the read endpoints show; a field's name is its column's."""

from datetime import date
from typing import Any

import msgspec

from shared.contracts.supervision import LiaisonTarget


class TeamShown(msgspec.Struct):
    """A team; `unit` formed it, `station` is empty while it is at home."""

    team: str
    unit: str
    level: int
    name: str
    purpose: str
    state: str
    first_leader: str
    leader: str
    members: list[str]
    people: int
    formed_on: date
    trained_on: date | None
    station: str
    patrols: list[str]
    dispatched_on: date | None
    recalled_on: date | None
    officials: int
    caught_up: int


class TeamLife(msgspec.Struct):
    """A team as it stands and every step that led there."""

    team: TeamShown
    history: list[dict[str, Any]]


class DiaryShown(msgspec.Struct):
    """`source` is `step`, `duty` or `finding`; `entry` its number or id."""

    team: str
    day: date
    source: str
    entry: str
    kind: str
    unit: str
    summary: str


class InstructorShown(msgspec.Struct):
    unit: str
    instructor: str
    assigned_by: str
    state: str
    assigned_on: date
    withdrawn_on: date | None


class DutyShown(msgspec.Struct):
    duty: str
    kind: str
    team: str
    unit: str
    summary: str
    done_on: date


class FindingShown(msgspec.Struct):
    """`item` is the ledger's, once handed over; `refused` the code with which it was not taken."""

    finding: str
    team: str
    unit: str
    category: str
    summary: str
    state: str
    for_rectification: bool
    responsible_person: str
    due_on: date | None
    found_on: date
    item: str
    refused: str


class UnitShown(msgspec.Struct):
    unit: str
    level: int
    kind: str
    name: str


class GrassrootsShown(msgspec.Struct):
    unit: str
    township: str
    kind: str
    name: str


class TownshipShown(msgspec.Struct):
    """How many of a township's units have instructors, and how many those are."""

    unit: str
    name: str
    units: int
    instructed: int
    instructors: int


class QuotaShown(msgspec.Struct):
    unit: str
    rank: str
    targets: list[LiaisonTarget]


class LeaderShown(msgspec.Struct):
    leader: str
    unit: str
    rank: str
    named_on: date
    points: int
    life_meetings: int


class PointShown(msgspec.Struct):
    leader: str
    unit: str
    target: str
    taken_on: date


class LifeMeetingShown(msgspec.Struct):
    leader: str
    unit: str
    attended_on: date


class VisitShown(msgspec.Struct):
    visit: str
    leader: str
    unit: str
    summary: str
    visited_on: date


class ComplianceShown(msgspec.Struct):
    """What a leader owes of one target, has taken, and still misses."""

    leader: str
    target: str
    unit: str
    rank: str
    owed: int
    at_most: int
    taken: int
    missing: int
    done: bool


class AreaComplianceShown(msgspec.Struct):
    """The same of all leaders of an area and rank; `behind` have not done all they owe."""

    unit: str
    rank: str
    leaders: int
    behind: int
    owed: int
    taken: int
    missing: int


class JointMeetingShown(msgspec.Struct):
    meeting: str
    unit: str
    title: str
    attendees: int
    held_on: date


class TeamRulesShown(msgspec.Struct):
    unit: str
    kind: str
    title: str
    adopted_on: date


class PublicityShown(msgspec.Struct):
    issue: str
    unit: str
    channel: str
    title: str
    pieces: int
    issued_on: date


class ChannelShown(msgspec.Struct):
    channel: str
    issues: int
    pieces: int


class ChannelsShown(msgspec.Struct):
    """What was published by a unit and all below it, by channel."""

    unit: str
    channels: list[ChannelShown]


class LectureShown(msgspec.Struct):
    lecture: str
    unit: str
    kind: str
    title: str
    speakers: int
    lectures: int
    listeners: int
    given_on: date


class TeamThere(msgspec.Struct):
    """A team at a unit, with what others have to know of it."""

    team: str
    name: str
    formed_by: str
    station: str
    dispatched_on: date
    first_leader: str
    leader: str
    members: list[str]


class InstructorThere(msgspec.Struct):
    instructor: str
    assigned_by: str
    assigned_on: date


class Supervisors(msgspec.Struct):
    """Who supervises a unit: teams stationed there, teams of above that patrol it, instructors."""

    unit: str
    stationed: list[TeamThere]
    patrolling: list[TeamThere]
    instructors: list[InstructorThere]


class Supervising(msgspec.Struct):
    """A team a person is in, and every unit it is stationed at or patrols."""

    team: str
    formed_by: str
    units: list[str]


class SupervisingPage(msgspec.Struct):
    person: str
    teams: list[Supervising]
