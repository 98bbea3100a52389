"""Endpoints of units: commands, and the tree as it is or was."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator

from services.units import queries
from services.units.api.bodies import (
    AbolishUnit,
    Kind,
    MergeUnit,
    MoveUnit,
    RegisterUnit,
    RenameUnit,
)
from services.units.api.office import office_of
from services.units.domain.unit import Abolish, MergeInto, Move, Register, Rename
from services.units.queries import UnitAnswer, UnitPage, UnitPath, Wanted
from shared.kernel.access import ALLOWED, Action
from shared.platform.asking import Ask, Asking
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath, CodeInPath, LocalDate, clean_text
from shared.platform.openapi import read_responses, written

router = APIRouter(prefix="/campaigns/{campaign}/units", tags=["units 单位"])
_REGISTERED: Final = written(Receipt, if_match=False)
_CHANGED: Final = written(Receipt)

AsOf = Annotated[
    LocalDate | None, Query(description="As of this day; without it, now 某日的情况,缺省为现在")
]
LevelAsked = Annotated[int | None, Query(ge=1, le=5, alias="level", description="Level 层级")]
KindAsked = Annotated[Kind | None, Query(alias="kind", description="Kind 类型")]
Cursor = Annotated[str | None, Query(max_length=60, description="`next` of the page before 翻页")]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many 每页条数")]
Text = Annotated[
    str | None,
    Query(
        min_length=1, max_length=120, description="Part of a name, or a code's beginning 名称或代码"
    ),
    AfterValidator(lambda text: text and clean_text(text)),
]


@router.post("", summary="Register a unit 登记单位", **_REGISTERED)
async def register(
    campaign: CampaignInPath, body: RegisterUnit, request: Request, ask: Ask
) -> Response:
    command = Register(
        body.code, body.parent_code, body.level, body.kind, body.name, body.registered_on
    )
    return await office_of(request).give(ask, campaign, body.code, command)


@router.post("/{code}/rename", summary="Rename a unit 更名", **_CHANGED)
async def rename(
    campaign: CampaignInPath, code: CodeInPath, body: RenameUnit, request: Request, ask: Ask
) -> Response:
    command = Rename(body.name, body.effective_on)
    return await office_of(request).give(ask, campaign, code, command)


@router.post("/{code}/move", summary="Move a unit with all below it 划转", **_CHANGED)
async def move(
    campaign: CampaignInPath, code: CodeInPath, body: MoveUnit, request: Request, ask: Ask
) -> Response:
    command = Move(body.parent_code, body.effective_on)
    return await office_of(request).give(ask, campaign, code, command)


@router.post("/{code}/merge", summary="Merge a unit into another 并入", **_CHANGED)
async def merge(
    campaign: CampaignInPath, code: CodeInPath, body: MergeUnit, request: Request, ask: Ask
) -> Response:
    command = MergeInto(body.into, body.effective_on)
    return await office_of(request).give(ask, campaign, code, command)


@router.post("/{code}/abolish", summary="Abolish a unit 撤销", **_CHANGED)
async def abolish(
    campaign: CampaignInPath, code: CodeInPath, body: AbolishUnit, request: Request, ask: Ask
) -> Response:
    command = Abolish(body.reason, body.effective_on)
    return await office_of(request).give(ask, campaign, code, command)


@router.get(
    "", summary="Search units by name or code 查找单位", responses=read_responses(UnitPage, 404)
)
async def search(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    q: Text = None,
    level: LevelAsked = None,
    kind: KindAsked = None,
    under: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,40}$")] = None,
    as_of: AsOf = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    ask.caller.require_anywhere(Action.READ_UNITS)
    below = None
    if under is not None:
        below = (await _readable(request, ask, campaign, under, as_of)).path
    granted = granted_units(ask, Action.READ_UNITS)
    return await _page(
        request,
        Wanted(campaign, as_of, None, below, level, kind, q, granted, cursor, limit),
    )


@router.get("/{code}", summary="A unit 单位", responses=read_responses(UnitAnswer, 404))
async def one(
    campaign: CampaignInPath, code: CodeInPath, request: Request, ask: Ask, as_of: AsOf = None
) -> Response:
    unit = await _readable(request, ask, campaign, code, as_of)
    return json_answer(unit, {"ETag": f'"{unit.version}"'})


@router.get(
    "/{code}/path",
    summary="From the root down to a unit 上级路径",
    responses=read_responses(UnitPath, 404),
)
async def path(
    campaign: CampaignInPath, code: CodeInPath, request: Request, ask: Ask, as_of: AsOf = None
) -> Response:
    unit = await _readable(request, ask, campaign, code, as_of)
    return json_answer(await queries.path_of(office_of(request).store.pool, unit, as_of))


@router.get(
    "/{code}/children",
    summary="Units directly below 直接下级",
    responses=read_responses(UnitPage, 404),
)
async def children(
    campaign: CampaignInPath,
    code: CodeInPath,
    request: Request,
    ask: Ask,
    kind: KindAsked = None,
    as_of: AsOf = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    unit = await _readable(request, ask, campaign, code, as_of)
    wanted = Wanted(campaign, as_of, parent=unit.code, kind=kind, cursor=cursor, limit=limit)
    return await _page(request, wanted)


@router.get(
    "/{code}/subtree",
    summary="All units below 全部下级",
    responses=read_responses(UnitPage, 404),
)
async def subtree(
    campaign: CampaignInPath,
    code: CodeInPath,
    request: Request,
    ask: Ask,
    level: LevelAsked = None,
    kind: KindAsked = None,
    as_of: AsOf = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    unit = await _readable(request, ask, campaign, code, as_of)
    wanted = Wanted(
        campaign, as_of, below=unit.path, level=level, kind=kind, cursor=cursor, limit=limit
    )
    return await _page(request, wanted)


def granted_units(ask: Asking, action: Action) -> list[str]:
    """The units in whose subtrees the caller may do this."""
    return [grant.unit for grant in ask.caller.grants if action in ALLOWED[grant.role]]


def json_answer(body: object, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), headers=headers, media_type="application/json")


async def _readable(
    request: Request, ask: Asking, campaign: str, code: str, as_of: date | None
) -> UnitAnswer:
    ask.caller.require_anywhere(Action.READ_UNITS)
    unit = await queries.unit_of(office_of(request).store.pool, campaign, code, as_of)
    ask.caller.require(Action.READ_UNITS, unit.path)
    return unit


async def _page(request: Request, wanted: Wanted) -> Response:
    return json_answer(await queries.units_page(office_of(request).store.pool, wanted))
