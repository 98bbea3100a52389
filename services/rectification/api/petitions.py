"""Endpoints of petition receptions."""

from fastapi import APIRouter, Request, Response

from services.rectification.api.office import office_of
from services.rectification.api.programme_bodies import ReceivePetitions
from services.rectification.views.programmes import OF_PETITION
from shared.contracts.rectification import PetitionsReceived
from shared.kernel.access import Action
from shared.kernel.once import Record
from shared.platform.asking import Ask
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import written

router = APIRouter(prefix="/campaigns/{campaign}", tags=["petitions 大接访"])


@router.post("/petitions", summary="Record a petition reception 登记接访", **written(Receipt))
async def receive_petitions(
    campaign: CampaignInPath, body: ReceivePetitions, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    command = Record(setting, PetitionsReceived(campaign=campaign, **body.model_dump()))
    stream = (campaign, body.reception)
    return await office.give(ask, OF_PETITION, stream, setting.unit, command)
