"""Sight: what a caller sees of a unit, on which day, under which tree, and as known when."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

import msgspec
from fastapi import Depends, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import BeforeValidator

from services.status.answers import Children, Hindsight, Leagues, Timeline, UnitStatus
from services.status.contributions import Tree
from services.status.kept import KeptAnswers, is_kept, with_freshness, without_freshness
from services.status.knowing.recalls import Recall, Recalls
from services.status.queries import Asked, Known, Views
from shared.kernel.access import Action
from shared.kernel.refusals import Refusal
from shared.kernel.setting import BeforeCampaign
from shared.kernel.time import local_date
from shared.platform.asking import Ask, Asking

_FIRST_DAY = date(1949, 1, 1)
_LAST_DAY = date(2100, 12, 31)


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


# A dependency that is no coroutine is run in a thread, which takes longer than what it does.
async def _views(request: Request) -> Views:
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

    def __init__(self, request: Request, ask: Asking, known_at: datetime | None = None) -> None:
        if known_at is not None and known_at > datetime.now(UTC):
            raise KnownAtInFuture(known_at=known_at)
        self.recalls: Recalls = request.app.state.recalls
        self.known_at = known_at
        self.views: Views = request.app.state.views
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
        return as_json(answer)


async def _sight(request: Request, ask: Ask, known_at: KnownAt = None) -> Sight:
    return Sight(request, ask, known_at)


SightOf = Annotated[Sight, Depends(_sight)]


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


def as_json(answer: object) -> Response:
    return _of_json(msgspec.json.encode(answer))


def _of_json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
