"""Endpoints of uploads: items and the steps taken about them, many at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter

from services.rectification.api.columns import ITEMS, STEPS
from services.rectification.api.entitled import ACTION_OF, require_entitled, writes_up
from services.rectification.api.office import Office
from services.rectification.api.persons import told_by
from services.rectification.domain import item_steps
from services.rectification.domain.item import Raise, Step
from services.rectification.domain.item_refusals import UnknownItem
from services.rectification.views.items import (
    UNIT_OF_ITEM,
    ItemAtHand,
    items_at_hand,
    require_parent,
)
from services.rectification.views.lives import OF_ITEM
from services.rectification.views.numbers import numbered
from shared.kernel.access import Action
from shared.kernel.setting import Setting
from shared.platform.asking import Asking
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Lookup, Taking, add_intakes, require_filled

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])


async def _parents(
    office: Office, campaign: str, rows: Sequence[Row], ask: Asking
) -> dict[str, ItemAtHand]:
    parents = {row.values["parent"] for row in rows if row.values["parent"]}
    return await items_at_hand(office.pool, campaign, parents) if parents else {}


def _raise(row: Row, setting: Setting, taking: Taking) -> Raise:
    told = row.values
    parent = told["parent"] or ""
    require_parent(parent, taking.brought.get(parent))
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
        programme=told["programme"] or "",
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
    needed, command_of = _STEPS[action]
    require_filled(row, *needed)
    return command_of(row.values, setting, taking)


_Told = Mapping[str, Any]
_Where = tuple[Setting, str, Any]


def _where(told: _Told, setting: Setting) -> _Where:
    return setting, told["item"], told["on"]


def _note(told: _Told) -> str:
    return told["note"] or ""


def _who(told: _Told, taking: Taking) -> str:
    return told_by(taking.ask.caller, told["person"])


def _requested(told: _Told, setting: Setting, taking: Taking) -> Step:
    return item_steps.RequestClosure(
        *_where(told, setting),
        _note(told),
        (),
        _who(told, taking),
        written_up=writes_up(taking.ask.caller, setting),
    )


def _closed(told: _Told, setting: Setting, taking: Taking) -> Step:
    item: ItemAtHand = taking.brought[told["item"]]
    return item_steps.Close(
        *_where(told, setting), _note(told), _who(told, taking), item.open_children
    )


_STEPS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[_Told, Setting, Taking], Step]]]] = {
    "assign": (
        ("person",),
        lambda told, setting, _: item_steps.Assign(*_where(told, setting), told["person"]),
    ),
    "progress": (
        ("percent",),
        lambda told, setting, _: item_steps.Progress(
            *_where(told, setting), _note(told), told["percent"]
        ),
    ),
    "extend": (
        ("due_on", "note"),
        lambda told, setting, taking: item_steps.Extend(
            *_where(told, setting), told["due_on"], _note(told), _who(told, taking)
        ),
    ),
    "pause": (
        ("note",),
        lambda told, setting, _: item_steps.Pause(*_where(told, setting), _note(told)),
    ),
    "resume": ((), lambda told, setting, _: item_steps.Resume(*_where(told, setting))),
    "request_closure": (("note",), _requested),
    "reject": (
        ("note",),
        lambda told, setting, taking: item_steps.Reject(
            *_where(told, setting), _note(told), _who(told, taking)
        ),
    ),
    "close": ((), _closed),
    "reopen": (
        ("note",),
        lambda told, setting, _: item_steps.Reopen(
            *_where(told, setting), _note(told), told["due_on"]
        ),
    ),
    "review": (
        ("holds",),
        lambda told, setting, taking: item_steps.Review(
            *_where(told, setting), told["holds"] == "yes", _note(told), _who(told, taking)
        ),
    ),
    "rate": (
        ("score", "raters"),
        lambda told, setting, _: item_steps.Rate(
            *_where(told, setting), told["score"], told["raters"]
        ),
    ),
}

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
        bring=_parents,
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
