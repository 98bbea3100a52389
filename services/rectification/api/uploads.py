"""Endpoints of uploads: items and the steps taken about them, many at once."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.rectification.api.columns import ITEMS, STEPS
from services.rectification.api.entitled import ACTION_OF, require_entitled
from services.rectification.api.office import Office
from services.rectification.api.steps import NEEDED, STEP_OF, Telling
from services.rectification.domain.item import Raise, Step
from services.rectification.domain.item_refusals import UnknownItem
from services.rectification.views.items import (
    UNIT_OF_ITEM,
    ItemAtHand,
    Named,
    items_at_hand,
    named,
)
from services.rectification.views.lives import OF_ITEM
from services.rectification.views.numbers import numbered
from shared.kernel.access import Action
from shared.kernel.setting import Setting
from shared.platform.asking import Asking
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Lookup, Taking, add_intakes, require_filled

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])


async def _named(office: Office, campaign: str, rows: Sequence[Row], ask: Asking) -> Named:
    parents = (row.values["parent"] for row in rows)
    return await named(office.pool, campaign, parents, (row.values["programme"] for row in rows))


def _raise(row: Row, setting: Setting, taking: Taking) -> Raise:
    told = row.values
    parent, programme = told["parent"] or "", told["programme"] or ""
    return Raise(
        setting,
        told["item"],
        told["source"],
        told["origin"] or "",
        told["category"],
        told["summary"],
        told["responsible_person"],
        told["due_on"],
        told["raised_on"],
        parent=parent,
        parent_state=taking.brought.parent_state(parent),
        programme=programme,
        programme_known=programme in taking.brought.programmes,
    )


async def _items(
    office: Office, campaign: str, rows: Sequence[Row], ask: Asking
) -> dict[str, ItemAtHand]:
    return await items_at_hand(office.pool, campaign, {row.values["item"] for row in rows})


def _allow_step(row: Row, setting: Setting, taking: Taking) -> None:
    action = ACTION_OF[row.values["action"]]
    item = taking.brought[row.values["item"]]
    require_entitled(taking.ask.caller, action, item, setting.unit.path)


def _step(row: Row, setting: Setting, taking: Taking) -> Step:
    action = row.values["action"]
    require_filled(row, *NEEDED[action])
    item = taking.brought[row.values["item"]]
    return STEP_OF[action](Telling(row.values, setting, item, taking.ask.caller))


add_intakes(
    router,
    Intake(
        "/items/import",
        "Import ledger items 导入台账事项",
        ITEMS,
        "wuhai-1,150302,opinion,,ecology,矿区扬尘,p-1503-0007,2014-03-28,2014-03-03,,",
        OF_ITEM,
        _raise,
        (Action.WRITE_LEDGER,),
        stream=("item",),
        bring=_named,
        complete=numbered,
    ),
    Intake(
        "/item-steps/import",
        "Import what was done about items 导入事项办理过程",
        STEPS,
        "wuhai-1,progress,2014-03-10,,已动工,30,,,,",
        OF_ITEM,
        _step,
        (Action.HANDLE_ITEMS, Action.WRITE_LEDGER, Action.VERIFY_ITEMS),
        stream=("item",),
        lookup=Lookup("item", UNIT_OF_ITEM, lambda item: UnknownItem(item=item)),
        allow=_allow_step,
        bring=_items,
    ),
)
