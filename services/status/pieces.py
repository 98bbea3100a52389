"""Pieces: what facts are made of, ordered by the version in their stream."""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Final, Protocol, TypeAlias, TypeVar

import msgspec


class Told(Protocol):
    """What learning needs of an envelope."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def streamversion(self) -> int: ...
    @property
    def data(self) -> msgspec.Raw: ...


class Piece(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A fact's piece: the version in its stream, the local date it holds from, its event's id."""

    version: int
    on: date
    event: str


Span: TypeAlias = tuple[str, date, date | None, int]
"""Metric, start, end (not included), n: for so long `n` is added to the metric."""

Due: TypeAlias = tuple[str, date]
"""A metric and a due date: the roll-ups keep it by that date, and a day is held against it when it
is asked about.
"""
Rolled: TypeAlias = tuple[str | Due, date, date | None, int]
"""A span as the roll-ups take it."""

DETAIL: Final = "detail:"
"""Metrics so named are summed over classes of units: no class is asked for its details, and by
class they would be most of the lines.
"""

Stretch: TypeAlias = tuple[date, date | None]
"""Start and end (not included)."""


class _Dated(Protocol):
    @property
    def on(self) -> date: ...


_P = TypeVar("_P", bound=Piece)
_D = TypeVar("_D", bound=_Dated)
_VERSION = attrgetter("version")


def keep(pieces: list[_P], piece: _P) -> None:
    """Put a piece in its place by version; one that is there already is not put twice."""
    if not pieces or pieces[-1].version < piece.version:
        pieces.append(piece)
    elif all(other.version != piece.version for other in pieces):
        insort(pieces, piece, key=_VERSION)


def put_newest(pieces: dict[str, _P], key: str, piece: _P) -> None:
    known = pieces.get(key)
    if known is None or known.version < piece.version:
        pieces[key] = piece


def earlier(known: _P | None, piece: _P) -> _P:
    """Of two that say the same, the one told first in their stream."""
    return piece if known is None or piece.version < known.version else known


def last_on(pieces: Sequence[_P], day: date) -> _P:
    """The last said of those that held by that day, else the first said."""
    return next((piece for piece in reversed(pieces) if piece.on <= day), pieces[0])


def stretches(pieces: Sequence[_D]) -> Iterator[tuple[_D, date, date | None]]:
    """Each from its day to that of the next said after it; the latest comes first."""
    end: date | None = None
    for piece in reversed(pieces):
        if end is None or piece.on < end:
            yield piece, piece.on, end
            end = piece.on


def union(found: Iterable[Stretch]) -> list[Stretch]:
    """The stretches of days that lie in at least one of these."""
    merged: list[Stretch] = []
    for start, end in sorted(found, key=lambda stretch: stretch[0]):
        if not merged:
            merged.append((start, end))
            continue
        first, last = merged[-1]
        if last is not None and start > last:
            merged.append((start, end))
        elif last is not None and (end is None or end > last):
            merged[-1] = (first, end)
    return merged
