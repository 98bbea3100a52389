"""Bodies of the commands about ledger items."""

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import Field

from services.rectification.api.programme_bodies import AtLeastOne, Category, Id
from shared.platform.fields import Body, Code, LocalDate, LongText, PersonId

Source = Literal[
    "finding", "petition", "opinion", "self_check", "special_rectification", "cascade", "other"
]
ItemState = Literal["open", "closing", "closed"]
ItemInPath = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$",
        max_length=110,
        description="Item 事项编号",
        examples=["wuhai-1"],
    ),
]
ItemId = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$",
        max_length=110,
        examples=["wuhai-1"],
    ),
]
OrderId = Annotated[
    str, Field(strict=True, pattern=r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$", max_length=60)
]
Origin = Annotated[str, Field(strict=True, pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,109}$")]
Digest = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{64}$")]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Score = Annotated[int, Field(strict=True, ge=1, le=5)]


class RaiseItem(Body):
    """Without `item`, its id is the unit's code and the item's number."""

    item: Id | None = None
    unit: Code
    source: Source
    origin: Origin | None = None
    category: Category
    summary: LongText
    responsible_person: PersonId
    due_on: LocalDate
    raised_on: LocalDate | None = None
    parent: ItemId | None = None
    programme: Id | None = None


class RaiseCascade(Body):
    """An order: an item of `unit`, and one for each unit below it of these levels and kinds.

    `under` narrows it to a part; who is responsible below is the unit's office until it says who.
    """

    item: OrderId
    unit: Code
    under: Code | None = None
    levels: Annotated[
        list[Annotated[int, Field(strict=True, ge=1, le=5)]], Field(min_length=1, max_length=5)
    ]
    kinds: Annotated[list[str], Field(max_length=40)] | None = None
    category: Category
    summary: LongText
    responsible_person: PersonId
    due_on: LocalDate
    raised_on: LocalDate | None = None
    programme: Id | None = None


class StepBody(Body):
    """What every step may say: `on` is today unless history is written up."""

    on: LocalDate | None = None

    def told(self) -> dict[str, Any]:
        """As the columns of a step tell it."""
        given = self.model_dump()
        note = given.pop("reason", None) or given.pop("summary", None) or given.pop("note", None)
        return _NOTHING | given | {"note": note}


_NOTHING = dict.fromkeys(("person", "percent", "due_on", "score", "raters", "holds"))


class AssignItem(StepBody):
    person: PersonId


class ReportItemProgress(StepBody):
    note: LongText | None = None
    percent: Percent


class ExtendItem(StepBody):
    """`person` approved it, where a service writes history up; else it is the caller."""

    due_on: LocalDate
    reason: LongText
    person: PersonId | None = None


class PauseItem(StepBody):
    reason: LongText


class ResumeItem(StepBody):
    """Nothing but the day."""


class RequestItemClosure(StepBody):
    """`evidence` are digests of what was handed in for this item."""

    summary: LongText
    evidence: Annotated[tuple[Digest, ...], Field(max_length=50)] = ()
    person: PersonId | None = None


class RejectClosure(StepBody):
    reason: LongText
    person: PersonId | None = None


class CloseItem(StepBody):
    note: LongText | None = None
    person: PersonId | None = None


class ReopenItem(StepBody):
    reason: LongText
    due_on: LocalDate | None = None


class ReviewItem(StepBody):
    holds: Annotated[bool, Field(strict=True)]
    note: LongText | None = None
    person: PersonId | None = None

    def told(self) -> dict[str, Any]:
        return super().told() | {"holds": "yes" if self.holds else "no"}


class RateItem(StepBody):
    score: Score
    raters: AtLeastOne
