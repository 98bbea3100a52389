"""Gathering: the amounts behind a figure as it was known at a position, out of the histories."""

import asyncio
from collections.abc import Iterable
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from services.status.explaining.entries import Found, Key, Place, founds
from services.status.explaining.measuring import Measure
from services.status.facts import UnitFact
from services.status.knowing.learnt import learnt, turns_of
from services.status.knowing.reading import Parts
from services.status.portraits import head_of
from services.status.queries import Asked
from services.status.rebuilding.recollecting import Recollection
from services.status.things.thing import Thing

Page: TypeAlias = tuple[list[Found], Key | None]
"""Amounts, and the last one's key if there are more."""

_ROOM: Final = 1_000
"""So many amounts more than wanted are kept before those that come last are let go."""


class Wanted(NamedTuple):
    """A page: what lies behind the key, at most so many."""

    after: Key | None
    limit: int


class Gathering:
    """One fold: of all the amounts, only those of the page are kept."""

    def __init__(self, asked: Asked, measure: Measure, wanted: Wanted) -> None:
        self._asked = asked
        self._measure = measure
        self._wanted = wanted
        self._places: dict[str, Place] = {}
        self._found: list[Found] = []

    async def page(self, parts: Parts) -> Page:
        async for part in learnt(Recollection(), parts):
            # Units first: things count where their units stand.
            for some_units in turns_of(part.units):
                for (_, unit), fact in some_units:
                    self._add_unit(unit, fact)
                await asyncio.sleep(0)
            for some_things in turns_of(part.things):
                for (_, kind, id_), thing in some_things:
                    self._add_thing(kind, id_, thing)
                await asyncio.sleep(0)
        self._let_go()
        limit = self._wanted.limit
        more = len(self._found) > limit
        return self._found[:limit], self._found[limit - 1].key if more else None

    def _add_unit(self, unit: str, fact: UnitFact) -> None:
        place = self._place(unit, fact)
        if place is None:
            return
        figure, is_asked = self._measure.figure, unit == self._asked.unit
        if figure.kinds:
            self._places[unit] = Place(place.codes, _standing(fact))
        elif figure.scope == "total" or (figure.scope == "below" and not is_asked):
            self._add(founds(place, self._measure.unit(fact, below=not is_asked)))

    def _add_thing(self, kind: str, id_: str, thing: Thing) -> None:
        figure = self._measure.figure
        if kind not in figure.kinds:
            return
        for unit in thing.units():
            place = self._places.get(unit)
            if place is not None and self._asks_for_things_of(place):
                amounts = self._measure.thing(thing, unit, place.fact)
                self._add(founds(place, amounts, kind, id_, thing))

    def _asks_for_things_of(self, place: Place) -> bool:
        figure = self._measure.figure
        if place.code == self._asked.unit:
            return figure.scope in {"total", "own"}
        return figure.scope != "own" and figure.class_ in {None, place.fact.class_}

    def _place(self, unit: str, fact: UnitFact) -> Place | None:
        """Where the unit stands, if that is the asked one or below it."""
        if not fact.exists_on(self._asked.day):
            return None
        codes = head_of(unit, fact, self._asked.day, self._asked.tree).path.split(".")
        if self._asked.unit not in codes:
            return None
        return Place(tuple(codes[codes.index(self._asked.unit) :]), fact)

    def _add(self, found: Iterable[Found]) -> None:
        after = self._wanted.after
        self._found += [each for each in found if after is None or each.key > after]
        if len(self._found) > self._wanted.limit + _ROOM:
            self._let_go()

    def _let_go(self) -> None:
        self._found.sort(key=attrgetter("key"))
        del self._found[self._wanted.limit + 1 :]


def _standing(fact: UnitFact) -> UnitFact:
    """Of a unit that adds nothing itself, what places need: all else may be forgotten."""
    return UnitFact(
        fact.level,
        fact.kind,
        fact.registered_on,
        placements=fact.placements,
        names=fact.names,
        endings=fact.endings,
    )
