"""Bodies of supervision's commands: bounded, without what is unknown; fields named as columns are."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.rectification import CATEGORIES
from shared.platform.fields import (
    INT32_MAX,
    Body,
    Code,
    LocalDate,
    LongText,
    Name,
    PersonId,
)

Purpose = Literal["station", "make_up"]
DutyKind = Literal[
    "plan_examined",
    "preparation_guided",
    "mobilization_attended",
    "appraisal_organised",
    "annual_appraisal_joined",
    "patrol_made",
]
Channel = Literal["press", "broadcasting", "microblog", "wechat", "qq_group", "mobile_paper"]
PointTarget = Literal["league", "banner", "township", "department"]
Target = Literal["league", "banner", "township", "department", "life_meeting"]
LectureKind = Literal["cadre_lecture", "secretary_lesson"]
RulesKind = Literal["working_rules", "discipline"]
Number = Annotated[int, Field(strict=True, ge=1, le=INT32_MAX)]
Few = Annotated[int, Field(strict=True, ge=0, le=1000)]
Short = Annotated[Name, Field(max_length=63)]
# The ledger's own words: what is found today may be an item there tomorrow.
Category = Annotated[
    str, Field(strict=True, pattern=f"^({'|'.join(CATEGORIES)})$", examples=["formalism"])
]
People = Annotated[list[PersonId], Field(min_length=1, max_length=200)]
Patrols = Annotated[list[Code], Field(max_length=200)]


class FormTeam(Body):
    team: PersonId
    name: Name
    formed_by: Code
    purpose: Purpose
    first_leader: PersonId | None = None
    leader: PersonId | None = None
    members: People
    formed_on: LocalDate


class ChangeMembers(Body):
    first_leader: PersonId | None = None
    leader: PersonId | None = None
    members: People
    reason: Name
    changed_on: LocalDate


class TrainTeam(Body):
    training: PersonId
    trained_on: LocalDate


class DispatchTeam(Body):
    """Without `patrols` the team looks at everything below its station."""

    unit: Code
    patrols: Patrols | None = None
    dispatched_on: LocalDate


class ChangePatrols(Body):
    patrols: Patrols
    changed_on: LocalDate


class RecallTeam(Body):
    reason: Name
    recalled_on: LocalDate


class ListOfficials(Body):
    officials: Annotated[list[PersonId], Field(max_length=2000)]
    listed_on: LocalDate


class CatchUp(Body):
    caught_up_on: LocalDate


class AssignInstructor(Body):
    unit: Code
    instructor: PersonId
    assigned_by: Code
    assigned_on: LocalDate


class WithdrawInstructor(Body):
    unit: Code
    instructor: PersonId
    reason: Name
    withdrawn_on: LocalDate


class RecordDuty(Body):
    duty: PersonId
    kind: DutyKind
    team: PersonId
    unit: Code
    summary: LongText | None = None
    done_on: LocalDate


class ReportFinding(Body):
    """Marked `for_rectification`, it names a responsible person and a due date."""

    finding: PersonId
    team: PersonId
    unit: Code
    category: Category
    summary: LongText
    for_rectification: Annotated[bool, Field(strict=True)]
    responsible_person: PersonId | None = None
    due_on: LocalDate | None = None
    found_on: LocalDate


class QuotaTarget(Body):
    target: Target
    at_least: Few
    at_most: Few


class SetQuota(Body):
    """What leaders of this rank owe in this area and below it, until a nearer area says else."""

    area: Code
    rank: Short
    targets: Annotated[list[QuotaTarget], Field(max_length=5)]


class NameLeader(Body):
    leader: PersonId
    area: Code
    rank: Short
    named_on: LocalDate


class TakePoint(Body):
    leader: PersonId
    unit: Code
    target: PointTarget
    taken_on: LocalDate


class LeavePoint(Body):
    leader: PersonId
    unit: Code
    reason: Name
    left_on: LocalDate


class MakeVisit(Body):
    visit: PersonId
    leader: PersonId
    unit: Code
    summary: LongText | None = None
    visited_on: LocalDate


class AttendLifeMeeting(Body):
    leader: PersonId
    unit: Code
    attended_on: LocalDate


class HoldJointMeeting(Body):
    meeting: PersonId
    unit: Code
    title: Name
    attendees: Number
    held_on: LocalDate


class AdoptTeamRules(Body):
    unit: Code
    kind: RulesKind
    title: Name
    adopted_on: LocalDate


class IssuePublicity(Body):
    issue: PersonId
    unit: Code
    channel: Channel
    title: Name | None = None
    pieces: Number
    issued_on: LocalDate


class GiveLectures(Body):
    lecture: PersonId
    unit: Code
    kind: LectureKind
    title: Name | None = None
    speakers: Number
    lectures: Number
    listeners: Number
    given_on: LocalDate
