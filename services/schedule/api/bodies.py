"""Bodies of the schedule's commands: bounded, without what is unknown."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.kernel.time import SHANGHAI
from shared.platform.fields import (
    CAMPAIGN_PATTERN,
    CODE_PATTERN,
    INT32_MAX,
    Body,
    Code,
    LocalDate,
    LongText,
    Name,
    PersonId,
)
from shared.platform.window_fields import Kinds, Level, Levels, Windows

Category = Literal[
    "implementation",
    "window_units",
    "gacha_villages",
    "communities",
    "non_public_social",
    "floating_members",
]
PlanState = Literal["in_review", "returned", "approved"]
MobilizationState = Literal["planned", "held", "voided"]
Reason = Literal["spirit_not_reflected", "local_character_lacking", "not_actionable"]
Audience = Literal["office_staff", "supervision_team", "organisers"]
DocumentKind = Literal["work_plan", "guiding_opinion"]


def _only_text(value: object) -> object:
    # Without this, 0 would be read as 1 January 1970.
    if not isinstance(value, str | datetime):
        raise PydanticCustomError(
            "datetime_type",
            "应为时间,如 2014-02-18T09:00:00+08:00。"
            " Give an instant such as 2014-02-18T09:00:00+08:00.",
        )
    return value


def _in_utc(at: datetime) -> datetime:
    """In UTC; an instant without an offset is Shanghai's wall clock."""
    if not date(1949, 1, 2) <= at.date() <= date(2100, 12, 30):
        raise PydanticCustomError(
            "date_out_of_range",
            "日期应在 1949 至 2100 年之间。 The date must lie between 1949 and 2100.",
        )
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)


Instant = Annotated[
    datetime,
    BeforeValidator(_only_text),
    AfterValidator(_in_utc),
    Field(examples=["2014-02-18T09:00:00+08:00"]),
]
Heads = Annotated[int, Field(strict=True, ge=1, le=INT32_MAX)]
CampaignId = Annotated[str, Field(strict=True, pattern=CAMPAIGN_PATTERN, examples=["nmg-2014"])]
Identifier = Annotated[
    str, Field(strict=True, pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$", examples=["work-plan"])
]
Holder = Annotated[str, Field(strict=True, pattern=CODE_PATTERN, examples=["1502", "parent"])]
Digest = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[0-9A-Za-z:_-]{8,128}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]


class OpenCampaign(Body):
    campaign: CampaignId
    name_zh: Name
    name_en: Name
    root: Code
    starts_on: LocalDate
    ends_on: LocalDate
    mobilization_from: LocalDate
    windows: Windows


class ChangeWindows(Body):
    windows: Windows
    reason: Name


class GateBody(Body):
    gate: Identifier
    name_zh: Name
    name_en: Name
    role: Literal["clerk", "leader", "supervisor"]
    holder: Holder


class SetGates(Body):
    area: Code
    applies_to_level: Level
    category: Category
    gates: Annotated[list[GateBody], Field(min_length=1, max_length=20)]


class IssueDocument(Body):
    document: Identifier
    kind: DocumentKind
    title: Name
    topic: Identifier
    issued_on: LocalDate
    applies_to: Kinds


class OrderPreparation(Body):
    order: Identifier
    title: Name
    levels: Levels
    ordered_on: LocalDate


class RecordMeeting(Body):
    meeting: Identifier
    kind: Identifier
    title: Name
    unit: Code
    held_at: Instant
    attendees: Heads


class CompletePreparation(Body):
    unit: Code
    prepared_on: LocalDate


class SubmitPlan(Body):
    unit: Code
    category: Category
    title: Name
    digest: Digest
    submitted_at: Instant | None = None


class PassGate(Body):
    gate: Identifier
    note: LongText | None = None
    at: Instant | None = None


class ReturnPlan(Body):
    """`reasons` may come empty or unknown: the rules answer that with a code of their own."""

    gate: Identifier
    reasons: Annotated[
        list[Annotated[str, Field(strict=True, pattern=r"^[a-z_]{1,40}$")]],
        Field(max_length=10, examples=[["not_actionable"]]),
    ]
    note: LongText | None = None
    at: Instant | None = None


class HoldMobilization(Body):
    unit: Code
    held_at: Instant
    attendees: Heads
    chaired_by: PersonId | None = None
    place: Name | None = None


class PlanMobilization(Body):
    planned_at: Instant
    place: Name | None = None


class CorrectMobilization(Body):
    held_at: Instant
    attendees: Heads
    chaired_by: PersonId | None = None
    place: Name | None = None
    reason: Name


class VoidMobilization(Body):
    reason: Name


class HoldTraining(Body):
    unit: Code
    training: Identifier
    audience: Audience
    held_on: LocalDate
    participants: Heads
