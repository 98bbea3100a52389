"""Endpoints of teams: form, change, train, dispatch, patrols, recall, a make-up team's officials."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.supervision.api import bodies
from services.supervision.api.intakes import teams as intakes
from services.supervision.api.office import WRITTEN, SupervisionOffice, office_of
from services.supervision.domain import team as life
from services.supervision.domain.recording import TeamAtHand
from services.supervision.domain.team_rules import PersonInAnotherTeam
from services.supervision.views.at_hand import team_at_hand, teams_of
from services.supervision.views.lives import OF_TEAM
from shared.kernel.access import Action
from shared.kernel.setting import Setting
from shared.platform.asking import Ask, Asking
from shared.platform.fields import PERSON_PATTERN, CampaignInPath
from shared.platform.units_at_hand import units_at_hand

router = APIRouter(prefix="/campaigns/{campaign}/teams", tags=["teams 督导组"])

TeamInPath = Annotated[
    str, Path(pattern=PERSON_PATTERN, description="Team id 督导组编号", examples=["st-15-01"])
]
OfficialInPath = Annotated[
    str, Path(pattern=PERSON_PATTERN, description="Person id 人员编号", examples=["p-15-m001"])
]


@router.post("", summary="Form a team 组建督导组", **WRITTEN)
async def form(
    campaign: CampaignInPath, body: bodies.FormTeam, request: Request, ask: Ask
) -> Response:
    return await office_of(request).take_one(intakes.TEAMS, campaign, ask, body)


@router.post("/{team}/members", summary="Change a team's people 调整成员", **WRITTEN)
async def change_members(
    campaign: CampaignInPath,
    team: TeamInPath,
    body: bodies.ChangeMembers,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    found, setting = await _at_home(office, campaign, team, ask)
    ranked = setting.unit.level == 1 and body.first_leader is not None
    standings = await office.people.standings(campaign, [body.first_leader or ""]) if ranked else {}
    people = intakes.people_of(body.model_dump(), standings.get(body.first_leader or ""))
    taken = await teams_of(office.store.pool, campaign, people.members)
    for person, other in taken.items():
        if other != found.team:
            raise PersonInAnotherTeam(person=person, team=other)
    command = life.ChangeMembers(setting, team, people, body.reason, body.changed_on)
    return await office.give(ask, OF_TEAM, (campaign, team), setting.unit, command)


@router.post("/{team}/training", summary="Record a team's training 登记培训", **WRITTEN)
async def train(
    campaign: CampaignInPath, team: TeamInPath, body: bodies.TrainTeam, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    return await office.take_one(intakes.TEAM_TRAININGS, campaign, ask, body, team=team)


@router.post("/{team}/dispatch", summary="Station a team one level down 派驻", **WRITTEN)
async def dispatch(
    campaign: CampaignInPath,
    team: TeamInPath,
    body: bodies.DispatchTeam,
    request: Request,
    ask: Ask,
) -> Response:
    return await office_of(request).take_one(intakes.DISPATCHES, campaign, ask, body, team=team)


@router.post("/{team}/patrols", summary="Change whom a team patrols 调整巡查单位", **WRITTEN)
async def change_patrols(
    campaign: CampaignInPath,
    team: TeamInPath,
    body: bodies.ChangePatrols,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    setting = await _abroad(office, campaign, team, ask)
    units = await units_at_hand(office.store.pool, campaign, body.patrols)
    patrols = intakes.units_among(units, body.patrols)
    command = life.ChangePatrols(setting, team, patrols, body.changed_on)
    return await office.give(ask, OF_TEAM, (campaign, team), setting.unit, command)


@router.post("/{team}/recall", summary="Recall a team 撤回督导组", **WRITTEN)
async def recall(
    campaign: CampaignInPath, team: TeamInPath, body: bodies.RecallTeam, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await _abroad(office, campaign, team, ask)
    command = life.Recall(setting, team, body.reason, body.recalled_on)
    return await office.give(ask, OF_TEAM, (campaign, team), setting.unit, command)


@router.post("/{team}/officials", summary="List whom a make-up team sees 补课名单", **WRITTEN)
async def list_officials(
    campaign: CampaignInPath,
    team: TeamInPath,
    body: bodies.ListOfficials,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    _, setting = await _at_home(office, campaign, team, ask)
    officials = tuple(dict.fromkeys(body.officials))
    command = life.ListOfficials(setting, team, officials, body.listed_on)
    return await office.give(ask, OF_TEAM, (campaign, team), setting.unit, command)


@router.post("/{team}/officials/{person}/caught-up", summary="Made up for it 登记补课", **WRITTEN)
async def catch_up(
    campaign: CampaignInPath,
    team: TeamInPath,
    person: OfficialInPath,
    body: bodies.CatchUp,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    _, setting = await _at_home(office, campaign, team, ask)
    command = life.CatchUp(setting, team, person, body.caught_up_on)
    return await office.give(ask, OF_TEAM, (campaign, team), setting.unit, command)


async def _at_home(
    office: SupervisionOffice, campaign: str, team: str, ask: Asking
) -> tuple[TeamAtHand, Setting]:
    """The team and the setting of the unit that formed it, whose office decides about it."""
    found = await team_at_hand(office.store.pool, campaign, team)
    return found, await office.setting(campaign, found.formed_by, ask, Action.WRITE_SUPERVISION)


async def _abroad(office: SupervisionOffice, campaign: str, team: str, ask: Asking) -> Setting:
    """The setting of the unit the team is, or was last, stationed at."""
    found, home = await _at_home(office, campaign, team, ask)
    if not found.last_unit:
        return home  # it was nowhere: that is for the rules to say
    settings = await office.settings(campaign, [found.last_unit])
    return settings.get(found.last_unit, home)
