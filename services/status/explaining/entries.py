"""Entries: the amounts a walk has found and what it has still to open, in the order of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from services.status.explaining.behind import behind_thing, behind_unit, founding
from services.status.explaining.measuring import Amount
from services.status.facts import UnitFact
from services.status.things.thing import Thing

Key: TypeAlias = tuple[tuple[str, ...], int, str, str, int]
"""The order of what adds to a figure: the codes down to a unit, the unit itself before its things,
a thing's kind and id, and the number among its amounts.
"""
_ITSELF: Final = 0
_THINGS: Final = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A unit and the codes down to it, the one asked about first."""

    codes: tuple[str, ...]
    fact: UnitFact

    @property
    def code(self) -> str:
        return self.codes[-1]


@dataclass(frozen=True, slots=True)
class Found:
    """An amount that a unit adds, or a thing on it."""

    place: Place
    amounts: Sequence[Amount]
    number: int
    kind: str = ""
    id: str = ""
    thing: Thing | None = None

    @property
    def key(self) -> Key:
        stage = _ITSELF if self.thing is None else _THINGS
        return self.place.codes, stage, self.kind, self.id, self.number

    @property
    def amount(self) -> Amount:
        return self.amounts[self.number]

    @property
    def event(self) -> str:
        """The event behind it."""
        if self.thing is None:
            return behind_unit(self.place.fact, self.amounts, self.number)
        return behind_thing(self.thing, self.amounts, self.number)

    @property
    def first_event(self) -> str:
        """The one that names the thing; of a unit, the event behind."""
        return self.event if self.thing is None else founding(self.thing)

    @property
    def events(self) -> tuple[str, ...]:
        """All that a row tells of."""
        return (self.event,) if self.thing is None else (self.event, self.first_event)


def founds(
    place: Place,
    amounts: Sequence[Amount],
    kind: str = "",
    id_: str = "",
    thing: Thing | None = None,
) -> list[Found]:
    """One for each amount of the unit, or of the thing on it."""
    return [Found(place, amounts, n, kind, id_, thing) for n in range(len(amounts))]


@dataclass(frozen=True, slots=True)
class Hanging:
    """The things of a unit that are still to be looked at."""

    place: Place
    weight: float
    """How much of the figure they are likely to add."""
    kind: str = ""
    id: str = ""
    read: bool = False
    """Whether the one of this kind and id has been looked at already."""


@dataclass(frozen=True, slots=True)
class Below:
    """What lies below a unit, class by class, and how much of the figure that is in all."""

    place: Place
    weight: int
    by_class: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Siblings:
    """Units of one parent of which is not known yet how much lies below each; the weights are what
    they all, and those below them, add at most.
    """

    places: Sequence[Place]
    weight: int
    by_class: Mapping[str, int]
    parents: frozenset[str]
    """The codes of those below which any stand."""
    seen: int = 0
    """Below so many of the siblings before them has been looked already."""


Entry: TypeAlias = Found | Hanging | Below | Siblings


def still_ahead(entries: Iterable[Entry], after: Key | None) -> list[Entry]:
    """What lies behind the key; of a unit's things, those from the key's on."""
    if after is None:
        return list(entries)
    found: list[Entry] = []
    for entry in entries:
        match entry:
            case Found():
                found += [entry] if entry.key > after else []
            case Hanging(place=place):
                found += _hanging_from(entry, after) if place.codes >= after[0] else []
            case Below(place=place):
                found += [] if is_past(place.codes, after) else [entry]
            case Siblings():
                found.append(entry)
    return found


def is_past(codes: tuple[str, ...], after: Key | None) -> bool:
    """Whether all below these codes lies before the key."""
    return after is not None and codes < after[0][: len(codes)]


def _hanging_from(entry: Hanging, after: Key) -> list[Entry]:
    codes, stage, kind, id_, _ = after
    if entry.place.codes != codes or stage != _THINGS or (entry.kind, entry.id) >= (kind, id_):
        return [entry]
    return [replace(entry, kind=kind, id=id_)]
