"""Rehearsing over HTTP: a dry run by the units service, and what it would change in the views."""

import httpx
import msgspec
from fastapi import APIRouter, Request, Response

from services.status.rehearsing.answer import Rehearsal
from services.status.rehearsing.bodies import RehearsalBody
from services.status.rehearsing.dry_run import DryRuns
from services.status.rehearsing.rehearsing import Rehearsals
from services.status.sight import Campaign, day_or_today
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.openapi import read_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["status 状态"])


@router.post(
    "/rehearsals",
    summary="What a move or a merge would change 划转并入预演",
    responses=read_responses(Rehearsal, 404, 415),
)
async def rehearse(campaign: Campaign, body: RehearsalBody, request: Request, ask: Ask) -> Response:
    ask.caller.require_anywhere(Action.READ_STATUS)
    day = day_or_today(body.as_of)
    steps = body.all_steps()
    dry_runs: DryRuns = request.app.state.dry_runs
    outcomes = await dry_runs.outcomes(campaign, steps, request.headers["authorization"])
    if isinstance(outcomes, httpx.Response):
        media_type = outcomes.headers.get("content-type")
        return Response(outcomes.content, outcomes.status_code, media_type=media_type)
    rehearsals: Rehearsals = request.app.state.rehearsals
    answer = await rehearsals.rehearse(campaign, day, steps, outcomes, ask.caller)
    return Response(msgspec.json.encode(answer), media_type="application/json")
