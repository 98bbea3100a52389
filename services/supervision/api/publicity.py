"""Endpoints of joint meetings, rules of teams, publicity, lectures and lessons."""

from fastapi import APIRouter, Request, Response

from services.supervision.api import bodies
from services.supervision.api.intakes import publicity as intakes
from services.supervision.api.office import WRITTEN, office_of
from services.supervision.views.lives import OF_JOINT_MEETING, OF_TEAM_RULES
from shared.contracts.supervision import JointMeetingHeld, TeamRulesAdopted
from shared.kernel.access import Action
from shared.kernel.once import Record
from shared.platform.asking import Ask
from shared.platform.fields import CampaignInPath

router = APIRouter(
    prefix="/campaigns/{campaign}", tags=["meetings, rules, publicity 联席会议、制度、宣传"]
)


@router.post("/joint-meetings", summary="Record a joint meeting of teams 登记联席会议", **WRITTEN)
async def hold_joint_meeting(
    campaign: CampaignInPath, body: bodies.HoldJointMeeting, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_SUPERVISION)
    held = JointMeetingHeld(campaign=campaign, **body.model_dump())
    command = Record(setting, held)
    return await office.give(ask, OF_JOINT_MEETING, (campaign, body.meeting), setting.unit, command)


@router.post("/team-rules", summary="Adopt rules for teams 制定督导组制度、纪律", **WRITTEN)
async def adopt_team_rules(
    campaign: CampaignInPath, body: bodies.AdoptTeamRules, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_SUPERVISION)
    adopted = TeamRulesAdopted(campaign=campaign, **body.model_dump())
    command = Record(setting, adopted)
    stream = (campaign, body.unit, body.kind)
    return await office.give(ask, OF_TEAM_RULES, stream, setting.unit, command)


@router.post("/publicity", summary="Record what was published 登记宣传", **WRITTEN)
async def issue(
    campaign: CampaignInPath, body: bodies.IssuePublicity, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.PUBLICITY, campaign, ask, body)


@router.post("/lectures", summary="Record lectures or lessons 登记宣讲、党课", **WRITTEN)
async def lecture(
    campaign: CampaignInPath, body: bodies.GiveLectures, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.LECTURES, campaign, ask, body)
