"""Taking the steps that are due: on record in sets, each queued for every channel."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

from services.rectification.domain.urging import Take
from services.rectification.urging.due import DueStep, due_steps
from services.rectification.views.urging import OF_STEP, Queueing
from shared.contracts.rectification import UrgingStepTaken
from shared.platform.campaigns import KnownCampaign
from shared.platform.commands import CommandHandler, Outcome, Work
from shared.platform.recording import Answer, Origin

_AT_ONCE: Final = 2_000
# After so many the planner must count anew: with figures of the table when it was empty, it would
# read all steps of a campaign for each of them.
_MANY: Final = 1_000
_COUNT_ANEW: Final = "analyze urging_steps, urging_deliveries"


class StepCount(msgspec.Struct, frozen=True):
    """How many steps of one kind are taken, or would be."""

    subject: str
    step: str
    steps: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run took; `answers` hold the positions it reached."""

    counts: list[StepCount]
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes steps; `channels` are the names of those each step is to be delivered through, and
    `back_workdays` says how late a step is still taken where nothing else is asked for.
    """

    handler: CommandHandler
    channels: Sequence[str]
    back_workdays: int

    async def due(self, campaign: KnownCampaign, day: date, back: int) -> list[DueStep]:
        return await due_steps(self.handler.store.pool, campaign, day, back)

    async def run(self, campaign: KnownCampaign, day: date, back: int, origin: Origin) -> Taken:
        """Take all that is due at `day`; some thousands in a transaction, not one."""
        steps = await self.due(campaign, day, back)
        answers: list[Answer] = []
        recorded: list[DueStep] = []
        for start in range(0, len(steps), _AT_ONCE):
            part = steps[start : start + _AT_ONCE]
            outcome = await self._take(campaign.campaign, day, part, origin)
            recorded += [part[number] for number in outcome.accepted_rows]
            answers += [outcome.answer] if outcome.answer else []
        if len(recorded) >= _MANY:
            await self.handler.store.pool.execute(_COUNT_ANEW)
        return Taken(counted(recorded), answers)

    async def _take(
        self, campaign: str, day: date, steps: Sequence[DueStep], origin: Origin
    ) -> Outcome[Any, Any]:
        works = [_work(campaign, day, step, row) for row, step in enumerate(steps)]
        return await self.handler.many(
            OF_STEP.decider, works, origin, nothing_to_report, view=Queueing(self.channels)
        )


def counted(steps: Sequence[DueStep]) -> list[StepCount]:
    found = Counter((step.subject, step.step) for step in steps)
    return [StepCount(*kind, number) for kind, number in sorted(found.items())]


def stream_of(campaign: str, subject: str, thing: str, due_on: date, step: str) -> str:
    """One stream a step: its first event can be written only once."""
    return OF_STEP.stream(campaign, subject, thing, due_on.isoformat(), step)


def _work(campaign: str, day: date, due: DueStep, row: int) -> Work[Take]:
    taken = UrgingStepTaken(
        campaign=campaign,
        subject=due.subject,
        thing=due.thing,
        unit=due.unit,
        step=due.step,
        due_on=due.due_on,
        addressee=due.addressee,
        taken_on=day,
    )
    stream = stream_of(campaign, due.subject, due.thing, due.due_on, due.step)
    return Work(stream, campaign, due.unit, due.path, Take(taken, due.falls_on), row=row)


def nothing_to_report(_: Outcome[Any, Any]) -> tuple[int, bytes]:
    return 200, b"{}"
