"""Events of the supervision service: teams, instructors, duties, liaison points, publicity."""

from datetime import date
from typing import ClassVar

import msgspec

from shared.contracts.contract import Contract
from shared.kernel.events import Event, Instant


class TeamFormed(Event, frozen=True):
    """A level forms a team; its unit is the one that formed it. `purpose` is `station` or `make_up`.

    The first leader is asked for where rank rules want one; else empty. `members` are all the
    team's people, leaders included.
    """

    happened: ClassVar[str] = "formed_on"
    campaign: str
    team: str
    name: str
    formed_by: str
    purpose: str
    first_leader: str
    leader: str
    members: tuple[str, ...]
    formed_on: date


class TeamMembersChanged(Event, frozen=True):
    happened: ClassVar[str] = "changed_on"
    campaign: str
    team: str
    formed_by: str
    first_leader: str
    leader: str
    members: tuple[str, ...]
    reason: str
    changed_on: date


class TeamTrained(Event, frozen=True):
    happened: ClassVar[str] = "trained_on"
    campaign: str
    team: str
    formed_by: str
    training: str
    trained_on: date


class TeamDispatched(Event, frozen=True):
    """A team is stationed one level down; told in the history of the unit it goes to.

    `patrols` are the units two levels down it looks at; empty means all below the station.
    """

    happened: ClassVar[str] = "dispatched_on"
    campaign: str
    team: str
    formed_by: str
    unit: str
    patrols: tuple[str, ...]
    dispatched_on: date


class PatrolsChanged(Event, frozen=True):
    happened: ClassVar[str] = "changed_on"
    campaign: str
    team: str
    unit: str
    patrols: tuple[str, ...]
    changed_on: date


class TeamRecalled(Event, frozen=True):
    """A team leaves the unit it was stationed at; it may be dispatched again, or is done."""

    happened: ClassVar[str] = "recalled_on"
    campaign: str
    team: str
    formed_by: str
    unit: str
    reason: str
    recalled_on: date


class OfficialsListed(Event, frozen=True):
    """Whom a make-up team has to see: officials who missed the earlier batch."""

    happened: ClassVar[str] = "listed_on"
    campaign: str
    team: str
    formed_by: str
    officials: tuple[str, ...]
    listed_on: date


class OfficialCaughtUp(Event, frozen=True):
    happened: ClassVar[str] = "caught_up_on"
    campaign: str
    team: str
    formed_by: str
    official: str
    caught_up_on: date


class InstructorAssigned(Event, frozen=True):
    """A township sends an instructor to a unit of its own; its unit is the one instructed."""

    happened: ClassVar[str] = "assigned_on"
    campaign: str
    unit: str
    instructor: str
    assigned_by: str
    assigned_on: date


class InstructorWithdrawn(Event, frozen=True):
    happened: ClassVar[str] = "withdrawn_on"
    campaign: str
    unit: str
    instructor: str
    assigned_by: str
    reason: str
    withdrawn_on: date


class DutyDone(Event, frozen=True):
    """What a team did at a unit; `kind` is one of DUTY_KINDS."""

    happened: ClassVar[str] = "done_on"
    campaign: str
    duty: str
    kind: str
    team: str
    unit: str
    summary: str
    done_on: date


class FindingReported(Event, frozen=True):
    """What a team found at a unit. Marked for rectification, it becomes a ledger item there."""

    happened: ClassVar[str] = "found_on"
    campaign: str
    finding: str
    team: str
    unit: str
    category: str
    summary: str
    for_rectification: bool
    responsible_person: str
    due_on: date | None
    found_on: date


class FindingHandedOver(Event, frozen=True):
    """The ledger has taken a finding as this item."""

    happened: ClassVar[str] = "handed_over_at"
    campaign: str
    finding: str
    unit: str
    item: str
    handed_over_at: Instant


class FindingRefused(Event, frozen=True):
    """The ledger would not take a finding, with its code; somebody has to look."""

    happened: ClassVar[str] = "refused_at"
    campaign: str
    finding: str
    unit: str
    code: str
    refused_at: Instant


class LiaisonTarget(msgspec.Struct, frozen=True):
    """What a leader of some rank owes: between `at_least` and `at_most` of `target`.

    `target` is `league`, `banner`, `township`, `department` or `life_meeting`.
    """

    target: str
    at_least: int
    at_most: int


class LiaisonQuotaSet(Event, frozen=True):
    """What leaders of `rank` in this area owe. The nearest area above a leader's own decides."""

    happened: ClassVar[str] = "set_at"
    campaign: str
    area: str
    rank: str
    targets: tuple[LiaisonTarget, ...]
    set_at: Instant


class LiaisonLeaderNamed(Event, frozen=True):
    """A leader of an area takes part in the liaison system with this rank."""

    happened: ClassVar[str] = "named_on"
    campaign: str
    leader: str
    area: str
    rank: str
    named_on: date


class LiaisonPointTaken(Event, frozen=True):
    """A leader takes a unit as liaison point; its unit is the point."""

    happened: ClassVar[str] = "taken_on"
    campaign: str
    unit: str
    leader: str
    area: str
    target: str
    taken_on: date


class LiaisonPointLeft(Event, frozen=True):
    happened: ClassVar[str] = "left_on"
    campaign: str
    unit: str
    leader: str
    area: str
    reason: str
    left_on: date


class LiaisonVisitMade(Event, frozen=True):
    happened: ClassVar[str] = "visited_on"
    campaign: str
    visit: str
    unit: str
    leader: str
    summary: str
    visited_on: date


class LifeMeetingAttended(Event, frozen=True):
    """A leader attended a unit's democratic life meeting."""

    happened: ClassVar[str] = "attended_on"
    campaign: str
    unit: str
    leader: str
    area: str
    attended_on: date


class JointMeetingHeld(Event, frozen=True):
    """An area's teams met; `attendees` counts heads."""

    happened: ClassVar[str] = "held_on"
    campaign: str
    meeting: str
    unit: str
    title: str
    attendees: int
    held_on: date


class TeamRulesAdopted(Event, frozen=True):
    """An area's rules for its teams; `kind` is `working_rules` or `discipline`."""

    happened: ClassVar[str] = "adopted_on"
    campaign: str
    unit: str
    kind: str
    title: str
    adopted_on: date


class PublicityIssued(Event, frozen=True):
    """`pieces` published through one of CHANNELS by a unit, on one day."""

    happened: ClassVar[str] = "issued_on"
    campaign: str
    issue: str
    unit: str
    channel: str
    title: str
    pieces: int
    issued_on: date


class LectureGiven(Event, frozen=True):
    """Lectures by cadres (`cadre_lecture`) or lessons by branch secretaries (`secretary_lesson`).

    `speakers` and `listeners` count heads; `lectures` counts how often they spoke.
    """

    happened: ClassVar[str] = "given_on"
    campaign: str
    lecture: str
    unit: str
    kind: str
    title: str
    speakers: int
    lectures: int
    listeners: int
    given_on: date


DUTY_KINDS = (
    "plan_examined",
    "preparation_guided",
    "mobilization_attended",
    "appraisal_organised",
    "annual_appraisal_joined",
    "patrol_made",
)
CHANNELS = ("press", "broadcasting", "microblog", "wechat", "qq_group", "mobile_paper")
LIAISON_TARGETS = ("league", "banner", "township", "department", "life_meeting")

SUPERVISION = Contract(
    service="supervision",
    events={
        "TeamFormed": (1, TeamFormed),
        "TeamMembersChanged": (1, TeamMembersChanged),
        "TeamTrained": (1, TeamTrained),
        "TeamDispatched": (1, TeamDispatched),
        "PatrolsChanged": (1, PatrolsChanged),
        "TeamRecalled": (1, TeamRecalled),
        "OfficialsListed": (1, OfficialsListed),
        "OfficialCaughtUp": (1, OfficialCaughtUp),
        "InstructorAssigned": (1, InstructorAssigned),
        "InstructorWithdrawn": (1, InstructorWithdrawn),
        "DutyDone": (1, DutyDone),
        "FindingReported": (1, FindingReported),
        "FindingHandedOver": (1, FindingHandedOver),
        "FindingRefused": (1, FindingRefused),
        "LiaisonQuotaSet": (1, LiaisonQuotaSet),
        "LiaisonLeaderNamed": (1, LiaisonLeaderNamed),
        "LiaisonPointTaken": (1, LiaisonPointTaken),
        "LiaisonPointLeft": (1, LiaisonPointLeft),
        "LiaisonVisitMade": (1, LiaisonVisitMade),
        "LifeMeetingAttended": (1, LifeMeetingAttended),
        "JointMeetingHeld": (1, JointMeetingHeld),
        "TeamRulesAdopted": (1, TeamRulesAdopted),
        "PublicityIssued": (1, PublicityIssued),
        "LectureGiven": (1, LectureGiven),
    },
)
