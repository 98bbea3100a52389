"""Endpoints of mobilization: plan a date, record the meeting, correct it, void it."""

from typing import Final

from fastapi import APIRouter, Request, Response

from services.schedule.api.bodies import (
    CorrectMobilization,
    HoldMobilization,
    PlanMobilization,
    VoidMobilization,
)
from services.schedule.api.office import office_of
from services.schedule.domain.mobilization import Command, Correct, Hold, Meeting, PlanDate, Void
from services.schedule.domain.setting import Setting
from services.schedule.views.lives import OF_MOBILIZATION
from shared.kernel.access import Action
from shared.platform.asking import Ask, Asking
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath, CodeInPath
from shared.platform.lean_route import LeanRoute
from shared.platform.openapi import written

router = APIRouter(
    prefix="/campaigns/{campaign}/mobilizations",
    tags=["mobilization 动员会"],
    route_class=LeanRoute,
)
_WRITTEN: Final = written(Receipt)


@router.post("", summary="Record the mobilization meeting held 登记动员会", **_WRITTEN)
async def hold(
    campaign: CampaignInPath, body: HoldMobilization, request: Request, ask: Ask
) -> Response:
    setting = await _setting(request, campaign, body.unit, ask)
    return await _give(request, ask, setting, Hold(setting, _meeting(body)))


@router.post("/{unit}/plan", summary="Plan the meeting's date 安排动员会日期", **_WRITTEN)
async def plan(
    campaign: CampaignInPath, unit: CodeInPath, body: PlanMobilization, request: Request, ask: Ask
) -> Response:
    setting = await _setting(request, campaign, unit, ask)
    return await _give(request, ask, setting, PlanDate(setting, body.planned_at, body.place or ""))


@router.post("/{unit}/correct", summary="Correct what was recorded 更正动员会登记", **_WRITTEN)
async def correct(
    campaign: CampaignInPath,
    unit: CodeInPath,
    body: CorrectMobilization,
    request: Request,
    ask: Ask,
) -> Response:
    setting = await _setting(request, campaign, unit, ask)
    return await _give(request, ask, setting, Correct(setting, _meeting(body), body.reason))


@router.post("/{unit}/void", summary="Void what was recorded 作废动员会登记", **_WRITTEN)
async def void(
    campaign: CampaignInPath, unit: CodeInPath, body: VoidMobilization, request: Request, ask: Ask
) -> Response:
    setting = await _setting(request, campaign, unit, ask)
    return await _give(request, ask, setting, Void(setting, body.reason))


async def _setting(request: Request, campaign: str, unit: str, ask: Asking) -> Setting:
    return await office_of(request).setting(campaign, unit, ask, Action.WRITE_SCHEDULE)


async def _give(request: Request, ask: Asking, setting: Setting, command: Command) -> Response:
    stream = (setting.campaign.campaign, setting.unit.code)
    return await office_of(request).give(ask, OF_MOBILIZATION, stream, setting.unit, command)


def _meeting(body: HoldMobilization | CorrectMobilization) -> Meeting:
    return Meeting(body.held_at, body.attendees, body.chaired_by or "", body.place or "")
