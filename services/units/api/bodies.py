"""Bodies of the commands: bounded, without what is unknown."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from shared.platform.fields import Body, Code, Count, LocalDate, LongText, Name, PersonId

Kind = Literal[
    "region", "city", "league",
    "banner", "county", "county_city", "district", "zone",
    "town", "township", "sumu", "subdistrict", "other_township",
    "village", "gacha", "community", "other_village",
    "leading_bodies", "directly_affiliated", "enterprise_institution", "window_unit",
    "non_public_social", "floating_branch",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
GroupKind = Literal["leading_group", "office"]
Level = Annotated[int, Field(strict=True, ge=1, le=5)]


class RegisterUnit(Body):
    """A unit to register; the root has no parent. Without a date: today."""

    code: Code
    parent_code: Code | None = None
    level: Level
    kind: Kind
    name: Name
    registered_on: LocalDate | None = None


class RenameUnit(Body):
    name: Name
    effective_on: LocalDate


class MoveUnit(Body):
    """Placed under another parent, with everything below."""

    parent_code: Code
    effective_on: LocalDate


class MergeUnit(Body):
    """Merged into another unit of its level; what is below goes there, too."""

    into: Code
    effective_on: LocalDate


class AbolishUnit(Body):
    reason: LongText
    effective_on: LocalDate


class RehearsedStep(Body):
    """A move under the unit `to`, or a merge into it."""

    command: Literal["move", "merge"]
    unit: Code
    to: Code
    on: LocalDate


class Rehearsal(Body):
    """Steps one after another, each after what those before it would do."""

    steps: Annotated[list[RehearsedStep], Field(min_length=1, max_length=20)]


class FormGroup(Body):
    """A leading group or office; with a later date than before, its reinforcement."""

    unit: Code
    group: GroupKind
    formed_on: LocalDate
    leader: PersonId | None = None
    members: Annotated[Count, Field(ge=1, le=100_000)]
    rules_title: Name | None = None
    rules_adopted_on: LocalDate | None = None


class AdoptWorkingRules(Body):
    unit: Code
    group: GroupKind
    title: Name
    adopted_on: LocalDate


class EnterPerson(Body):
    person: PersonId
    name: Name
    title: Name | None = None
    rank: Name | None = None
    unit: Code
