"""Bodies of the commands about plans, programmes, receptions and help."""

from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field

from shared.platform.fields import (
    CODE_PATTERN,
    INT32_MAX,
    Body,
    Code,
    Count,
    LocalDate,
    LongText,
    Name,
    PersonId,
)

Document = Literal["rectification_plan", "special_rectification_plan", "institution_schedule"]
ProgrammeKind = Literal[
    "action",
    "project",
    "special_rectification",
    "commitment",
    "village_help",
    "visits",
    "centres",
    "turnaround",
]
Category = Literal[
    "administrative_inaction",
    "service",
    "infringement",
    "food_drug_safety",
    "ecology",
    "public_safety",
    "education",
    "employment",
    "poverty_relief",
    "housing",
    "petitions",
    "formalism",
    "bureaucracy",
    "hedonism",
    "extravagance",
    "institution",
    "other",
]
HelpKind = Literal["village", "household"]
AtLeastOne = Annotated[int, Field(strict=True, ge=1, le=INT32_MAX)]
Id = Annotated[str, Field(strict=True, pattern=r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$", max_length=64)]
Helper = Annotated[str, Field(strict=True, pattern=CODE_PATTERN, examples=["152502-D03"])]
Digest = Annotated[
    str,
    Field(strict=True, pattern=r"^[0-9A-Za-z:_-]{8,128}$", examples=["9f86d081884c7d65"]),
]

ProgrammeInPath = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$",
        max_length=64,
        description="Programme 项目编号",
        examples=["bayannur-01"],
    ),
]


class FilePlan(Body):
    unit: Code
    document: Document
    title: Name
    digest: Digest
    filed_on: LocalDate


class LinkBatches(Body):
    unit: Code
    led_by: Code
    linked_on: LocalDate


class LaunchProgramme(Body):
    programme: Id
    unit: Code
    kind: ProgrammeKind
    category: Category | None = None
    title: Name
    measure: Name
    target: AtLeastOne
    due_on: LocalDate | None = None
    launched_on: LocalDate


class ReportProgress(Body):
    unit: Code
    entry: Id
    count: AtLeastOne
    note: LongText | None = None
    progressed_on: LocalDate


class CompleteProgramme(Body):
    """`person` is read only where a service writes history up; others act themselves."""

    person: PersonId | None = None
    note: LongText | None = None
    completed_on: LocalDate


class ReceivePetitions(Body):
    reception: Id
    unit: Code
    received_by: PersonId
    visits: Count
    cases: Count
    settled_on_spot: Count
    held_on: LocalDate


class PairHelp(Body):
    pairing: Id
    unit: Code
    helper: Helper
    kind: HelpKind
    households: AtLeastOne
    paired_on: LocalDate


class EndHelp(Body):
    outcome: Name
    ended_on: LocalDate
