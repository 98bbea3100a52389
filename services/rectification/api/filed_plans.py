"""Endpoints of filed plans and of links between the units of both batches."""

from fastapi import APIRouter, Request, Response

from services.rectification.api.office import office_of
from services.rectification.api.programme_bodies import FilePlan, LinkBatches
from services.rectification.views.programmes import OF_BATCH_LINK, OF_FILED_PLAN, known_units
from shared.contracts.rectification import BatchesLinked, PlanFiled
from shared.kernel.access import Action
from shared.kernel.once import Record
from shared.kernel.refusals import UnknownUnit
from shared.platform.asking import Ask
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import written

router = APIRouter(prefix="/campaigns/{campaign}", tags=["filed plans 两方案一计划"])


@router.post("/filed-plans", summary="File a plan 报备方案", **written(Receipt))
async def file_plan(
    campaign: CampaignInPath, body: FilePlan, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    command = Record(setting, PlanFiled(campaign=campaign, **body.model_dump()))
    stream = (campaign, body.unit, body.document)
    return await office.give(ask, OF_FILED_PLAN, stream, setting.unit, command)


@router.post("/batch-links", summary="Link units of both batches 建立两批联系", **written(Receipt))
async def link_batches(
    campaign: CampaignInPath, body: LinkBatches, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    if not await known_units(office.store.pool, campaign, [body.led_by]):
        raise UnknownUnit(unit=body.led_by)
    command = Record(setting, BatchesLinked(campaign=campaign, **body.model_dump()))
    stream = (campaign, body.unit, body.led_by)
    return await office.give(ask, OF_BATCH_LINK, stream, setting.unit, command)
