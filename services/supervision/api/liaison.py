"""Endpoints of the liaison system: quotas, leaders, points, visits, life meetings."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from services.supervision.api import bodies
from services.supervision.api.intakes import liaison as intakes
from services.supervision.api.office import WRITTEN, office_of
from services.supervision.domain.liaison import Leave
from services.supervision.domain.quota import SetQuota
from services.supervision.views.at_hand import leader_among, leaders_at_hand
from services.supervision.views.lives import OF_LEADER, OF_QUOTA
from shared.contracts.supervision import LiaisonTarget
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.fields import CampaignInPath
from shared.platform.units_at_hand import unit_at_hand

router = APIRouter(prefix="/campaigns/{campaign}", tags=["liaison 联系点"])


@router.post("/liaison-quotas", summary="Set what a rank owes 设定联系点规定", **WRITTEN)
async def set_quota(
    campaign: CampaignInPath, body: bodies.SetQuota, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    await office.campaigns.campaign(campaign)
    area = await office.unit(campaign, body.area, ask, Action.CONFIGURE_CAMPAIGN)
    targets = tuple(LiaisonTarget(t.target, t.at_least, t.at_most) for t in body.targets)
    command = SetQuota(campaign, body.area, body.rank, targets, datetime.now(UTC))
    return await office.give(ask, OF_QUOTA, (campaign, body.area, body.rank), area, command)


@router.post("/liaison-leaders", summary="Name a leader 列入联系点领导", **WRITTEN)
async def name_leader(
    campaign: CampaignInPath, body: bodies.NameLeader, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.LIAISON_LEADERS, campaign, ask, body)


@router.post("/liaison-points", summary="Take a liaison point 确定联系点", **WRITTEN)
async def take_point(
    campaign: CampaignInPath, body: bodies.TakePoint, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.LIAISON_POINTS, campaign, ask, body)


@router.post("/liaison-points/leave", summary="Leave a liaison point 撤销联系点", **WRITTEN)
async def leave_point(
    campaign: CampaignInPath, body: bodies.LeavePoint, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    pool = office.store.pool
    leader = leader_among(await leaders_at_hand(pool, campaign, [body.leader]), body.leader)
    ask.caller.require(Action.WRITE_SUPERVISION, leader.area_path)
    unit = await unit_at_hand(pool, campaign, body.unit)
    setting = (await office.settings(campaign, [unit.code]))[unit.code]
    command = Leave(setting, body.leader, body.reason, body.left_on)
    return await office.give(ask, OF_LEADER, (campaign, body.leader), unit, command)


@router.post("/liaison-visits", summary="Record a visit to a point 登记联系点走访", **WRITTEN)
async def make_visit(
    campaign: CampaignInPath, body: bodies.MakeVisit, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.LIAISON_VISITS, campaign, ask, body)


@router.post(
    "/life-meetings", summary="Record a life meeting attended 登记参加民主生活会", **WRITTEN
)
async def attend(
    campaign: CampaignInPath, body: bodies.AttendLifeMeeting, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.LIFE_MEETINGS, campaign, ask, body)
