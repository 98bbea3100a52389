"""Endpoints of help: a helper is paired with households, and the help ends."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.rectification.api.office import office_of
from services.rectification.api.programme_bodies import EndHelp, PairHelp
from services.rectification.domain.pairing import End, Pair, UnknownPairing
from services.rectification.views.programmes import OF_PAIRING, UNITS_OF_PAIRINGS
from shared.contracts.rectification import HelpPaired
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import written

router = APIRouter(prefix="/campaigns/{campaign}", tags=["help 结对帮扶"])
PairingInPath = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$",
        max_length=64,
        description="Pairing 结对编号",
        examples=["help-0001"],
    ),
]


@router.post("/pairings", summary="Pair a helper with households 结对", **written(Receipt))
async def pair_help(
    campaign: CampaignInPath, body: PairHelp, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    command = Pair(setting, HelpPaired(campaign=campaign, **body.model_dump()))
    stream = (campaign, body.pairing)
    return await office.give(ask, OF_PAIRING, stream, setting.unit, command)


@router.post("/pairings/{pairing}/end", summary="End help 结束帮扶", **written(Receipt))
async def end_help(
    campaign: CampaignInPath, pairing: PairingInPath, body: EndHelp, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    unit = dict(await office.store.pool.fetch(UNITS_OF_PAIRINGS, campaign, [pairing])).get(pairing)
    if unit is None:
        ask.caller.require_anywhere(Action.WRITE_LEDGER)
        raise UnknownPairing(pairing=pairing)
    setting = await office.setting(campaign, unit, ask, Action.WRITE_LEDGER)
    command = End(setting, pairing, body.outcome, body.ended_on)
    return await office.give(ask, OF_PAIRING, (campaign, pairing), setting.unit, command)
