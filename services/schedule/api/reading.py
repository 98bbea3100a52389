"""Endpoints that read: lists by page, a plan or mobilization with its whole history."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.schedule.api.bodies import Audience, Category, MobilizationState, PlanState
from services.schedule.api.office import office_of
from services.schedule.views.listing import (
    DOCUMENT_LIST,
    MEETING_LIST,
    MOBILIZATION_LIST,
    ORDER_LIST,
    PLAN_LIST,
    PREPARATION_LIST,
    TRAINING_LIST,
    Listing,
    Wanted,
    history_of,
    life_json,
)
from services.schedule.views.lives import OF_MOBILIZATION, OF_PLAN
from services.schedule.views.shown import MobilizationLife, PlanLife
from services.schedule.views.units import paths_of, unit_at_hand
from shared.kernel.access import ALLOWED, Action
from shared.kernel.refusals import Refusal
from shared.platform.asking import Ask, Asking
from shared.platform.fields import CODE_PATTERN, CampaignInPath, CodeInPath
from shared.platform.openapi import read_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["reading 查询"])

Unit = Annotated[str | None, Query(pattern=CODE_PATTERN, description="Of this unit 单位")]
Under = Annotated[
    str | None, Query(pattern=CODE_PATTERN, description="Of this unit and all below 该单位及下级")
]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500, description="Rows a page 每页行数")]
Waiting = Annotated[
    str | None,
    Query(
        pattern=r"^(clerk|leader|supervisor):[0-9A-Za-z][0-9A-Za-z-]{0,40}$",
        description="Plans whose next gate this role of this unit holds 待办:角色:单位",
        examples=["clerk:1502"],
    ),
]


class UnknownPlan(Refusal):
    code = "unknown-plan"
    status = 404
    zh = "单位 {unit} 尚未报送“{category}”方案。"
    en = "Unit {unit} has not submitted a plan of category {category}."


class UnknownMobilization(Refusal):
    code = "unknown-mobilization"
    status = 404
    zh = "单位 {unit} 尚无动员会登记。"
    en = "Nothing is recorded of a mobilization of unit {unit}."


def _listed(listing: Listing) -> dict[str, Any]:
    return {"responses": read_responses(listing.page_type, 404)}


@router.get("/documents", summary="Work plans and opinions 文件", **_listed(DOCUMENT_LIST))
async def documents(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    return await _of_campaign(DOCUMENT_LIST, request, ask, campaign, cursor, limit)


@router.get("/preparation-orders", summary="Preparation orders 准备部署", **_listed(ORDER_LIST))
async def preparation_orders(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    return await _of_campaign(ORDER_LIST, request, ask, campaign, cursor, limit)


@router.get("/meetings", summary="Meetings 会议", **_listed(MEETING_LIST))
async def meetings(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    return await _of_campaign(MEETING_LIST, request, ask, campaign, cursor, limit)


@router.get("/preparations", summary="Preparations completed 准备完成", **_listed(PREPARATION_LIST))
async def preparations(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    unit: Unit = None,
    under: Under = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    wanted = await _wanted(request, ask, campaign, unit, under, {}, cursor, limit)
    return await _answer(PREPARATION_LIST, request, wanted)


@router.get("/plans", summary="Plans 方案", **_listed(PLAN_LIST))
async def plans(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    unit: Unit = None,
    under: Under = None,
    category: Category | None = None,
    state: PlanState | None = None,
    waiting_for: Waiting = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    role, _, holder = (waiting_for or "").partition(":")
    equal = {"category": category, "state": "in_review" if role else state}
    desk = {"gate_role": role or None, "gate_holder": holder or None}
    wanted = await _wanted(request, ask, campaign, unit, under, equal | desk, cursor, limit)
    return await _answer(PLAN_LIST, request, wanted)


@router.get(
    "/plans/{unit}/{category}",
    summary="A plan with its versions, reasons and reviewers 方案及其审核全过程",
    responses=read_responses(PlanLife, 404),
)
async def plan(
    campaign: CampaignInPath, unit: CodeInPath, category: Category, request: Request, ask: Ask
) -> Response:
    pool = office_of(request).store.pool
    ask.caller.require(Action.READ_SCHEDULE, (await unit_at_hand(pool, campaign, unit)).path)
    found = await PLAN_LIST.one(pool, campaign, unit, category)
    if found is None:
        raise UnknownPlan(unit=unit, category=category)
    steps = await history_of(pool, OF_PLAN.stream(campaign, unit, category))
    return _single(life_json("plan", found[0], steps), found[1])


@router.get("/mobilizations", summary="Mobilizations 动员会", **_listed(MOBILIZATION_LIST))
async def mobilizations(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    unit: Unit = None,
    under: Under = None,
    state: MobilizationState | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    equal = {"state": state}
    wanted = await _wanted(request, ask, campaign, unit, under, equal, cursor, limit)
    return await _answer(MOBILIZATION_LIST, request, wanted)


@router.get(
    "/mobilizations/{unit}",
    summary="A unit's mobilization with its history 单位动员会及其登记过程",
    responses=read_responses(MobilizationLife, 404),
)
async def mobilization(
    campaign: CampaignInPath, unit: CodeInPath, request: Request, ask: Ask
) -> Response:
    pool = office_of(request).store.pool
    ask.caller.require(Action.READ_SCHEDULE, (await unit_at_hand(pool, campaign, unit)).path)
    found = await MOBILIZATION_LIST.one(pool, campaign, unit)
    if found is None:
        raise UnknownMobilization(unit=unit)
    steps = await history_of(pool, OF_MOBILIZATION.stream(campaign, unit))
    return _single(life_json("mobilization", found[0], steps), found[1])


@router.get("/trainings", summary="Trainings 业务培训", **_listed(TRAINING_LIST))
async def trainings(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    unit: Unit = None,
    under: Under = None,
    audience: Audience | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    equal = {"audience": audience}
    wanted = await _wanted(request, ask, campaign, unit, under, equal, cursor, limit)
    return await _answer(TRAINING_LIST, request, wanted)


async def _of_campaign(
    listing: Listing, request: Request, ask: Asking, campaign: str, cursor: str | None, limit: int
) -> Response:
    """What concerns everybody is shown to everybody who may read the schedule at all."""
    ask.caller.require_anywhere(Action.READ_SCHEDULE)
    await office_of(request).campaigns.campaign(campaign)
    return await _answer(listing, request, Wanted(campaign, {}, None, cursor, limit))


async def _wanted(
    request: Request,
    ask: Asking,
    campaign: str,
    unit: str | None,
    under: str | None,
    equal: dict[str, Any],
    cursor: str | None,
    limit: int,
) -> Wanted:
    """The list's question, kept to the subtrees the caller may read."""
    office = office_of(request)
    opened = await office.campaigns.campaign(campaign)
    scope: list[str] | None
    if unit is not None or under is not None:
        asked = [code for code in (unit, under) if code is not None]
        found = [await office.unit(campaign, code, ask, Action.READ_SCHEDULE) for code in asked]
        scope = [found[-1].path] if under is not None else None
    else:
        ask.caller.require_anywhere(Action.READ_SCHEDULE)
        granted = {g.unit for g in ask.caller.grants if Action.READ_SCHEDULE in ALLOWED[g.role]}
        everything = opened.root in granted
        scope = None if everything else await paths_of(office.store.pool, campaign, granted)
    return Wanted(campaign, equal | {"unit": unit}, scope, cursor, limit)


async def _answer(listing: Listing, request: Request, wanted: Wanted) -> Response:
    page = await listing.page(office_of(request).store.pool, wanted)
    return Response(page, media_type="application/json")


def _single(body: bytes, version: int) -> Response:
    return Response(body, headers={"ETag": f'"{version}"'}, media_type="application/json")
