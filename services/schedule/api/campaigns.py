"""Endpoints of the campaign itself: opening, windows, gates, documents, orders, meetings."""

from datetime import UTC, datetime
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from services.schedule.api.bodies import (
    ChangeWindows,
    IssueDocument,
    OpenCampaign,
    OrderPreparation,
    RecordMeeting,
    SetGates,
)
from services.schedule.api.office import office_of
from services.schedule.domain import campaign as life
from services.schedule.domain.document import Issue
from services.schedule.domain.meeting import Record
from services.schedule.domain.preparation import Order
from services.schedule.views.lives import OF_CAMPAIGN, OF_DOCUMENT, OF_MEETING, OF_ORDER
from shared.contracts.schedule import (
    CampaignOpened,
    DocumentIssued,
    Gate,
    MeetingHeld,
    PreparationOrdered,
)
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.commands import Receipt
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import read_responses, written
from shared.platform.window_fields import windows_of

router = APIRouter(prefix="/campaigns", tags=["campaign 活动"])
_WRITTEN: Final = written(Receipt)


@router.post("", summary="Open a campaign 开启活动", **_WRITTEN)
async def open_campaign(body: OpenCampaign, request: Request, ask: Ask) -> Response:
    office = office_of(request)
    root = await office.unit(body.campaign, body.root, ask, Action.CONFIGURE_CAMPAIGN)
    opened = CampaignOpened(
        campaign=body.campaign,
        name_zh=body.name_zh,
        name_en=body.name_en,
        root=body.root,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        mobilization_from=body.mobilization_from,
        windows=windows_of(body.windows),
    )
    office.campaigns.forget(body.campaign)
    return await office.give(ask, OF_CAMPAIGN, (body.campaign,), root, life.Open(opened, root.path))


@router.get(
    "/{campaign}",
    summary="A campaign, its windows and gates 活动、时间窗口与审核程序",
    responses=read_responses(life.Campaign, 404),
)
async def campaign(campaign: CampaignInPath, request: Request, ask: Ask) -> Response:
    ask.caller.require_anywhere(Action.READ_SCHEDULE)
    shown, version = await office_of(request).campaigns.versioned(campaign)
    return Response(
        msgspec.json.encode(shown), headers={"ETag": f'"{version}"'}, media_type="application/json"
    )


@router.post("/{campaign}/windows", summary="Change the windows 调整时间窗口", **_WRITTEN)
async def change_windows(
    campaign: CampaignInPath, body: ChangeWindows, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    top = await office.top(campaign, ask, Action.CONFIGURE_CAMPAIGN)
    command = life.ChangeWindows(campaign, windows_of(body.windows), body.reason, top.now)
    answer = await office.give(ask, OF_CAMPAIGN, (campaign,), top.unit, command)
    office.campaigns.forget(campaign)
    return answer


@router.post("/{campaign}/gates", summary="Set an area's review procedure 设定审核程序", **_WRITTEN)
async def set_gates(
    campaign: CampaignInPath, body: SetGates, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    opened = await office.campaigns.campaign(campaign)
    area = await office.unit(campaign, body.area, ask, Action.CONFIGURE_CAMPAIGN)
    root = await office.units.unit(campaign, opened.root)
    gates = tuple(Gate(**gate.model_dump()) for gate in body.gates)
    command = life.SetGates(
        campaign, area.path, body.applies_to_level, body.category, gates, datetime.now(UTC)
    )
    answer = await office.give(ask, OF_CAMPAIGN, (campaign,), root, command)
    office.campaigns.forget(campaign)
    return answer


@router.post(
    "/{campaign}/documents",
    summary="Issue a work plan or guiding opinion 印发工作方案、指导意见",
    **_WRITTEN,
)
async def issue_document(
    campaign: CampaignInPath, body: IssueDocument, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    top = await office.top(campaign, ask, Action.CONFIGURE_CAMPAIGN)
    issued = DocumentIssued(
        campaign=campaign,
        unit=top.unit.code,
        document=body.document,
        kind=body.kind,
        title=body.title,
        topic=body.topic,
        issued_on=body.issued_on,
        applies_to=tuple(body.applies_to),
    )
    return await office.give(
        ask, OF_DOCUMENT, (campaign, body.document), top.unit, Issue(top, issued)
    )


@router.post(
    "/{campaign}/preparation-orders", summary="Order preparation ahead 部署准备工作", **_WRITTEN
)
async def order_preparation(
    campaign: CampaignInPath, body: OrderPreparation, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    top = await office.top(campaign, ask, Action.CONFIGURE_CAMPAIGN)
    ordered = PreparationOrdered(
        campaign=campaign,
        unit=top.unit.code,
        order=body.order,
        title=body.title,
        levels=tuple(body.levels),
        ordered_on=body.ordered_on,
    )
    return await office.give(ask, OF_ORDER, (campaign, body.order), top.unit, Order(top, ordered))


@router.post("/{campaign}/meetings", summary="Record a meeting 登记会议", **_WRITTEN)
async def record_meeting(
    campaign: CampaignInPath, body: RecordMeeting, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.unit, ask, Action.WRITE_SCHEDULE)
    held = MeetingHeld(
        campaign=campaign,
        meeting=body.meeting,
        kind=body.kind,
        title=body.title,
        unit=body.unit,
        attendees=body.attendees,
        held_at=body.held_at,
    )
    return await office.give(
        ask, OF_MEETING, (campaign, body.meeting), setting.unit, Record(setting, held)
    )
