"""The feed of a service's own events: for audits of completeness and for filling gaps."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from shared.kernel.access import Action
from shared.kernel.chain import Head
from shared.kernel.envelope import Envelope
from shared.platform.auth import CallerOf
from shared.platform.eventstore import EventStore
from shared.platform.openapi import read_responses
from shared.platform.publishing import COLUMNS, envelope_of

_EVENTS = (
    "select "
    + COLUMNS
    + """
from events
where league = $1 and version > $2 and version <= $3 order by version limit $4
"""
)
# Rights are held for subtrees: a path through the league tells what stands above it. An event
# of a unit that left may carry a path through another league.
_PATH = """
select meta->>'path' from events
where league = $1 and $1 = any(string_to_array(meta->>'path', '.'))
order by version limit 1
"""
_HEADS = "select league, version, head_hash, recorded_at from histories order by league"


def feed_router(store: EventStore) -> APIRouter:
    """`/streams/heads` and `/streams/{league}/events`, for auditors, operations and services."""
    router = APIRouter(prefix="/streams", tags=["streams 事件流"])

    @router.get(
        "/heads",
        summary="Each league's version and head hash 各盟市版本与链头",
        responses=read_responses(list[Head]),
    )
    async def heads(request: Request, caller: CallerOf) -> Response:
        caller.require_anywhere(Action.READ_STREAMS)
        rows = await store.pool.fetch(_HEADS)
        return _json(
            [Head(r["league"], r["version"], r["head_hash"].hex(), r["recorded_at"]) for r in rows]
        )

    @router.get(
        "/{league}/events",
        summary="A league's events in order 按序读取事件",
        responses=read_responses(list[Envelope]),
    )
    async def events(
        league: Annotated[str, Path(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,40}$", examples=["1502"])],
        caller: CallerOf,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        up_to: Annotated[int, Query(ge=0, le=2**62)] = 2**62,
        limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    ) -> Response:
        caller.require_anywhere(Action.READ_STREAMS)
        path = await store.pool.fetchval(_PATH, league)
        if path is None:
            return _json([])
        above, _, _ = f".{path}.".partition(f".{league}.")
        caller.require(Action.READ_STREAMS, f"{above}.{league}".lstrip("."))
        rows = await store.pool.fetch(_EVENTS, league, after, up_to, limit)
        return _json([envelope_of(store.contract.service, row) for row in rows])

    return router


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
