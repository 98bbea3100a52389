"""Endpoints of instructors, duties and findings."""

from fastapi import APIRouter, Request, Response

from services.supervision.api import bodies
from services.supervision.api.intakes import duties as intakes
from services.supervision.api.office import WRITTEN, office_of
from services.supervision.domain.instructor import Withdraw
from services.supervision.views.lives import OF_INSTRUCTOR
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.fields import CampaignInPath

router = APIRouter(
    prefix="/campaigns/{campaign}", tags=["instructors, duties, findings 指导员、履职、问题"]
)


@router.post("/instructors", summary="Assign an instructor 选派指导员", **WRITTEN)
async def assign(
    campaign: CampaignInPath, body: bodies.AssignInstructor, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.INSTRUCTORS, campaign, ask, body)


@router.post("/instructors/withdraw", summary="Withdraw an instructor 撤回指导员", **WRITTEN)
async def withdraw(
    campaign: CampaignInPath, body: bodies.WithdrawInstructor, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_SUPERVISION)
    command = Withdraw(setting, body.instructor, body.reason, body.withdrawn_on)
    stream = (campaign, body.unit, body.instructor)
    return await office.give(ask, OF_INSTRUCTOR, stream, setting.unit, command)


@router.post("/duties", summary="Record what a team did 登记督导履职", **WRITTEN)
async def record_duty(
    campaign: CampaignInPath, body: bodies.RecordDuty, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.DUTIES, campaign, ask, body)


@router.post("/findings", summary="Report what a team found 登记督导发现的问题", **WRITTEN)
async def report_finding(
    campaign: CampaignInPath, body: bodies.ReportFinding, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.FINDINGS, campaign, ask, body)
