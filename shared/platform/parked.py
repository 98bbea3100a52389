"""Parked events over HTTP: listed, looked at, tried again in their order, given up."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import httpx
import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.client import FeedClients, Neighbours, feeds_of
from shared.platform.consuming import Applier, Projection
from shared.platform.openapi import read_responses
from shared.platform.postgres import Pool
from shared.platform.retrying import Outcome, ParkedEvents, ParkedUnknown

_COLUMNS = "id, projection, service, league, version, unit, event_type, place, cause, parked_at"
_PAGE = f"""
select {_COLUMNS} from parked
where id > $1 and ($2::text is null or projection = $2) and ($3::text is null or unit = $3)
order by id limit $4
"""  # noqa: S608 - the columns are ours
_ONE = f"select {_COLUMNS}, value from parked where id = $1"  # noqa: S608 - the columns are ours


class ParkedEvent(msgspec.Struct):
    """An event set aside: by which projection, where it came from, and why."""

    id: int
    projection: str
    service: str
    league: str | None
    version: int | None
    unit: str | None
    event_type: str | None
    place: str
    cause: str
    parked_at: datetime


class ParkedPage(msgspec.Struct):
    parked: list[ParkedEvent]
    next_cursor: int | None


class ParkedDetail(msgspec.Struct, omit_defaults=True):
    """What was set aside as it came: an envelope, or bytes that are none."""

    parked: ParkedEvent
    envelope: msgspec.Raw | None = None
    value_base64: str | None = None


class ParkedOutcome(msgspec.Struct):
    applied: int
    discarded: int
    still_parked: int
    cause: str


class Parked:
    """What all projections of a service have set aside."""

    def __init__(self, pool: Pool, projections: Iterable[Projection], feeds: FeedClients) -> None:
        self._pool = pool
        self._events = {
            projection.name: ParkedEvents(pool, projection, Applier(pool, projection, feeds.events))
            for projection in projections
        }

    async def page(
        self, after: int, projection: str | None, unit: str | None, limit: int
    ) -> ParkedPage:
        rows = await self._pool.fetch(_PAGE, after, projection, unit, limit + 1)
        shown = [ParkedEvent(*row) for row in rows[:limit]]
        return ParkedPage(shown, shown[-1].id if len(rows) > limit else None)

    async def one(self, parked: int) -> ParkedDetail:
        row = await self._pool.fetchrow(_ONE, parked)
        if row is None:
            raise ParkedUnknown(parked=parked)
        *told, value = row
        event = ParkedEvent(*told)
        try:
            msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ParkedDetail(event, value_base64=b64encode(value).decode())
        return ParkedDetail(event, envelope=msgspec.Raw(value))

    async def retry_unit(self, parked: int) -> Outcome:
        return await (await self._of(parked)).retry_unit(parked)

    async def discard(self, parked: int) -> Outcome:
        return await (await self._of(parked)).discard(parked)

    async def _of(self, parked: int) -> ParkedEvents:
        name = await self._pool.fetchval("select projection from parked where id = $1", parked)
        if name not in self._events:
            raise ParkedUnknown(parked=parked)
        return self._events[name]


def parked_of(
    settings: Neighbours, pool: Pool, projections: Sequence[Projection], http: httpx.AsyncClient
) -> Parked:
    """What these projections have set aside; feeds fill the gaps a retried record shows."""
    contracts = [contract for each in projections for contract in each.contracts]
    return Parked(pool, projections, feeds_of(settings, contracts, http))


ParkedId = Annotated[int, PathParameter(ge=1, le=2**62)]

router = APIRouter(prefix="/parked", tags=["operating 运行维护"])


@router.get(
    "",
    summary="Events that could not be applied 搁置的事件",
    responses=read_responses(ParkedPage),
)
async def parked_page(
    request: Request,
    ask: Ask,
    cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
    projection: Annotated[str | None, Query(max_length=60, pattern=r"^[^\x00]*$")] = None,
    unit: Annotated[str | None, Query(max_length=120, pattern=r"^[^\x00]*$")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    return _json(await _parked(request, ask).page(cursor, projection, unit, limit))


@router.get(
    "/{parked}",
    summary="One of them, with its envelope 查看一个搁置的事件",
    responses=read_responses(ParkedDetail, 404),
)
async def parked_one(request: Request, ask: Ask, parked: ParkedId) -> Response:
    return _json(await _parked(request, ask).one(parked))


@router.post(
    "/{parked}/retry",
    summary="Try a unit's parked events again, in order 按序重试该单位搁置的事件",
    responses=read_responses(ParkedOutcome, 404, 409),
)
async def retry(request: Request, ask: Ask, parked: ParkedId) -> Response:
    return _outcome(await _parked(request, ask).retry_unit(parked))


@router.post(
    "/{parked}/discard",
    summary="Give an event up; those behind it are tried again 丢弃该事件并重试其后的事件",
    responses=read_responses(ParkedOutcome, 404, 409),
)
async def discard(request: Request, ask: Ask, parked: ParkedId) -> Response:
    return _outcome(await _parked(request, ask).discard(parked))


def _parked(request: Request, ask: Ask) -> Parked:
    ask.caller.require_anywhere(Action.OPERATE)
    found: Parked = request.app.state.parked
    return found


def _outcome(outcome: Outcome) -> Response:
    return _json(
        ParkedOutcome(outcome.applied, outcome.discarded, outcome.still_parked, outcome.cause)
    )


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
