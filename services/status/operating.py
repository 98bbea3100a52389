"""Operating the views over HTTP: how far behind they are."""

from datetime import datetime

import msgspec
from fastapi import APIRouter, Request, Response

from services.status.answers import Freshness
from services.status.queries import Views
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.openapi import read_responses
from shared.platform.postgres import Pool

_CHECKPOINTS = """
select service, league, version, recorded_at, applied_at from checkpoints
where projection = $1 order by service, league
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


def _of(request: Request) -> tuple[Pool, str]:
    pool: Pool = request.app.state.pool
    projection: str = request.app.state.projection
    return pool, projection


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
