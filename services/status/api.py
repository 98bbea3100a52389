"""The views over HTTP: a unit, the units below it, leagues compared, and its days."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from services.status.answers import Children, Leagues, Timeline, UnitStatus
from services.status.facts import CampaignFact
from services.status.ordering import Order, Sort, page
from services.status.series import series
from services.status.sight import (
    AsOf,
    Campaign,
    ClassName,
    Code,
    Day,
    InTree,
    KnownAt,
    Seen,
    Sight,
)
from shared.kernel.refusals import Refusal
from shared.platform.asking import Ask
from shared.platform.lean_route import LeanQueryRoute
from shared.platform.openapi import read_responses

_LONGEST_SPAN_DAYS: Final = 400


class SpanNotPossible(Refusal):
    code = "span-not-possible"
    status = 422
    zh = "起止日期须先后有序,且不超过 {days} 天。"
    en = "`from` must not be after `to`, nor more than {days} days before it."


router = APIRouter(prefix="/campaigns/{campaign}", tags=["status 状态"], route_class=LeanQueryRoute)


@router.get(
    "/units/{code}/status",
    summary="A unit and all below it on one day 单位某日状态与汇总",
    responses=read_responses(UnitStatus, 404),
)
async def unit_status(
    campaign: Campaign,
    code: Code,
    request: Request,
    ask: Ask,
    as_of: AsOf = None,
    tree: InTree = "then",
    known_at: KnownAt = None,
) -> Response:
    async def made(seen: Seen) -> UnitStatus:
        return await seen.views.status(seen.asked, seen.known)

    sight = Sight(request, ask, known_at)
    return await sight.shown(sight.asked(campaign, code, as_of, tree), made)


@router.get(
    "/units/{code}/children",
    summary="The units one level down, sorted and paged 下一级各单位",
    responses=read_responses(Children, 404),
)
async def children(
    campaign: Campaign,
    code: Code,
    request: Request,
    ask: Ask,
    as_of: AsOf = None,
    tree: InTree = "then",
    sort: Sort = Sort.CODE,
    order: Order = Order.ASC,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    known_at: KnownAt = None,
) -> Response:
    async def made(seen: Seen) -> Children:
        rows = await seen.views.children(seen.asked, seen.known)
        shown, following = page(rows, sort, order, cursor, limit)
        return Children(
            campaign=campaign,
            as_of=seen.asked.day,
            tree=tree,
            parent=code,
            count=len(rows),
            children=shown,
            next_cursor=following,
            freshness=await seen.views.freshness(),
        )

    sight = Sight(request, ask, known_at)
    return await sight.shown(sight.asked(campaign, code, as_of, tree), made)


@router.get(
    "/leagues",
    summary="Leagues compared, the best outcome first 盟市比较",
    responses=read_responses(Leagues, 404),
)
async def leagues(
    campaign: Campaign,
    request: Request,
    ask: Ask,
    as_of: AsOf = None,
    tree: InTree = "then",
    known_at: KnownAt = None,
) -> Response:
    async def made(seen: Seen) -> Leagues:
        return Leagues(
            campaign=campaign,
            as_of=seen.asked.day,
            tree=tree,
            leagues=await seen.views.leagues(seen.asked, seen.known),
            freshness=await seen.views.freshness(),
        )

    sight = Sight(request, ask, known_at)
    opening = (await sight.views.campaign(campaign)).opening
    root = opening.root if opening else ""
    return await sight.shown(sight.asked(campaign, root, as_of, tree), made)


@router.get(
    "/units/{code}/timeline",
    summary="What stands below a unit, day by day 逐日进展",
    responses=read_responses(Timeline, 404),
)
async def timeline(
    campaign: Campaign,
    code: Code,
    request: Request,
    ask: Ask,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    class_: ClassName = None,
    tree: InTree = "then",
    known_at: KnownAt = None,
) -> Response:
    async def made(seen: Seen) -> Timeline:
        last, known = seen.asked.day, seen.known
        first = from_ or _first_day(known.campaign, last)
        if not 0 <= (last - first).days <= _LONGEST_SPAN_DAYS:
            raise SpanNotPossible(days=_LONGEST_SPAN_DAYS)
        steps = await seen.views.steps(seen.asked, known, first, class_)
        return Timeline(
            campaign=campaign,
            unit=code,
            tree=tree,
            class_=class_,
            from_=first,
            to=last,
            days=series(steps, first, last, known.windows),
            freshness=await seen.views.freshness(),
        )

    sight = Sight(request, ask, known_at)
    return await sight.shown(sight.asked(campaign, code, to, tree), made)


def _first_day(campaign: CampaignFact, last: date) -> date:
    """The campaign's first day, or as far back as a series may go."""
    earliest = date.fromordinal(last.toordinal() - _LONGEST_SPAN_DAYS)
    return max(campaign.opening.on, earliest) if campaign.opening else earliest
