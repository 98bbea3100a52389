"""Two bulletins side by side: what changed between them, figure by figure."""

from datetime import date

import msgspec

from services.status.bulletin.document import Bulletin, Figure
from services.status.knowing.entries import Point
from shared.kernel.positions import parse_positions


class Change(msgspec.Struct, frozen=True):
    """A figure in both; None where one of them does not have it."""

    key: str
    zh: str
    en: str
    before: int | None
    after: int | None
    difference: int


class Comparison(msgspec.Struct, frozen=True):
    """Changes only, in the order of the later bulletin; `same` counts the figures that did not."""

    unit: str
    before: date
    after: date
    before_position: str
    after_position: str
    changes: list[Change]
    same: int


def compared(before: Bulletin, after: Bulletin) -> Comparison:
    old = {figure.key: figure for figure in before.figures()}
    new = {figure.key: figure for figure in after.figures()}
    keys = [*new, *(key for key in old if key not in new)]
    changes = [_change(key, old.get(key), new.get(key)) for key in keys]
    return Comparison(
        unit=after.unit,
        before=before.as_of,
        after=after.as_of,
        before_position=before.position,
        after_position=after.position,
        changes=[change for change in changes if change.before != change.after],
        same=sum(change.before == change.after for change in changes),
    )


def point_of(bulletin: Bulletin) -> Point:
    """Which events a bulletin's figures are made of."""
    return Point(parse_positions(bulletin.position), bulletin.as_of)


def _change(key: str, old: Figure | None, new: Figure | None) -> Change:
    named = new or old
    assert named is not None, key  # noqa: S101 - a key comes from one of the two
    before = None if old is None else old.value
    after = None if new is None else new.value
    return Change(key, named.zh, named.en, before, after, (after or 0) - (before or 0))
