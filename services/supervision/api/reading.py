"""Endpoints that read: lists, a team with its history, who supervises a unit."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from services.supervision.api import files
from services.supervision.api.bodies import Channel, DutyKind, LectureKind, Purpose, Target
from services.supervision.api.office import office_of
from services.supervision.api.teams import TeamInPath
from services.supervision.domain.recording import TeamAtHand
from services.supervision.views import listing, shown
from services.supervision.views.at_hand import team_at_hand
from services.supervision.views.lives import OF_TEAM
from services.supervision.views.supervisors import (
    publicity_by_channel,
    supervised_by,
    supervisors_of,
)
from shared.kernel.access import Action, Caller
from shared.kernel.units import within
from shared.platform.asking import Ask, Asking
from shared.platform.fields import (
    CODE_PATTERN,
    PERSON_PATTERN,
    CampaignInPath,
    CodeInPath,
    PersonId,
)
from shared.platform.filters import Condition, Filter, days, equal, search
from shared.platform.list_endpoints import ListEndpoint, add_lists
from shared.platform.listing import history_of, life_json
from shared.platform.openapi import read_responses
from shared.platform.units_at_hand import units_at_hand

router = APIRouter(prefix="/campaigns/{campaign}", tags=["reading 查询"])

PersonInPath = Annotated[
    str, Path(pattern=PERSON_PATTERN, description="Person id 人员编号", examples=["p-15-0101"])
]
_READ = Action.READ_SUPERVISION
_Level = Annotated[int, Field(ge=1, le=5)]
_Code = Annotated[str, Field(pattern=CODE_PATTERN)]
_Category = Annotated[str, Field(min_length=1, max_length=63)]
_TeamState = Literal["formed", "trained", "stationed", "recalled"]
_FindingState = Literal["reported", "waiting", "handed_over", "refused"]
_TEAM = equal("team", PersonId, "Of this team 督导组")
_LEADER = equal("leader", PersonId, "Of this leader 领导")


def _with_member(person: str, _: Asking) -> Condition:
    members = "select from team_members m where m.campaign = t.campaign and m.team = t.team"
    return f"exists ({members} and m.person = {{}})", (person,)


add_lists(
    router,
    ListEndpoint(
        "/teams",
        "Teams by level and unit 督导组",
        listing.TEAM_LIST,
        _READ,
        (
            equal("level", _Level, "Level of the unit that formed it 组建层级"),
            equal("state", _TeamState),
            equal("purpose", Purpose),
            equal("station", _Code, "Stationed at this unit 派驻单位"),
            Filter("member", PersonId, _with_member, "With this member 成员"),
            *days("formed_on", "Formed 组建日期"),
            search("team", "name"),
        ),
        files.TEAM_FILE,
    ),
    ListEndpoint(
        "/team-diary",
        "What teams did, by day 督导日志",
        listing.DIARY_LIST,
        _READ,
        (_TEAM, *days("day", "Days 日期")),
        files.DIARY_FILE,
    ),
    ListEndpoint(
        "/instructors",
        "Instructors 指导员",
        listing.INSTRUCTOR_LIST,
        _READ,
        (
            equal("state", Literal["assigned", "withdrawn"]),
            equal("assigned_by", _Code, "Sent by this township 选派单位"),
            equal("instructor", PersonId),
        ),
        files.INSTRUCTOR_FILE,
    ),
    ListEndpoint(
        "/instructors-by-township",
        "Instructors of each township 各乡镇指导员",
        listing.BY_TOWNSHIP,
        _READ,
        export=files.BY_TOWNSHIP_FILE,
    ),
    ListEndpoint(
        "/units-without-team",
        "Units no team is stationed at 未派驻督导组的单位",
        listing.WITHOUT_TEAM,
        _READ,
        (equal("level", _Level),),
        files.WITHOUT_TEAM_FILE,
    ),
    ListEndpoint(
        "/units-without-instructor",
        "Grassroots units without instructor 未派指导员的单位",
        listing.WITHOUT_INSTRUCTOR,
        _READ,
        (equal("township", _Code),),
        files.WITHOUT_INSTRUCTOR_FILE,
    ),
    ListEndpoint(
        "/duties",
        "Duties done 督导履职",
        listing.DUTY_LIST,
        _READ,
        (equal("kind", DutyKind), _TEAM, *days("done_on", "Done 日期")),
        files.DUTY_FILE,
    ),
    ListEndpoint(
        "/findings",
        "Findings 督导发现的问题",
        listing.FINDING_LIST,
        _READ,
        (
            equal("state", _FindingState),
            equal("for_rectification", bool),
            equal("category", _Category),
            _TEAM,
            *days("found_on", "Found 发现日期"),
            *days("due_on", "Due 时限"),
            search("summary"),
        ),
        files.FINDING_FILE,
    ),
    ListEndpoint("/liaison-quotas", "What each rank owes 联系点规定", listing.QUOTA_LIST, _READ),
    ListEndpoint(
        "/liaison-leaders",
        "Leaders with liaison points 联系点领导",
        listing.LEADER_LIST,
        _READ,
        export=files.LEADER_FILE,
    ),
    ListEndpoint(
        "/liaison-points",
        "Liaison points 联系点",
        listing.POINT_LIST,
        _READ,
        (_LEADER, equal("target", Target)),
        files.POINT_FILE,
    ),
    ListEndpoint(
        "/life-meetings",
        "Life meetings attended 参加民主生活会",
        listing.LIFE_MEETING_LIST,
        _READ,
        (_LEADER, *days("attended_on", "Attended 参加日期")),
    ),
    ListEndpoint(
        "/liaison-visits",
        "Visits to liaison points 联系点走访",
        listing.VISIT_LIST,
        _READ,
        (_LEADER, *days("visited_on", "Visited 走访日期")),
    ),
    ListEndpoint(
        "/liaison-compliance",
        "What leaders owe, have and miss 联系点完成情况",
        listing.COMPLIANCE_LIST,
        _READ,
        (_LEADER, equal("target", Target), equal("done", bool)),
        files.COMPLIANCE_FILE,
    ),
    ListEndpoint(
        "/liaison-compliance-by-area",
        "The same by area and rank 各地联系点完成情况",
        listing.AREA_COMPLIANCE_LIST,
        _READ,
    ),
    ListEndpoint(
        "/joint-meetings",
        "Joint meetings of teams 联席会议",
        listing.JOINT_MEETING_LIST,
        _READ,
        (*days("held_on", "Held 召开日期"), search("title")),
    ),
    ListEndpoint("/team-rules", "Rules of teams 督导组制度与纪律", listing.TEAM_RULES_LIST, _READ),
    ListEndpoint(
        "/publicity",
        "Publicity 宣传",
        listing.PUBLICITY_LIST,
        _READ,
        (equal("channel", Channel), *days("issued_on", "Issued 发布日期"), search("title")),
        files.PUBLICITY_FILE,
    ),
    ListEndpoint(
        "/lectures",
        "Lectures and lessons 宣讲与党课",
        listing.LECTURE_LIST,
        _READ,
        (equal("kind", LectureKind), *days("given_on", "Given 宣讲日期")),
        files.LECTURE_FILE,
    ),
)


@router.get(
    "/teams/{team}",
    summary="A team with its history 督导组及其过程",
    responses=read_responses(shown.TeamLife, 404),
)
async def team_life(
    campaign: CampaignInPath, team: TeamInPath, request: Request, ask: Ask
) -> Response:
    pool = office_of(request).store.pool
    found = await team_at_hand(pool, campaign, team)
    await _allow_reading(request, campaign, ask.caller, found)
    row = await listing.TEAM_LIST.one(pool, campaign, team)
    item, version = row or ("null", 0)
    body = life_json("team", item, await history_of(pool, OF_TEAM.stream(campaign, team)))
    return Response(body, headers={"ETag": f'"{version}"'}, media_type="application/json")


@router.get(
    "/supervision/{unit}",
    summary="Who supervises this unit 谁在督导该单位",
    responses=read_responses(shown.Supervisors, 404),
)
async def supervisors(
    campaign: CampaignInPath,
    unit: CodeInPath,
    request: Request,
    ask: Ask,
    person: Annotated[
        str | None,
        Query(pattern=PERSON_PATTERN, description="Only teams of this person 只查此人所在督导组"),
    ] = None,
) -> Response:
    office = office_of(request)
    await office.campaigns.campaign(campaign)
    await office.unit(campaign, unit, ask, _READ)
    return _json(await supervisors_of(office.store.pool, campaign, unit, person))


@router.get(
    "/supervising/{person}",
    summary="Which units a person's team supervises 此人所在督导组督导的单位",
    responses=read_responses(shown.SupervisingPage, 404),
)
async def supervising(
    campaign: CampaignInPath, person: PersonInPath, request: Request, ask: Ask
) -> Response:
    """For the person, and for those who may read supervision of the whole campaign."""
    office = office_of(request)
    opened = await office.campaigns.campaign(campaign)
    ask.caller.require_anywhere(_READ)
    if ask.caller.subject != person:
        await office.unit(campaign, opened.root, ask, _READ)
    return _json(await supervised_by(office.store.pool, campaign, person))


@router.get(
    "/publicity-by-channel",
    summary="What a unit and all below it published, by channel 按渠道统计宣传",
    responses=read_responses(shown.ChannelsShown, 404),
)
async def channels(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    under: Annotated[
        str | None, Query(pattern=CODE_PATTERN, description="The top unit unless said 缺省为全部")
    ] = None,
) -> Response:
    office = office_of(request)
    opened = await office.campaigns.campaign(campaign)
    unit = await office.unit(campaign, under or opened.root, ask, _READ)
    return _json(await publicity_by_channel(office.store.pool, campaign, unit.code, unit.path))


async def _allow_reading(request: Request, campaign: str, caller: Caller, team: TeamAtHand) -> None:
    """A team is shown to the area that formed it and to the unit it is stationed at."""
    units = caller.units_for(_READ)
    if team.station:
        found = await units_at_hand(office_of(request).store.pool, campaign, [team.station])
        station = found.get(team.station)
        if station is not None and any(within(station.path, unit) for unit in units):
            return
    caller.require(_READ, team.formed_by_path)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
