"""Frames over HTTP: the figures of all units one level down, day by day, in one answer."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.status.api import SpanNotPossible
from services.status.facts import CampaignFact
from services.status.queries import Asked
from services.status.replaying.frames import METRICS, Frames, Player, metrics_named
from services.status.sight import (
    Campaign,
    Code,
    Day,
    InTree,
    ViewsOf,
    day_or_today,
    seen_by,
)
from shared.kernel.setting import BeforeCampaign
from shared.platform.asking import Ask
from shared.platform.openapi import read_responses

_LONGEST_SPAN_DAYS = 400

Metrics = Annotated[
    str,
    Query(
        max_length=1000,
        examples=["mobilized,late"],
        description=f"Any of {', '.join(METRICS)} 所需指标",
    ),
]

router = APIRouter(prefix="/campaigns/{campaign}/units/{code}", tags=["replay 回放"])


@router.get(
    "/frames",
    summary="Day by day, the figures of the units one level down 逐日逐单位指标",
    responses=read_responses(Frames, 404),
)
async def frames(
    campaign: Campaign,
    code: Code,
    ask: Ask,
    views: ViewsOf,
    request: Request,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    tree: InTree = "then",
    metrics: Metrics = ",".join(METRICS),
) -> Response:
    wanted = metrics_named(metrics)
    asked = Asked(campaign, code, day_or_today(to), tree)
    known = await seen_by(views, ask, asked)
    first = _first_day(known.campaign, from_, asked.day)
    player: Player = request.app.state.player
    answer = await player.frames(asked, known, first, wanted)
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _first_day(campaign: CampaignFact, first: date | None, last: date) -> date:
    """The day asked for; else the campaign's first, or as far back as frames may go."""
    opening = campaign.opening
    if first is None:
        earliest = date.fromordinal(last.toordinal() - _LONGEST_SPAN_DAYS)
        return max(earliest, opening.on) if opening else earliest
    if opening is not None and first < opening.on:
        raise BeforeCampaign(starts_on=opening.on, date=first)
    if not 0 <= (last - first).days <= _LONGEST_SPAN_DAYS:
        raise SpanNotPossible(days=_LONGEST_SPAN_DAYS)
    return first
