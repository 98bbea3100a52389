"""Endpoints of programmes: launched, progress counted, completion verified."""

from fastapi import APIRouter, Request, Response

from services.rectification.api.office import office_of
from services.rectification.api.persons import told_by
from services.rectification.api.programme_bodies import (
    CompleteProgramme,
    LaunchProgramme,
    ProgrammeInPath,
    ReportProgress,
)
from services.rectification.domain.programme import Complete, Launch, Progress, UnknownProgramme
from services.rectification.views.programmes import OF_PROGRAMME, UNITS_OF_PROGRAMMES, open_items
from shared.contracts.rectification import ProgrammeLaunched, ProgrammeProgressed
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import written

router = APIRouter(prefix="/campaigns/{campaign}", tags=["programmes 行动、工程、整治、承诺"])


@router.post("/programmes", summary="Launch a programme 启动项目", **written(Receipt))
async def launch_programme(
    campaign: CampaignInPath, body: LaunchProgramme, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    told = body.model_dump() | {"category": body.category or ""}
    launched = ProgrammeLaunched(campaign=campaign, **told)
    return await office.give(
        ask, OF_PROGRAMME, (campaign, body.programme), setting.unit, Launch(setting, launched)
    )


@router.post(
    "/programmes/{programme}/progress",
    summary="Report counted progress 登记进展",
    **written(Receipt),
)
async def report_progress(
    campaign: CampaignInPath,
    programme: ProgrammeInPath,
    body: ReportProgress,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    told = body.model_dump() | {"note": body.note or "", "reported_by": ask.caller.subject}
    progressed = ProgrammeProgressed(campaign=campaign, programme=programme, **told)
    command = Progress(setting, progressed)
    return await office.give(ask, OF_PROGRAMME, (campaign, programme), setting.unit, command)


@router.post(
    "/programmes/{programme}/complete", summary="Verify completion 验收完成", **written(Receipt)
)
async def complete_programme(
    campaign: CampaignInPath,
    programme: ProgrammeInPath,
    body: CompleteProgramme,
    request: Request,
    ask: Ask,
) -> Response:
    office = office_of(request)
    pool = office.store.pool
    unit = dict(await pool.fetch(UNITS_OF_PROGRAMMES, campaign, [programme])).get(programme)
    if unit is None:
        ask.caller.require_anywhere(Action.VERIFY_ITEMS)
        raise UnknownProgramme(programme=programme)
    setting = await office.setting(campaign, unit, ask, Action.VERIFY_ITEMS)
    left = await open_items(pool, campaign, [programme])
    command = Complete(
        setting,
        programme,
        told_by(ask.caller, body.person),
        body.note or "",
        body.completed_on,
        left.get(programme, 0),
    )
    return await office.give(ask, OF_PROGRAMME, (campaign, programme), setting.unit, command)
