"""Bodies and answers of the urging ladder's endpoints."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from pydantic import Field

from services.rectification.domain.urging import FARTHEST_WORKDAYS
from services.rectification.urging.due import DueStep
from services.rectification.urging.taking import StepCount
from shared.contracts.rectification import LadderStep
from shared.platform.fields import Body, Code, LocalDate

Subject = Literal["plan", "mobilization", "item"]
StepName = Literal["reminder", "notice", "bulletin", "interview"]
Back = Annotated[int, Field(strict=True, ge=0, le=FARTHEST_WORKDAYS)]
Channel = Annotated[str, Field(strict=True, pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]


class StepBody(Body):
    """So many workdays after the due date; before it, when negative."""

    step: StepName
    workdays: Annotated[int, Field(strict=True, ge=-FARTHEST_WORKDAYS, le=FARTHEST_WORKDAYS)]


class SetUrgingRules(Body):
    """Without steps, nothing of this subject is urged in the area."""

    area: Code
    subject: Subject
    steps: Annotated[list[StepBody], Field(max_length=4)]


class RunUrging(Body):
    """`day` is today where it is left out; steps that fell earlier than `back_workdays` before
    it are not taken.
    """

    day: LocalDate | None = None
    back_workdays: Back | None = None


class RetryDeliveries(Body):
    """Of this channel, or of every one."""

    channel: Channel | None = None


class RunAnswer(msgspec.Struct, frozen=True):
    """How many steps were taken."""

    day: date
    taken: int
    counts: list[StepCount]


class PreviewAnswer(msgspec.Struct, frozen=True):
    """What a run would take, in the callers' area; at most 500 steps are listed, all are counted."""

    day: date
    total: int
    counts: list[StepCount]
    steps: list[DueStep]


class RuleShown(msgspec.Struct, frozen=True):
    """How a subject is urged; the area is empty for the rule of everybody who set none."""

    area: str
    subject: str
    steps: tuple[LadderStep, ...]


class RulesAnswer(msgspec.Struct, frozen=True):
    rules: list[RuleShown]


class RetryAnswer(msgspec.Struct, frozen=True):
    """How many parked deliveries will be tried again."""

    retried: int
