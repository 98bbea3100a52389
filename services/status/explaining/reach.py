"""Reach: how much to open at once, so that about a page of rows comes of it; pure."""

from collections.abc import Sequence
from math import ceil
from typing import Final

from services.status.explaining.entries import Entry, Found, Siblings
from shared.kernel.units import LEVELS

_ENTRIES_AT_ONCE: Final = 1_000
_LEVELS: Final = len(LEVELS)
"""After so many turns rows add more each than was thought: then more is opened at once."""
_MARGIN: Final = 1.25
"""Units are not all alike: it costs less to look into a few too many than to come back for them."""


def unopened(entries: Sequence[Entry], wanted: int, turn: int) -> dict[int, float]:
    """Which entries to open so that about as many rows as wanted come of them, each row adding
    little, and how many are still lacking at each; none when the first `wanted` are rows already.
    """
    reach = wanted << max(0, turn - _LEVELS)
    rows = 0.0
    found: dict[int, float] = {}
    for number, entry in enumerate(entries):
        if isinstance(entry, Found):
            rows += 1
            if rows >= wanted and not found:
                return {}
        else:
            found[number] = reach - rows
            rows += entry.weight
        if rows >= reach or len(found) >= _ENTRIES_AT_ONCE:
            break
    return found


def as_many_as(siblings: Siblings, rows: float) -> int:
    """Into how many of the siblings to look so that so many rows come of what is below them, were
    they all alike; where they are not, into twice as many as the time before. Those that have
    nothing below them cost nothing.
    """
    parents = [n for n, place in enumerate(siblings.places) if place.code in siblings.parents]
    if siblings.weight <= 0:
        return len(siblings.places)
    likely = ceil(_MARGIN * rows * len(parents) / siblings.weight) + 1
    many = max(likely, siblings.seen)
    return parents[many] if many < len(parents) else len(siblings.places)
