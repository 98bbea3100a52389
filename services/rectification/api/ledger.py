"""The ledger 台账: pages, counts and files by the same filters and order, and an item's life."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.rectification.api.columns import CATEGORY_NAMES, SOURCE_NAMES, TITLES
from services.rectification.api.entitled import require_entitled
from services.rectification.api.item_bodies import ItemInPath, ItemState, Origin, Source
from services.rectification.api.office import office_of
from services.rectification.api.programme_bodies import Category
from services.rectification.domain.item_refusals import UnknownItem
from services.rectification.views.items import item_at_hand
from services.rectification.views.ledger import DUE_SOON, LEDGER, OVERDUE, ItemLife
from services.rectification.views.lives import OF_ITEM
from shared.kernel.access import Action
from shared.platform import list_endpoints
from shared.platform.asking import Ask, Asking
from shared.platform.exporting import Export
from shared.platform.fields import CampaignInPath, PersonId
from shared.platform.filters import Condition, Filter, among, days, equal, search
from shared.platform.list_endpoints import ListEndpoint, add_lists
from shared.platform.listing import history_of, life_json
from shared.platform.openapi import read_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["ledger 台账"])

STATE_NAMES: Final = {"open": "整改中", "closing": "待核查", "closed": "已销号"}
_YES_NO: Final = {True: "是", False: "否"}


def _is(sql: str) -> Any:
    def condition(given: bool, _: Asking) -> Condition:
        return (sql if given else f"not {sql}"), ()

    return condition


def _mine(given: bool, ask: Asking) -> Condition:
    sign = "=" if given else "<>"
    return f"t.responsible_person {sign} {{}}", (ask.caller.subject,)


class LedgerEndpoint(ListEndpoint):
    """The ledger, where everybody also sees the items that are their own, wherever these lie."""

    async def _scope(
        self, office: list_endpoints.Office, campaign: str, ask: Asking, asked: Any
    ) -> list[str] | None:
        if asked.get("mine") and asked.get("unit") is None and asked.get("under") is None:
            await office.campaigns.campaign(campaign)
            return None
        return await super()._scope(office, campaign, ask, asked)


FILTERS: Final = (
    Filter("mine", bool, _mine, "I am responsible 由我负责"),
    among("state", ItemState, "State 状态"),
    among("source", Source, "Source 来源"),
    among("category", Category, "Category 类别"),
    among("responsible_person", PersonId, "Responsible person 责任人"),
    Filter("overdue", bool, _is(OVERDUE), "Past its due date today 已逾期"),
    Filter("due_soon", bool, _is(DUE_SOON), "Due within three days 三日内到期"),
    Filter("paused", bool, _is("(t.paused_on is not null)"), "Its clock is paused 已暂停计时"),
    Filter("reopened", bool, _is("(t.reopenings > 0)"), "Ever reopened 曾重新打开"),
    *days("due_on", "Due 完成时限"),
    *days("raised_on", "Raised 登记日期"),
    *days("closed_on", "Closed 销号日期"),
    equal("origin", Origin, "What it came from 来源编号"),
    equal("parent", Origin, "Under this order 上级事项"),
    equal("programme", Origin, "Of this programme 专项"),
    equal("cascades", bool, "Orders that cascade 逐级落实"),
    among("verified_by", PersonId, "Verified by 核查人"),
    among("score", int, "Rated so 满意度"),
    search("summary", "item", description="Part of the text or id 事项或编号中包含"),
)

ITEM_LIST: Final = LedgerEndpoint(
    "/items",
    "The ledger 台账",
    LEDGER,
    Action.READ_LEDGER,
    FILTERS,
    Export(
        "ledger",
        TITLES,
        {
            "source": SOURCE_NAMES, "category": CATEGORY_NAMES, "state": STATE_NAMES,
            "overdue": _YES_NO, "due_soon": _YES_NO, "cascades": _YES_NO,
        },
    ),
)  # fmt: skip

add_lists(router, ITEM_LIST)


@router.get(
    "/items/{item}",
    summary="An item with its whole history 事项及其办理全过程",
    responses=read_responses(ItemLife, 404),
)
async def item_life(
    campaign: CampaignInPath, item: ItemInPath, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    await office.campaigns.campaign(campaign)
    at_hand = await item_at_hand(office.pool, campaign, item)
    setting = (await office.settings(campaign, [at_hand.unit]))[at_hand.unit]
    require_entitled(ask.caller, Action.READ_LEDGER, at_hand, setting.unit.path)
    found = await LEDGER.one(office.pool, campaign, item)
    if found is None:
        raise UnknownItem(item=item)
    history = await history_of(office.pool, OF_ITEM.stream(campaign, item))
    body = life_json("item", found[0], history)
    return Response(body, headers={"ETag": f'"{found[1]}"'}, media_type="application/json")
