"""Endpoints that read: lists by page, a plan or mobilization with its whole history."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.schedule.api.bodies import Audience, Category, MobilizationState, PlanState
from services.schedule.api.files import (
    DOCUMENT_FILE,
    MEETING_FILE,
    MOBILIZATION_FILE,
    ORDER_FILE,
    PLAN_FILE,
    PREPARATION_FILE,
    TRAINING_FILE,
)
from services.schedule.api.office import office_of
from services.schedule.views.listing import (
    DOCUMENT_LIST,
    MEETING_LIST,
    MOBILIZATION_LIST,
    ORDER_LIST,
    PLAN_LIST,
    PREPARATION_LIST,
    TRAINING_LIST,
)
from services.schedule.views.lives import OF_MOBILIZATION, OF_PLAN
from services.schedule.views.shown import MobilizationLife, PlanLife
from shared.kernel.access import Action
from shared.kernel.refusals import Refusal
from shared.platform.asking import Ask, Asking
from shared.platform.fields import CampaignInPath, CodeInPath
from shared.platform.filters import Condition, Filter, days, equal, moments, search
from shared.platform.list_endpoints import ListEndpoint, add_lists
from shared.platform.listing import history_of, life_json
from shared.platform.openapi import read_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["reading 查询"])

Desk = Annotated[str, Field(pattern=r"^(clerk|leader|supervisor):[0-9A-Za-z][0-9A-Za-z-]{0,40}$")]
_DESK = "Plans whose next gate this role of this unit holds 待办:角色:单位"


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


def _waiting(desk: str, ask: Asking) -> Condition:
    role, _, holder = desk.partition(":")
    return "t.state = 'in_review' and t.gate_role = {} and t.gate_holder = {}", (role, holder)


add_lists(
    router,
    ListEndpoint(
        "/documents",
        "Work plans and opinions 文件",
        DOCUMENT_LIST,
        Action.READ_SCHEDULE,
        (search("title"),),
        DOCUMENT_FILE,
    ),
    ListEndpoint(
        "/preparation-orders",
        "Preparation orders 准备部署",
        ORDER_LIST,
        Action.READ_SCHEDULE,
        export=ORDER_FILE,
    ),
    ListEndpoint(
        "/meetings",
        "Meetings 会议",
        MEETING_LIST,
        Action.READ_SCHEDULE,
        (search("title"),),
        MEETING_FILE,
    ),
    ListEndpoint(
        "/preparations",
        "Preparations completed 准备完成",
        PREPARATION_LIST,
        Action.READ_SCHEDULE,
        days("prepared_on", "Prepared 完成日期"),
        PREPARATION_FILE,
    ),
    ListEndpoint(
        "/plans",
        "Plans 方案",
        PLAN_LIST,
        Action.READ_SCHEDULE,
        (
            equal("category", Category),
            equal("state", PlanState),
            Filter("waiting_for", Desk, _waiting, _DESK, ("clerk:1502",)),
            search("title"),
        ),
        PLAN_FILE,
    ),
    ListEndpoint(
        "/mobilizations",
        "Mobilizations 动员会",
        MOBILIZATION_LIST,
        Action.READ_SCHEDULE,
        (equal("state", MobilizationState), *moments("held_at", "Held 召开日期")),
        MOBILIZATION_FILE,
    ),
    ListEndpoint(
        "/trainings",
        "Trainings 业务培训",
        TRAINING_LIST,
        Action.READ_SCHEDULE,
        (equal("audience", Audience), *days("held_on", "Held 培训日期")),
        TRAINING_FILE,
    ),
)


@router.get(
    "/plans/{unit}/{category}",
    summary="A plan with its versions, reasons and reviewers 方案及其审核全过程",
    responses=read_responses(PlanLife, 404),
)
async def plan(
    campaign: CampaignInPath, unit: CodeInPath, category: Category, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    pool = office.store.pool
    await office.unit(campaign, unit, ask, Action.READ_SCHEDULE)
    found = await PLAN_LIST.one(pool, campaign, unit, category)
    if found is None:
        raise UnknownPlan(unit=unit, category=category)
    steps = await history_of(pool, OF_PLAN.stream(campaign, unit, category))
    return _single(life_json("plan", found[0], steps), found[1])


@router.get(
    "/mobilizations/{unit}",
    summary="A unit's mobilization with its history 单位动员会及其登记过程",
    responses=read_responses(MobilizationLife, 404),
)
async def mobilization(
    campaign: CampaignInPath, unit: CodeInPath, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    pool = office.store.pool
    await office.unit(campaign, unit, ask, Action.READ_SCHEDULE)
    found = await MOBILIZATION_LIST.one(pool, campaign, unit)
    if found is None:
        raise UnknownMobilization(unit=unit)
    steps = await history_of(pool, OF_MOBILIZATION.stream(campaign, unit))
    return _single(life_json("mobilization", found[0], steps), found[1])


def _single(body: bytes, version: int) -> Response:
    return Response(body, headers={"ETag": f'"{version}"'}, media_type="application/json")
