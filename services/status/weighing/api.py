"""Weighing over HTTP: points in time compared, rules supposed, late entries listed."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.status.answers import Hindsight
from services.status.contributions import THEN, Tree
from services.status.knowing.entries import Entry, Point, below_today, late_page
from services.status.knowing.positions import position_now
from services.status.sight import (
    AsOf,
    Campaign,
    Code,
    Day,
    Instant,
    InTree,
    KnownAtInFuture,
    SightOf,
    day_or_today,
)
from services.status.weighing.points import Comparing, Comparison, Vantage
from services.status.weighing.supposed import SupposedBody, supposed_of
from services.status.weighing.what_if import Page, Supposing, WhatIf
from shared.kernel.positions import format_positions
from shared.kernel.refusals import Refusal
from shared.platform.openapi import read_responses
from shared.platform.postgres import Pool

Cursor = Annotated[str | None, Query(max_length=1000)]
Limit = Annotated[int, Query(ge=1, le=500)]

router = APIRouter(prefix="/campaigns/{campaign}/units/{code}", tags=["weighing 比较与推演"])


class NothingToCompare(Refusal):
    code = "nothing-to-compare"
    status = 422
    zh = "请给出另一日期 as_of_other 或另一时刻 known_at_other,且与前者不同。"
    en = "Give another day as_of_other, or another instant known_at_other, that differs."


class LateEntries(Hindsight):
    """Entries on a unit and those below it that were recorded after the day they happened, in the
    order they were recorded; `count` is how many there are.
    """

    campaign: str
    unit: str
    as_of: date
    tree: Tree
    count: int
    entries: list[Entry]
    next_cursor: str | None


@router.get(
    "/late-entries",
    summary="What was recorded after the day it happened 补录的记录",
    responses=read_responses(LateEntries, 404, 503),
)
async def late_entries(
    campaign: Campaign,
    code: Code,
    sight: SightOf,
    request: Request,
    as_of: AsOf = None,
    tree: InTree = "then",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    pool, projection = _of(request)
    seen = await sight.of(sight.asked(campaign, code, as_of, tree))
    day = seen.asked.day
    if seen.recall is None:
        position = await position_now(pool, projection)
        units = await below_today(pool, campaign, code, seen.known.unit, day, tree)
    else:
        position, units = seen.recall.position, seen.recall.rows.below(day, tree)
    found = await late_page(pool, campaign, Point(position, day), units, cursor, limit)
    answer = LateEntries(
        position=format_positions(position),
        campaign=campaign,
        unit=code,
        as_of=day,
        tree=tree,
        count=found.total,
        entries=found.entries,
        next_cursor=found.next_cursor,
    )
    if sight.known_at is not None:
        answer.known_at = sight.known_at
    return _json(answer)


@router.get(
    "/comparison",
    summary="What changed between two days, or in what was known of them 两日或两时刻比较",
    responses=read_responses(Comparison, 404, 503),
)
async def comparison(
    campaign: Campaign,
    code: Code,
    sight: SightOf,
    request: Request,
    as_of: AsOf = None,
    as_of_other: Annotated[
        Day, Query(description="The other day; the same by default 另一日期,默认相同")
    ] = None,
    known_at_other: Annotated[
        Instant, Query(description="The other instant; now by default 另一时刻,默认现在")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    asked = sight.asked(campaign, code, as_of, THEN)
    other = Vantage(day_or_today(as_of_other or asked.day), known_at_other)
    one = Vantage(asked.day, sight.known_at)
    if one == other:
        raise NothingToCompare
    if known_at_other is not None and known_at_other > datetime.now(UTC):
        raise KnownAtInFuture(known_at=known_at_other)
    known = await sight.allow(asked)
    await sight.allow(sight.asked(campaign, code, other.day, THEN))
    pool, _ = _of(request)
    comparing = Comparing(pool, request.app.state.drafts, sight.recalls)
    return _json(await comparing.compared(asked, known, (one, other), cursor, limit))


@router.post(
    "/what-if",
    summary="The figures under other rules, beside the real ones 假设另一规则的结果",
    responses=read_responses(WhatIf, 404, 503),
)
async def what_if(
    campaign: Campaign,
    code: Code,
    body: SupposedBody,
    sight: SightOf,
    request: Request,
    as_of: AsOf = None,
    tree: InTree = "then",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Nothing is written: rules apply when figures are read."""
    supposed = supposed_of(body)
    seen = await sight.of(sight.asked(campaign, code, as_of, tree))
    pool, projection = _of(request)
    supposing = Supposing(pool, projection, sight.recalls)
    answer = await supposing.what_if(seen, supposed, Page(cursor, limit))
    return await sight.told(answer, seen)


def _of(request: Request) -> tuple[Pool, str]:
    pool: Pool = request.app.state.pool
    projection: str = request.app.state.projection
    return pool, projection


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
