"""Endpoints of ledger items: raised, and each step that may be taken about one."""

from collections.abc import Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from services.rectification.api import item_bodies as bodies
from services.rectification.api.entitled import ACTION_OF, require_entitled
from services.rectification.api.item_bodies import ItemInPath, RaiseCascade, RaiseItem, StepBody
from services.rectification.api.office import Office, office_of
from services.rectification.api.raising import CascadeRaised, Raised, raise_all, raise_one
from services.rectification.api.steps import STEP_OF, Telling
from services.rectification.domain.cascade import Chosen, children_of
from services.rectification.domain.cascade import office_of as unit_office
from services.rectification.domain.item import Raise
from services.rectification.domain.item_refusals import CascadeEmpty, UnknownEvidence
from services.rectification.views.choosing import units_chosen
from services.rectification.views.evidence import evidence_of
from services.rectification.views.items import item_at_hand, items_at_hand, named
from services.rectification.views.lives import OF_ITEM
from services.rectification.views.numbers import UNNAMED
from shared.contracts.rectification import Evidence
from shared.kernel.access import Action
from shared.kernel.setting import Setting
from shared.kernel.units import within
from shared.platform.asking import Ask, Asking
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import write_headers, write_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["ledger 台账"])


@router.post(
    "/items",
    summary="Raise an item 登记事项",
    status_code=201,
    responses=write_responses(Raised),
    openapi_extra=write_headers(),
)
async def raise_item(
    campaign: CampaignInPath, body: RaiseItem, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    parent, programme = body.parent or "", body.programme or ""
    known = await named(office.pool, campaign, [parent], [programme])
    command = Raise(
        setting,
        body.item or UNNAMED,
        body.source,
        body.origin or "",
        body.category,
        body.summary,
        body.responsible_person,
        body.due_on,
        body.raised_on or setting.today,
        parent=parent,
        parent_state=known.parent_state(parent),
        programme=programme,
        programme_known=programme in known.programmes,
    )
    return await raise_one(office, ask, command)


@router.post(
    "/cascades",
    summary="Order an item for many units 逐级下达事项",
    status_code=201,
    responses=write_responses(CascadeRaised),
    openapi_extra=write_headers(),
)
async def raise_cascade(
    campaign: CampaignInPath, body: RaiseCascade, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_LEDGER)
    under = setting.unit
    if body.under is not None:
        under = await office.unit(campaign, body.under, ask, Action.WRITE_LEDGER)
        if not within(under.path, body.unit):
            raise CascadeEmpty(unit=body.unit)
    programme = body.programme or ""
    programmes = (await named(office.pool, campaign, [], [programme])).programmes
    order = Raise(
        setting,
        body.item,
        "other",
        "",
        body.category,
        body.summary,
        body.responsible_person,
        body.due_on,
        body.raised_on or setting.today,
        cascades=True,
        programme=programme,
        programme_known=programme in programmes,
    )
    units = await units_chosen(office.pool, campaign, under, body.levels, body.kinds, order)
    known = (await items_at_hand(office.pool, campaign, [body.item])).get(body.item)
    chosen = (Chosen(unit, unit_office(unit.code)) for unit in units)
    children = children_of(order, chosen, known.state if known else "open")
    return await raise_all(office, ask, order, children)


def _add_step(path: str, action: str, summary: str, kind: type[StepBody]) -> None:
    async def endpoint(**asked: Any) -> Response:
        office, ask = office_of(asked["request"]), asked["ask"]
        return await _take(office, asked["campaign"], asked["item"], action, asked["body"], ask)

    # FastAPI reads parameters from the signature: the body's type differs from step to step.
    endpoint.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation)
            for name, annotation in (
                ("campaign", CampaignInPath),
                ("item", ItemInPath),
                ("body", Annotated[kind, Body()]),
                ("request", Request),
                ("ask", Ask),
            )
        ]
    )
    router.add_api_route(
        f"/items/{{item}}/{path}",
        endpoint,
        methods=["POST"],
        name=f"{action}_item",
        summary=summary,
        status_code=201,
        responses=write_responses(Receipt),
        openapi_extra=write_headers(if_match=True),
    )


async def _take(
    office: Office, campaign: str, item: str, action: str, body: StepBody, ask: Asking
) -> Response:
    await office.campaigns.campaign(campaign)
    at_hand = await item_at_hand(office.pool, campaign, item)
    setting: Setting = (await office.settings(campaign, [at_hand.unit]))[at_hand.unit]
    require_entitled(ask.caller, ACTION_OF[action], at_hand, setting.unit.path)
    told = body.told() | {"item": item, "on": body.on or setting.today}
    evidence = await _evidence(office, campaign, item, told.pop("evidence", ()))
    command = STEP_OF[action](Telling(told, setting, at_hand, ask.caller, evidence))
    return await office.give(ask, OF_ITEM, (campaign, item), setting.unit, command)


async def _evidence(
    office: Office, campaign: str, item: str, digests: Sequence[str]
) -> tuple[Evidence, ...]:
    found = await evidence_of(office.pool, campaign, item, digests)
    for digest in digests:
        if digest not in found:
            raise UnknownEvidence(digest=digest)
    return tuple(found[digest] for digest in dict.fromkeys(digests))


_add_step("assign", "assign", "Make another person responsible 交办", bodies.AssignItem)
_add_step("progress", "progress", "Report progress 登记进展", bodies.ReportItemProgress)
_add_step("extend", "extend", "Extend the due date 延期", bodies.ExtendItem)
_add_step("pause", "pause", "Pause the clock 暂停计时", bodies.PauseItem)
_add_step("resume", "resume", "Resume the clock 恢复计时", bodies.ResumeItem)
_add_step(
    "request-closure", "request_closure", "Request closure 申请销号", bodies.RequestItemClosure
)
_add_step("reject", "reject", "Reject the closure 退回销号申请", bodies.RejectClosure)
_add_step("close", "close", "Verify and close 核查销号", bodies.CloseItem)
_add_step("reopen", "reopen", "Reopen 重新打开", bodies.ReopenItem)
_add_step("review", "review", "Look back at it 回头看", bodies.ReviewItem)
_add_step("rate", "rate", "Rate satisfaction 满意度测评", bodies.RateItem)
