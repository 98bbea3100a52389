"""The endpoint of rehearsals: what moves and merges would record, without recording it."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from services.units.api.bodies import Rehearsal, RehearsedStep
from services.units.api.office import office_of, today
from services.units.api.units import json_answer
from services.units.domain.unit import MergeInto, Move
from services.units.rehearsing import Outcome, Step, rehearse
from services.units.views import unit_stream
from shared.contracts.units import UNITS
from shared.kernel.envelope import event_type
from shared.platform.asking import Ask
from shared.platform.commands import Work
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import read_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["units 单位"])


class WouldBe(msgspec.Struct):
    """An event that would be recorded, and its version in its unit's stream."""

    type: str
    unit: str
    stream_version: int
    data: Any


class Why(msgspec.Struct):
    """Why a step would be refused, as a problem document says it."""

    code: str
    detail_zh: str
    detail_en: str


class StepOutcome(msgspec.Struct):
    events: list[WouldBe]
    refusal: Why | None


class RehearsalOutcome(msgspec.Struct):
    """What would come of each step, in the tree that those before it would leave."""

    steps: list[StepOutcome]


_ANSWERS: Final = read_responses(RehearsalOutcome, 415)


@router.post(
    "/rehearsals", summary="What moves and merges would record 划转并入预演", responses=_ANSWERS
)
async def rehearsal(
    campaign: CampaignInPath, body: Rehearsal, request: Request, ask: Ask
) -> Response:
    steps = [_step(campaign, step) for step in body.steps]
    store = office_of(request).store
    outcomes = await rehearse(store, campaign, steps, ask.caller, today())
    return json_answer(RehearsalOutcome([_told(outcome) for outcome in outcomes]))


def _step(campaign: str, step: RehearsedStep) -> Step:
    command = Move(step.to, step.on) if step.command == "move" else MergeInto(step.to, step.on)
    return Work(unit_stream(campaign, step.unit), campaign, step.unit, "", command)


def _told(outcome: Outcome) -> StepOutcome:
    why = outcome.refusal
    return StepOutcome(
        [
            WouldBe(
                event_type(UNITS.service, *UNITS.name_of(each.pending.event)),
                each.pending.unit,
                each.stream_version,
                each.pending.event,
            )
            for each in outcome.events
        ],
        None if why is None else Why(why.code, why.message_zh, why.message_en),
    )
