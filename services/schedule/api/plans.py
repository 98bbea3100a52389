"""Endpoints of plans: submit, pass a gate, return."""

from typing import Final

from fastapi import APIRouter, Request, Response

from services.schedule.api.bodies import Category, PassGate, ReturnPlan, SubmitPlan
from services.schedule.api.office import office_of
from services.schedule.domain.plan import Pass, Return, Submit
from services.schedule.supervising import reviewer_of
from services.schedule.views.lives import OF_PLAN
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath, CodeInPath
from shared.platform.openapi import written

router = APIRouter(prefix="/campaigns/{campaign}/plans", tags=["plans 方案"])
_WRITTEN: Final = written(Receipt)


@router.post("", summary="Submit a plan, or a new version of a returned one 报送方案", **_WRITTEN)
async def submit(
    campaign: CampaignInPath, body: SubmitPlan, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_SCHEDULE)
    unit = setting.unit
    gates = setting.campaign.gates_for(unit.path, unit.level, unit.kind, body.category)
    command = Submit(
        setting,
        body.category,
        body.title,
        body.digest,
        gates,
        body.submitted_at or setting.now,
    )
    return await office.give(ask, OF_PLAN, (campaign, unit.code, body.category), unit, command)


@router.post("/{unit}/{category}/pass", summary="Pass the gate in turn 审核通过", **_WRITTEN)
async def pass_gate(
    campaign: CampaignInPath,
    unit: CodeInPath,
    category: Category,
    body: PassGate,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, unit, ask, Action.REVIEW_PLANS)
    supervised = await office.supervision.supervised(campaign, ask.caller)
    reviewer = reviewer_of(ask.caller, unit, supervised)
    command = Pass(setting, reviewer, body.gate, body.note or "", body.at or setting.now)
    return await office.give(ask, OF_PLAN, (campaign, unit, category), setting.unit, command)


@router.post("/{unit}/{category}/return", summary="Return with reasons 退回修改", **_WRITTEN)
async def return_plan(
    campaign: CampaignInPath,
    unit: CodeInPath,
    category: Category,
    body: ReturnPlan,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, unit, ask, Action.REVIEW_PLANS)
    supervised = await office.supervision.supervised(campaign, ask.caller)
    command = Return(
        setting,
        reviewer_of(ask.caller, unit, supervised),
        body.gate,
        tuple(dict.fromkeys(body.reasons)),
        body.note or "",
        body.at or setting.now,
    )
    return await office.give(ask, OF_PLAN, (campaign, unit, category), setting.unit, command)
