"""The ledger as a list: what is shown of an item, with its place in the hierarchy."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from services.rectification.views.lives import ITEMS
from shared.platform.listing import Listing

# From three days before it is due, an item is near.
DUE_SOON_DAYS: Final = 3
# Asked for by itself, it is reckoned once a query: once a row takes longer than all the rest.
_TODAY: Final = "(select (now() at time zone 'Asia/Shanghai')::date)"
_COUNTS: Final = "t.state <> 'closed' and t.paused_on is null"
OVERDUE: Final = f"({_COUNTS} and t.due_on < {_TODAY})"
DUE_SOON: Final = f"({_COUNTS} and t.due_on between {_TODAY} and {_TODAY} + {DUE_SOON_DAYS})"


class ItemShown(msgspec.Struct):
    """A line of the ledger. Overdue and due soon are as of today; a paused clock is neither.

    League, banner and township are those the unit is or lies in.
    """

    item: str
    number: int
    league: str
    league_name: str
    banner: str
    banner_name: str
    township: str
    township_name: str
    unit: str
    unit_name: str
    source: str
    origin: str
    category: str
    summary: str
    responsible_person: str
    state: str
    due_on: date
    overdue: bool
    due_soon: bool
    raised_on: date
    parent: str
    programme: str
    cascades: bool
    paused_on: date | None
    percent: int
    extensions: int
    rejections: int
    reopenings: int
    evidence: int
    requested_by: str
    requested_on: date | None
    verified_by: str
    closed_on: date | None
    reviewed_on: date | None
    score: int | None
    first_due_on: date
    last_on: date


class Step(msgspec.Struct):
    """One event of a life: when it happened, when it was recorded, and by whom."""

    event: str
    version: int
    occurred_at: str
    recorded_at: str
    actor: str
    data: dict[str, Any]


class ItemLife(msgspec.Struct):
    """An item as it stands and every step that led there."""

    item: ItemShown
    history: list[Step]


_NAME: Final = """coalesce((
    select n.name from unit_directory n
    where n.campaign = t.campaign and n.code = split_part(d.path, '.', {depth})
        and n.code not like '%-%'
), '')"""


def _code_at(depth: int) -> str:
    """The area unit so deep in the path; attached organisations, told by a hyphen, are none."""
    part = f"split_part(d.path, '.', {depth})"
    return f"case when {part} not like '%-%' then {part} else '' end"


def _name_at(depth: int) -> str:
    return _NAME.format(depth=depth)


_HIERARCHY: Final[Mapping[str, str]] = {
    name: sql
    for depth, level in enumerate(("league", "banner", "township"), 2)
    for name, sql in ((level, _code_at(depth)), (f"{level}_name", _name_at(depth)))
}

LEDGER: Final = Listing(
    ITEMS,
    ItemShown,
    (
        "item", "number", "unit", "source", "category", "responsible_person", "state", "due_on",
        "raised_on", "percent", "extensions", "rejections", "reopenings", "evidence",
        "requested_on", "closed_on", "reviewed_on", "score", "first_due_on", "last_on", "parent",
        "programme", "summary", "origin", "paused_on", "requested_by", "verified_by",
    ),
    computed={
        **_HIERARCHY,
        "unit_name": "coalesce(d.name, '')",
        "overdue": OVERDUE,
        "due_soon": DUE_SOON,
    },
    indexed=frozenset({"item", "due_on", "raised_on", "responsible_person"}),
)  # fmt: skip
