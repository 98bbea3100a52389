"""The views over HTTP: who may ask, for which day, and the answer as JSON."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import BeforeValidator

from services.status.answers import Children, Hindsight, Leagues, Timeline, UnitStatus
from services.status.contributions import Tree
from services.status.facts import CampaignFact
from services.status.kept import KeptAnswers, is_kept, with_freshness, without_freshness
from services.status.knowing.recalls import Recall, Recalls
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


class KnownAtInFuture(Refusal):
    code = "known-at-in-future"
    status = 422
    zh = "时刻 {known_at} 还没有到,无从得知届时已知的情况。"
    en = "The instant {known_at} lies in the future; what is known then cannot be told yet."


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


# The date, the time of day, and the offset from UTC, all of them.
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def _instant(value: Any) -> Any:
    """An instant with its offset; `+` must come as %2B, or it is read as a space."""
    if isinstance(value, str):
        if _INSTANT.fullmatch(value) is None:
            raise ValueError("an instant such as 2014-03-04T09:00:00Z or …T17:00:00%2B08:00")
        instant = datetime.fromisoformat(value)
        if not _FIRST_DAY.year < instant.year <= _LAST_DAY.year:
            raise ValueError(f"an instant from {_FIRST_DAY} to {_LAST_DAY}")
        return instant.astimezone(UTC)
    return value


Campaign = Annotated[
    str, PathParameter(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["nmg-2014"])
]
Code = Annotated[str, PathParameter(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,40}$", examples=["1502"])]
Day = Annotated[date | None, BeforeValidator(_day)]
AsOf = Annotated[Day, Query(description="The day to show; today by default 查看哪一天,默认今天")]
Instant = Annotated[datetime | None, BeforeValidator(_instant)]
KnownAt = Annotated[
    Instant,
    Query(
        description="As the system knew it at this instant, with its offset (+ as %2B)"
        " 按该时刻系统已知的情况"
    ),
]
InTree = Annotated[
    Tree, Query(description="Count units where they stood `then` or stand `now` 按当时或现在的隶属")
]
ClassName = Annotated[str | None, Query(alias="class", pattern=r"^[a-z][a-z_0-9]{0,40}$")]


def _views(request: Request) -> Views:
    views: Views = request.app.state.views
    return views


ViewsOf = Annotated[Views, Depends(_views)]


class Seen(NamedTuple):
    """What is seen of a unit: today's views, or those recalled, and its facts in them."""

    asked: Asked
    views: Views
    known: Known
    recall: Recall | None


Answer: TypeAlias = UnitStatus | Children | Leagues | Timeline
Make: TypeAlias = Callable[[Seen], Awaitable[Answer]]


class Sight:
    """How a caller sees units: as they are known now, or as they were at an instant."""

    def __init__(
        self, request: Request, ask: Ask, views: ViewsOf, known_at: KnownAt = None
    ) -> None:
        if known_at is not None and known_at > datetime.now(UTC):
            raise KnownAtInFuture(known_at=known_at)
        self.recalls: Recalls = request.app.state.recalls
        self.known_at = known_at
        self.views = views
        self._ask = ask
        self._kept: KeptAnswers = request.app.state.kept_answers
        self._request = (request.url.path, request.url.query)

    def asked(self, campaign: str, code: str, as_of: date | None, tree: Tree) -> Asked:
        """Without a day, the last one of which something was known."""
        if as_of is None and self.known_at is not None:
            as_of = local_date(self.known_at)
        return Asked(campaign, code, day_or_today(as_of), tree)

    async def of(self, asked: Asked) -> Seen:
        """The unit, once the caller is found to have the right to see it as it stands today."""
        return await self._seen(asked, await self.allow(asked))

    async def _seen(self, asked: Asked, known: Known) -> Seen:
        if self.known_at is None:
            return Seen(asked, self.views, known, None)
        recall = await self.recalls.at(asked.campaign, asked.unit, self.known_at)
        views = Views(recall.rows)
        return Seen(asked, views, await views.known(asked), recall)

    async def shown(self, asked: Asked, make: Make) -> Response:
        """What `make` answers about the unit; of upper units, and as known now, it is kept."""
        known = await self.allow(asked)
        if self.known_at is not None or not is_kept(known.unit):
            seen = await self._seen(asked, known)
            return await self.told(await make(seen), seen)

        async def made() -> bytes:
            now = await self.views.known(asked)
            return without_freshness(await make(Seen(asked, self.views, now, None)))

        body = await self._kept.answer((*self._request, asked), made)
        return _of_json(with_freshness(body, await self.views.freshness()))

    async def allow(self, asked: Asked) -> Known:
        """As it is known today, to a caller who has the right to see it."""
        return await seen_by(self.views, self._ask, asked)

    async def told(self, answer: Hindsight, seen: Seen) -> Response:
        """The answer; one that was recalled says when it was known, and what was late in it."""
        if seen.recall is not None and self.known_at is not None:
            answer.known_at = self.known_at
            answer.position = seen.recall.token
            answer.late = await self.recalls.late(seen.recall, seen.asked)
        return _json(answer)


SightOf = Annotated[Sight, Depends(Sight)]

router = APIRouter(prefix="/campaigns/{campaign}", tags=["status 状态"])


@router.get(
    "/units/{code}/status",
    summary="A unit and all below it on one day 单位某日状态与汇总",
    responses=read_responses(UnitStatus, 404),
)
async def unit_status(
    campaign: Campaign,
    code: Code,
    sight: SightOf,
    as_of: AsOf = None,
    tree: InTree = "then",
) -> Response:
    async def made(seen: Seen) -> UnitStatus:
        return await seen.views.status(seen.asked, seen.known)

    return await sight.shown(sight.asked(campaign, code, as_of, tree), made)


@router.get(
    "/units/{code}/children",
    summary="The units one level down, sorted and paged 下一级各单位",
    responses=read_responses(Children, 404),
)
async def children(
    campaign: Campaign,
    code: Code,
    sight: SightOf,
    as_of: AsOf = None,
    tree: InTree = "then",
    sort: Sort = Sort.CODE,
    order: Order = Order.ASC,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
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

    return await sight.shown(sight.asked(campaign, code, as_of, tree), made)


@router.get(
    "/leagues",
    summary="Leagues compared, the best outcome first 盟市比较",
    responses=read_responses(Leagues, 404),
)
async def leagues(
    campaign: Campaign, sight: SightOf, as_of: AsOf = None, tree: InTree = "then"
) -> Response:
    async def made(seen: Seen) -> Leagues:
        return Leagues(
            campaign=campaign,
            as_of=seen.asked.day,
            tree=tree,
            leagues=await seen.views.leagues(seen.asked, seen.known),
            freshness=await seen.views.freshness(),
        )

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
    sight: SightOf,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    class_: ClassName = None,
    tree: InTree = "then",
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

    return await sight.shown(sight.asked(campaign, code, to, tree), made)


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
    return _of_json(msgspec.json.encode(answer))


def _of_json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
