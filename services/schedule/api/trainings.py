"""Endpoints of preparation completed and training held."""

from typing import Final

from fastapi import APIRouter, Request, Response

from services.schedule.api.bodies import CompletePreparation, HoldTraining
from services.schedule.api.office import office_of
from services.schedule.domain.preparation import Complete
from services.schedule.domain.training import Hold
from services.schedule.views.lives import OF_PREPARATION, OF_TRAINING
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import written

router = APIRouter(prefix="/campaigns/{campaign}", tags=["preparation and training 准备与培训"])
_WRITTEN: Final = written(Receipt)


@router.post("/preparations", summary="Record preparation completed 登记准备完成", **_WRITTEN)
async def complete_preparation(
    campaign: CampaignInPath, body: CompletePreparation, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_SCHEDULE)
    command = Complete(setting, body.prepared_on)
    return await office.give(ask, OF_PREPARATION, (campaign, body.unit), setting.unit, command)


@router.post("/trainings", summary="Record a training held 登记业务培训", **_WRITTEN)
async def hold_training(
    campaign: CampaignInPath, body: HoldTraining, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_SCHEDULE)
    command = Hold(setting, body.training, body.audience, body.held_on, body.participants)
    stream = (campaign, body.unit, body.training)
    return await office.give(ask, OF_TRAINING, stream, setting.unit, command)
