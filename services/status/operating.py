"""Operating the views over HTTP: how far behind they are, and what was parked."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from services.status.answers import Freshness
from services.status.queries import Views
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.openapi import read_responses
from shared.platform.postgres import Pool
from shared.platform.retrying import Outcome, ParkedEvents

_CHECKPOINTS = """
select service, league, version, recorded_at, applied_at from checkpoints
where projection = $1 order by service, league
"""
_PARKED = """
select id, service, league, version, unit, event_type, place, cause, parked_at from parked
where projection = $1 and id > $2 order by id limit $3
"""


class Checkpoint(msgspec.Struct):
    """The last version of a league's history that the views show."""

    service: str
    league: str
    version: int
    recorded_at: datetime
    applied_at: datetime


class Lag(msgspec.Struct):
    projection: str
    freshness: Freshness
    parked: int
    checkpoints: list[Checkpoint]


class ParkedEvent(msgspec.Struct):
    """An event set aside: where it came from, and why."""

    id: int
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


class ParkedOutcome(msgspec.Struct):
    applied: int
    discarded: int
    still_parked: int
    cause: str


ParkedId = Annotated[int, PathParameter(ge=1, le=2**62)]

router = APIRouter(tags=["operating 运行维护"])


@router.get("/lag", summary="How far behind the views are 汇总滞后", responses=read_responses(Lag))
async def lag(request: Request, ask: Ask) -> Response:
    ask.caller.require_anywhere(Action.READ_STATUS)
    pool, projection = _of(request)
    views: Views = request.app.state.views
    rows = await pool.fetch(_CHECKPOINTS, projection)
    parked = await pool.fetchval("select count(*) from parked where projection = $1", projection)
    checkpoints = [Checkpoint(*row) for row in rows]
    return _json(Lag(projection, await views.freshness(), parked, checkpoints))


@router.get(
    "/parked",
    summary="Events that could not be applied 搁置的事件",
    responses=read_responses(ParkedPage),
)
async def parked(
    request: Request,
    ask: Ask,
    cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    ask.caller.require_anywhere(Action.OPERATE)
    pool, projection = _of(request)
    rows = await pool.fetch(_PARKED, projection, cursor, limit + 1)
    shown = [ParkedEvent(*row) for row in rows[:limit]]
    return _json(ParkedPage(shown, shown[-1].id if len(rows) > limit else None))


@router.post(
    "/parked/{parked}/retry",
    summary="Try a unit's parked events again, in order 按序重试该单位搁置的事件",
    responses=read_responses(ParkedOutcome, 404, 409),
)
async def retry(request: Request, ask: Ask, parked: ParkedId) -> Response:
    ask.caller.require_anywhere(Action.OPERATE)
    return _outcome(await _parked_events(request).retry_unit(parked))


@router.post(
    "/parked/{parked}/discard",
    summary="Give an event up; those behind it are tried again 丢弃该事件并重试其后的事件",
    responses=read_responses(ParkedOutcome, 404, 409),
)
async def discard(request: Request, ask: Ask, parked: ParkedId) -> Response:
    ask.caller.require_anywhere(Action.OPERATE)
    return _outcome(await _parked_events(request).discard(parked))


def _of(request: Request) -> tuple[Pool, str]:
    pool: Pool = request.app.state.pool
    projection: str = request.app.state.projection
    return pool, projection


def _parked_events(request: Request) -> ParkedEvents:
    found: ParkedEvents = request.app.state.parked_events
    return found


def _outcome(outcome: Outcome) -> Response:
    return _json(
        ParkedOutcome(outcome.applied, outcome.discarded, outcome.still_parked, outcome.cause)
    )


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
