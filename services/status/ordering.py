"""The order of rows: leagues ranked by outcome, children sorted as asked and cut into pages."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeAlias

import msgspec

from services.status.answers import ChildRow, LeagueRow
from services.status.tallies import Ledger, Supervision
from shared.platform.cursors import MalformedCursor


class Sort(StrEnum):
    CODE = "code"
    NAME = "name"
    EXPECTED = "expected"
    MOBILIZED_RATE = "mobilized_rate"
    LATE = "late"
    PENDING = "pending"
    OVERDUE = "overdue"
    MOBILIZED_ON = "mobilized_on"
    TRAINED = "trained"
    TEAMS = "teams"
    SUPERVISED = "supervised"
    INSTRUCTORS = "instructors"
    ITEMS_RAISED = "items_raised"
    ITEMS_OPEN = "items_open"
    ITEMS_OVERDUE = "items_overdue"
    CLOSING_RATE = "closing_rate"
    SATISFACTION = "satisfaction"


class Order(StrEnum):
    ASC = "asc"
    DESC = "desc"


Place: TypeAlias = tuple[str | int, str]
"""What a row is sorted by, and its code: no two rows share a place."""


def _supervision(row: ChildRow) -> Supervision:
    return row.total.supervision or Supervision()


def _ledger(row: ChildRow) -> Ledger:
    return row.total.ledger or Ledger()


def _rate(permille: int | None) -> int:
    """No rate at all sorts below the worst."""
    return -1 if permille is None else permille


_KEYS: Final[dict[Sort, Callable[[ChildRow], str | int]]] = {
    Sort.CODE: lambda row: row.unit.unit,
    Sort.NAME: lambda row: row.unit.name,
    Sort.EXPECTED: lambda row: row.total.expected,
    Sort.MOBILIZED_RATE: lambda row: row.total.mobilization.rate_permille or 0,
    Sort.LATE: lambda row: row.total.mobilization.late,
    Sort.PENDING: lambda row: row.total.mobilization.pending,
    Sort.OVERDUE: lambda row: row.total.mobilization.overdue,
    Sort.MOBILIZED_ON: lambda row: (row.own.mobilization.held_on or date.max).toordinal(),
    Sort.TRAINED: lambda row: row.total.trained,
    Sort.TEAMS: lambda row: _supervision(row).teams,
    Sort.SUPERVISED: lambda row: _supervision(row).supervised,
    Sort.INSTRUCTORS: lambda row: _supervision(row).instructors,
    Sort.ITEMS_RAISED: lambda row: _ledger(row).raised,
    Sort.ITEMS_OPEN: lambda row: _ledger(row).open,
    Sort.ITEMS_OVERDUE: lambda row: _ledger(row).overdue,
    Sort.CLOSING_RATE: lambda row: _rate(_ledger(row).closing_rate_permille),
    Sort.SATISFACTION: lambda row: _rate(_ledger(row).satisfaction_permille),
}
_TEXT: Final = (Sort.CODE, Sort.NAME)


def page(
    rows: Sequence[ChildRow], sort: Sort, order: Order, cursor: str | None, limit: int
) -> tuple[list[ChildRow], str | None]:
    """The rows after the cursor, at most `limit`, and the cursor of the next page if there is one."""
    key = _KEYS[sort]
    descending = order is Order.DESC
    places = sorted((((key(row), row.unit.unit), row) for row in rows), key=_place)
    if descending:
        places.reverse()
    if cursor is not None:
        last = _read(cursor, sort)
        places = [
            (place, row) for place, row in places if (place < last if descending else place > last)
        ]
    shown = places[:limit]
    more = len(places) > limit
    return [row for _, row in shown], _written(shown[-1][0]) if more else None


def ranked(rows: list[LeagueRow]) -> list[LeagueRow]:
    """The best outcome first: more mobilized, fewer overdue, fewer late, more plans approved."""
    rows.sort(key=lambda row: (_outcome(row), row.unit.unit))
    previous: Any = None
    for number, row in enumerate(rows, start=1):
        outcome = _outcome(row)
        row.rank = number if outcome != previous else rows[number - 2].rank
        previous = outcome
    return rows


def _outcome(row: LeagueRow) -> tuple[int, int, int, int]:
    counts = row.total
    done = counts.mobilization
    approved = sum(plans.approved for plans in counts.plans.values())
    of = max(counts.expected, 1)
    # Shares, not numbers: a large league is not worse for being large.
    return (
        -(done.rate_permille or 0),
        done.overdue * 1000 // of,
        done.late * 1000 // of,
        -(approved * 1000 // of),
    )


def _place(entry: tuple[Place, ChildRow]) -> Place:
    return entry[0]


def _written(place: Place) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def _read(cursor: str, sort: Sort) -> Place:
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        place = msgspec.json.decode(raw, type=tuple[str | int, str])
    except (ValueError, msgspec.MsgspecError) as error:
        raise MalformedCursor from error
    if isinstance(place[0], str) != (sort in _TEXT):
        raise MalformedCursor
    return place
