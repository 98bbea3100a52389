"""The lives of the ledger: each one's stream, decider and the table that shows it."""

from datetime import date
from typing import Any, Final

from services.rectification.domain.item import ITEM, Closed, Closing, Item, Open, Standing
from shared.platform.commands import Change
from shared.platform.inline_views import Row, Showing, Table
from shared.platform.lives import Life

ITEM_STATES: Final = ("open", "closing", "closed")

ITEMS: Final = Table(
    "items",
    ("campaign", "item"),
    {"campaign": "text", "item": "text", "number": "int", "unit": "text", "source": "text"}
    | {"origin": "text", "category": "text", "summary": "text", "responsible_person": "text"}
    | {"state": "text", "due_on": "date", "first_due_on": "date", "raised_on": "date"}
    | {"parent": "text", "programme": "text", "cascades": "boolean", "paused_on": "date"}
    | {"percent": "int", "extensions": "int", "rejections": "int", "reopenings": "int"}
    | {"evidence": "int", "requested_by": "text", "requested_on": "date", "verified_by": "text"}
    | {"closed_on": "date", "reviewed_on": "date", "score": "int", "last_on": "date"}
    | {"version": "int"},
)


def _item_row(change: Change[Any, Item]) -> Row:
    item = change.state
    raised = item.raised
    state, paused_on, requested, verified = _stands(item.standing)
    return (
        raised.campaign, raised.item, raised.number, raised.unit, raised.source, raised.origin,
        raised.category, raised.summary, item.responsible_person, state, item.due_on,
        raised.due_on, raised.raised_on, raised.parent, raised.programme, raised.cascades,
        paused_on, item.percent, item.extensions, item.rejections, item.reopenings, item.evidence,
        *requested, *verified, item.reviewed_on, item.score, item.last_on, change.version,
    )  # fmt: skip


_By = tuple[str, date | None]
_NOBODY: Final[_By] = ("", None)


def _stands(standing: Standing) -> tuple[str, date | None, _By, _By]:
    match standing:
        case Open(paused_on):
            return "open", paused_on, _NOBODY, _NOBODY
        case Closing(by, on):
            return "closing", None, (by, on), _NOBODY
        case Closed(by, on):
            return "closed", None, _NOBODY, (by, on)


OF_ITEM: Final = Life("item", ITEM, Showing(ITEMS, _item_row))
