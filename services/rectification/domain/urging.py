"""The urging ladder: when each step falls due, and a step's life: taken once, delivered by channel."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from shared.contracts.rectification import (
    LADDER_STEPS,
    LadderStep,
    UrgingDelivered,
    UrgingRulesSet,
    UrgingStepTaken,
)
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal

DEFAULT_STEPS: Final = (
    LadderStep("reminder", -3),
    LadderStep("notice", 1),
    LadderStep("bulletin", 5),
    LadderStep("interview", 10),
)
FARTHEST_WORKDAYS: Final = 120
"""How far from a due date a step may lie, before it or after."""


class LadderOutOfOrder(Refusal):
    code = "ladder-out-of-order"
    status = 422
    zh = "催办步骤须按 催办、督办、通报、约谈 的次序,天数逐级递增;“{step}”不符合。"
    en = (
        "Steps stand in the order reminder, notice, bulletin, interview, each on later workdays"
        " than the one before; {step} does not."
    )


class StepNotDue(Refusal):
    code = "step-not-due"
    status = 422
    zh = "“{step}”应在 {falls_on} 进行,{taken_on} 尚未到期。"
    en = "The step {step} falls due on {falls_on}; {taken_on} is too early."


class StepNotTaken(Refusal):
    code = "step-not-taken"
    zh = "该催办步骤尚未作出,不能登记送达。"
    en = "This step has not been taken, so nothing of it was delivered."


@dataclass(frozen=True, slots=True)
class SetRules:
    rules: UrgingRulesSet


def decide_rules(command: SetRules, rules: UrgingRulesSet | None) -> list[UrgingRulesSet]:
    wanted = command.rules
    if rules is not None and rules.steps == wanted.steps:
        return []
    allow_ladder(wanted.steps)
    return [wanted]


def evolve_rules(rules: UrgingRulesSet | None, event: UrgingRulesSet) -> UrgingRulesSet | None:
    return event


RULES: Final = Decider[SetRules, UrgingRulesSet | None, UrgingRulesSet](
    None, decide_rules, evolve_rules
)


def allow_ladder(steps: Sequence[LadderStep]) -> None:
    """Raise unless the steps climb: each later in the ladder, and on a later working day."""
    for lower, upper in pairwise(steps):
        climbs = LADDER_STEPS.index(lower.step) < LADDER_STEPS.index(upper.step)
        if not climbs or lower.workdays >= upper.workdays:
            raise LadderOutOfOrder(step=upper.step)


@dataclass(frozen=True, slots=True)
class Falling:
    """On which day a step falls for everything due on a date."""

    due_on: date
    step: str
    falls_on: date


def falling(
    steps: Iterable[LadderStep], day: date, back_workdays: int, calendar: WorkingCalendar
) -> Iterator[Falling]:
    """The steps that fall on `day` or on one of the workdays shortly before it, by due date.

    Steps that fell earlier are not taken any more: what is back-filled is not urged years late.
    """
    oldest = calendar.add_workdays(day, -back_workdays)
    for step in steps:
        for due_on in _around(oldest, day, step.workdays):
            falls_on = calendar.add_workdays(due_on, step.workdays)
            if oldest <= falls_on <= day:
                yield Falling(due_on, step.step, falls_on)


def _around(first: date, last: date, workdays: int) -> Iterator[date]:
    """More than every due date whose step may fall from `first` to `last`: weeks have five working
    days, holidays last ten days.
    """
    off = timedelta(days=abs(workdays) * 2 + 21)
    start, end = (first - off, last) if workdays > 0 else (first, last + off)
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


@dataclass(frozen=True, slots=True)
class Take:
    """`falls_on` is the first day the rules allow the step on."""

    taken: UrgingStepTaken
    falls_on: date


@dataclass(frozen=True, slots=True)
class Deliver:
    channel: str
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A step taken, and the channels it was delivered through, in order."""

    taken: UrgingStepTaken
    channels: tuple[str, ...] = ()
    delivered_at: datetime | None = None


Command = Take | Deliver
Event = UrgingStepTaken | UrgingDelivered


def decide_step(command: Command, step: Step | None) -> list[Event]:
    match command, step:
        case Take(), None:
            return [_taken(command)]
        case Take(), Step():
            return []
        case Deliver(channel=channel), Step() if channel in step.channels:
            return []
        case Deliver(), Step():
            return [_delivered(command, step.taken)]
        case _:
            raise StepNotTaken


def evolve_step(step: Step | None, event: Event) -> Step | None:
    match event, step:
        case UrgingStepTaken(), _:
            return Step(event)
        case UrgingDelivered(), Step(taken=taken, channels=channels):
            return Step(taken, (*channels, event.channel), event.delivered_at)
        case _:
            return step


STEP: Final = Decider[Command, Step | None, Event](None, decide_step, evolve_step)


def _taken(command: Take) -> UrgingStepTaken:
    taken = command.taken
    if taken.taken_on < command.falls_on:
        raise StepNotDue(step=taken.step, falls_on=command.falls_on, taken_on=taken.taken_on)
    return taken


def _delivered(command: Deliver, taken: UrgingStepTaken) -> UrgingDelivered:
    return UrgingDelivered(
        campaign=taken.campaign,
        subject=taken.subject,
        thing=taken.thing,
        unit=taken.unit,
        step=taken.step,
        due_on=taken.due_on,
        channel=command.channel,
        delivered_at=command.delivered_at,
    )
