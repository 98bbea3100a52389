"""Dues: what lines of the roll-ups that are kept by due dates say of a day."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final, TypeAlias

from services.status.places import HEADS
from services.status.rows import SumRow
from services.status.things import items

BY_DUE_DATE: Final = (items.RAISED, items.CLOSED_IN_TIME, items.CLOSED_LATE)
"""The metrics of such lines; `judged_on` is the due date."""
LINE_HEADS: Final = sorted({*HEADS, items.CLOSED_LATE})
"""What metrics of things begin with in lines."""

DueRow: TypeAlias = tuple[str, str, str, int, int, int, int]
"""A row of sums, and how much of it was due before the day, and is due soon after."""


def due_soon_until(day: date) -> date:
    """The last due date that is soon on a day."""
    return day + timedelta(days=items.STANDARD.due_soon_days)


def lines_of(metrics: Collection[str]) -> list[str]:
    """The metrics of the lines that say these."""
    by_due = {items.RAISED, items.CLOSED, items.CLOSED_IN_TIME, items.OVERDUE, items.DUE_SOON}
    return list({*metrics, *BY_DUE_DATE}) if by_due & set(metrics) else list(metrics)


def told(rows: Iterable[DueRow]) -> list[SumRow]:
    """Rows of sums as views know them: what is closed taken together, and of what is open, that
    which is overdue and that which is due soon.
    """
    found: list[SumRow] = []
    by_due: dict[tuple[str, str, str], int] = {}
    for ancestor, class_, metric, n, in_time, overdue, due_soon in rows:
        if metric not in BY_DUE_DATE:
            found.append((ancestor, class_, metric, n, in_time))
            continue
        sign = 1 if metric == items.RAISED else -1
        more = {items.OVERDUE: sign * overdue, items.DUE_SOON: sign * due_soon}
        if metric != items.CLOSED_LATE:
            more[metric] = n
        if metric != items.RAISED:
            more[items.CLOSED] = n
        for name, amount in more.items():
            key = ancestor, class_, name
            by_due[key] = by_due.get(key, 0) + amount
    return [*found, *((*key, n, 0) for key, n in by_due.items())]
