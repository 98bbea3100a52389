"""Recalling: the history folded for one unit, part by part; others get their turn in between."""

import asyncio
from collections.abc import AsyncIterable, Mapping

from services.status.contributions import (
    Mark,
    Standing,
    add_change,
    spans,
    standing,
)
from services.status.facts import UnitFact
from services.status.folding import ThingRef, UnitKey
from services.status.knowing.learnt import learnt, turns_of
from services.status.knowing.recalled import Recalled
from services.status.rebuilding.recollecting import Recollection
from services.status.things.items import STANDARD, Item, Thresholds
from services.status.things.thing import Spans, Thing
from shared.kernel.units import own_code


class Recalling:
    """One fold for a unit: facts are forgotten with each part, what they add to it is kept."""

    def __init__(self, campaign: str, unit: str, thresholds: Thresholds = STANDARD) -> None:
        self._recalled = Recalled(campaign, unit)
        self._thresholds = thresholds
        self._facts = Recollection()

    async def fold(self, parts: AsyncIterable[AsyncIterable[bytes]]) -> Recalled:
        async for part in learnt(self._facts, parts):
            await self._add(part.units, part.things)
        found = self._facts.campaigns.get(self._recalled.campaign)
        if found is not None:
            self._recalled.campaign_fact = found
        self._recalled.forget_all_below()
        return self._recalled

    async def _add(
        self, units: Mapping[UnitKey, UnitFact], things: Mapping[ThingRef, Thing]
    ) -> None:
        """Units first: things count where their units stand."""
        marks = self._recalled.marks
        for some_units in turns_of(units):
            for (_, unit), fact in some_units:
                self._add_unit(marks, unit, fact)
            await asyncio.sleep(0)
        for some_things in turns_of(things):
            for _, thing in some_things:
                if isinstance(thing, Item):
                    self._add_spans(marks, thing.judged_by(self._thresholds))
                else:
                    self._add_spans(marks, thing.spans_by_unit())
            await asyncio.sleep(0)

    def _add_unit(self, marks: dict[Mark, int], unit: str, fact: UnitFact) -> None:
        """What a unit adds; nothing is kept of those that never stood below."""
        recalled = self._recalled
        if unit == recalled.unit:
            recalled.fact = fact
        elif any(own_code(_above(p.path)) == recalled.unit for p in fact.placements):
            recalled.children[unit] = fact
        stands = standing(fact)
        if stands is not None:
            seen = self._seen(stands)
            if unit == recalled.unit or seen[2] or any(above for above, _, _ in seen[1]):
                recalled.standings[unit] = seen
                add_change(marks, (None, []), (seen, spans(fact)))

    def _seen(self, stands: Standing) -> Standing:
        """How a unit stands as seen from the unit recalled: which of its children it is below.
        So most units that do the same on one day make one mark.
        """
        class_, stays, now = stands
        cut = self._recalled.cut
        seen = [(cut(above), start, end) for above, start, end in stays]
        return class_, seen, now if now is None else cut(now)

    def _add_spans(self, marks: dict[Mark, int], added: Spans) -> None:
        recalled = self._recalled
        for unit, spans_ in added.items():
            stands = recalled.standings.get(unit)
            if stands is not None:
                add_change(marks, (None, []), (stands, spans_))
            if unit == recalled.unit or unit in recalled.children:
                recalled.own_spans[unit] += spans_


def _above(path: str) -> str:
    return path.rpartition(".")[0]
