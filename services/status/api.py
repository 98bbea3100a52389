"""The views over HTTP: who may ask, for which day, and the answer as JSON."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import BeforeValidator

from services.status.answers import Children, Leagues, Timeline, UnitStatus
from services.status.contributions import Tree
from services.status.facts import CampaignFact
from services.status.ordering import Order, Sort, page
from services.status.queries import Asked, Known, Views
from services.status.series import series
from shared.kernel.access import Action
from shared.kernel.refusals import Refusal
from shared.kernel.setting import BeforeCampaign
from shared.kernel.time import local_date
from shared.platform.asking import Ask
from shared.platform.openapi import read_responses

_FIRST_DAY = date(1949, 1, 1)
_LAST_DAY = date(2100, 12, 31)
_LONGEST_SPAN_DAYS = 400


class AsOfInFuture(Refusal):
    code = "as-of-in-future"
    status = 422
    zh = "日期 {date} 在今天之后,还没有可看的状态。"
    en = "The day {date} lies in the future; nothing can be shown of it yet."


class SpanNotPossible(Refusal):
    code = "span-not-possible"
    status = 422
    zh = "起止日期须先后有序,且不超过 {days} 天。"
    en = "`from` must not be after `to`, nor more than {days} days before it."


def _day(value: Any) -> Any:
    """ISO dates only: a number is no day."""
    if isinstance(value, str):
        day = date.fromisoformat(value) if len(value) == 10 else None
        if day is None or not _FIRST_DAY <= day <= _LAST_DAY:
            raise ValueError(f"a date such as 2014-03-04, from {_FIRST_DAY} to {_LAST_DAY}")
        return day
    return value


Campaign = Annotated[
    str, PathParameter(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["nmg-2014"])
]
Code = Annotated[str, PathParameter(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,40}$", examples=["1502"])]
Day = Annotated[date | None, BeforeValidator(_day)]
AsOf = Annotated[Day, Query(description="The day to show; today by default 查看哪一天,默认今天")]
InTree = Annotated[
    Tree, Query(description="Count units where they stood `then` or stand `now` 按当时或现在的隶属")
]
ClassName = Annotated[str | None, Query(alias="class", pattern=r"^[a-z][a-z_0-9]{0,40}$")]


def _views(request: Request) -> Views:
    views: Views = request.app.state.views
    return views


ViewsOf = Annotated[Views, Depends(_views)]

router = APIRouter(prefix="/campaigns/{campaign}", tags=["status 状态"])


@router.get(
    "/units/{code}/status",
    summary="A unit and all below it on one day 单位某日状态与汇总",
    responses=read_responses(UnitStatus, 404),
)
async def unit_status(
    campaign: Campaign,
    code: Code,
    ask: Ask,
    views: ViewsOf,
    as_of: AsOf = None,
    tree: InTree = "then",
) -> Response:
    asked = Asked(campaign, code, day_or_today(as_of), tree)
    known = await seen_by(views, ask, asked)
    return _json(await views.status(asked, known))


@router.get(
    "/units/{code}/children",
    summary="The units one level down, sorted and paged 下一级各单位",
    responses=read_responses(Children, 404),
)
async def children(
    campaign: Campaign,
    code: Code,
    ask: Ask,
    views: ViewsOf,
    as_of: AsOf = None,
    tree: InTree = "then",
    sort: Sort = Sort.CODE,
    order: Order = Order.ASC,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    asked = Asked(campaign, code, day_or_today(as_of), tree)
    known = await seen_by(views, ask, asked)
    rows = await views.children(asked, known)
    shown, following = page(rows, sort, order, cursor, limit)
    answer = Children(
        campaign=campaign,
        as_of=asked.day,
        tree=tree,
        parent=code,
        count=len(rows),
        children=shown,
        next_cursor=following,
        freshness=await views.freshness(),
    )
    return _json(answer)


@router.get(
    "/leagues",
    summary="Leagues compared, the best outcome first 盟市比较",
    responses=read_responses(Leagues, 404),
)
async def leagues(
    campaign: Campaign, ask: Ask, views: ViewsOf, as_of: AsOf = None, tree: InTree = "then"
) -> Response:
    opening = (await views.campaign(campaign)).opening
    root = opening.root if opening else ""
    asked = Asked(campaign, root, day_or_today(as_of), tree)
    known = await seen_by(views, ask, asked)
    answer = Leagues(
        campaign=campaign,
        as_of=asked.day,
        tree=tree,
        leagues=await views.leagues(asked, known),
        freshness=await views.freshness(),
    )
    return _json(answer)


@router.get(
    "/units/{code}/timeline",
    summary="What stands below a unit, day by day 逐日进展",
    responses=read_responses(Timeline, 404),
)
async def timeline(
    campaign: Campaign,
    code: Code,
    ask: Ask,
    views: ViewsOf,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    class_: ClassName = None,
    tree: InTree = "then",
) -> Response:
    asked = Asked(campaign, code, day_or_today(to), tree)
    known = await seen_by(views, ask, asked)
    first = from_ or _first_day(known.campaign, asked.day)
    if not 0 <= (asked.day - first).days <= _LONGEST_SPAN_DAYS:
        raise SpanNotPossible(days=_LONGEST_SPAN_DAYS)
    steps = await views.steps(asked, known, first, class_)
    answer = Timeline(
        campaign=campaign,
        unit=code,
        tree=tree,
        class_=class_,
        from_=first,
        to=asked.day,
        days=series(steps, first, asked.day, known.windows),
        freshness=await views.freshness(),
    )
    return _json(answer)


async def seen_by(views: Views, ask: Ask, asked: Asked) -> Known:
    """The facts, once the caller is found to have the right to see this unit on this day."""
    known = await views.known(asked)
    ask.caller.require(Action.READ_STATUS, known.unit.path)
    opening = known.campaign.opening
    if opening is not None and asked.day < opening.on:
        raise BeforeCampaign(starts_on=opening.on, date=asked.day)
    return known


def day_or_today(day: date | None) -> date:
    today = local_date(datetime.now(UTC))
    if day is not None and day > today:
        raise AsOfInFuture(date=day)
    return day or today


def _first_day(campaign: CampaignFact, last: date) -> date:
    """The campaign's first day, or as far back as a series may go."""
    earliest = date.fromordinal(last.toordinal() - _LONGEST_SPAN_DAYS)
    return max(campaign.opening.on, earliest) if campaign.opening else earliest


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
