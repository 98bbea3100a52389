"""Recollecting: facts folded in memory from events that are read in parts, a league within one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from services.status.contributions import add_change, spans, standing
from services.status.facts import CampaignFact, UnitFact
from services.status.folding import Changes, ThingRef, Told, UnitKey, sorted_out, unit_of
from services.status.learning import is_passage, learn, learn_campaign, opened
from services.status.things.kinds import ACROSS_LEAGUES, lessons_of, new_thing, rolled_by_unit
from services.status.things.thing import RolledSpans, Thing

Adding: TypeAlias = tuple[Thing, RolledSpans]
"""A thing and what it adds to which unit."""


class Known(NamedTuple):
    """Facts that are known in full."""

    units: dict[UnitKey, UnitFact]
    things: dict[ThingRef, Thing]

    def counting(self) -> "Part":
        things = {ref: (thing, rolled_by_unit(thing)) for ref, thing in self.things.items()}
        return Part(self.units, things)


class Part(NamedTuple):
    """The same, and what each thing adds."""

    units: dict[UnitKey, UnitFact]
    things: dict[ThingRef, Adding]

    def concerned(self) -> set[UnitKey]:
        """The units that the things add to."""
        return {(ref[0], unit) for ref, (_, spans_) in self.things.items() for unit in spans_}

    def counted(self, elsewhere: Mapping[UnitKey, UnitFact]) -> Changes:
        """All that the facts add; `elsewhere` are units of other parts that things add to."""
        changes: Changes = defaultdict(dict)
        for (campaign, _), fact in self.units.items():
            add_change(changes[campaign], (None, []), (standing(fact), spans(fact)))
        for (campaign, _, _), (_, spans_) in self.things.items():
            for unit, added in spans_.items():
                fact_ = self.units.get((campaign, unit)) or elsewhere.get((campaign, unit))
                stands = standing(fact_) if fact_ is not None else None
                add_change(changes[campaign], (None, []), (stands, added))
        return changes


class Recollection:
    """What was read so far. With each part's end goes what no other part can tell more of."""

    def __init__(self) -> None:
        self.campaigns: dict[str, CampaignFact] = {}
        self._wanderers: dict[UnitKey, UnitFact] = {}
        self._far: dict[ThingRef, Thing] = {}
        self._units: dict[UnitKey, UnitFact] = {}
        self._leaving: set[UnitKey] = set()
        self._things: dict[ThingRef, Thing] = {}

    def learn(self, envelopes: Iterable[Told]) -> None:
        told = sorted_out(envelopes)
        for envelope, event in told.units:
            key = unit_of(envelope)
            self._heard(key, envelope)
            learn(self._unit(key), envelope, event)
            if is_passage(event):
                self._leaving.add(key)
        for envelope, event in told.campaigns:
            campaign = self.campaigns.setdefault(envelope.campaign, CampaignFact())
            self._heard((envelope.campaign,), envelope)
            learn_campaign(campaign, envelope, event)
        for envelope, event in told.things:
            for lesson in lessons_of(event):
                ref = envelope.campaign, lesson.kind, lesson.id_of(event)
                self._heard(ref, envelope)
                lesson.teach(self._thing(ref), envelope, event)

    def learn_more(self, envelopes: Iterable[Told]) -> None:
        """What is told elsewhere of things of several leagues, as far as they are known already."""
        for envelope in envelopes:
            event = opened(envelope)
            for lesson in lessons_of(event):
                thing = self._far.get((envelope.campaign, lesson.kind, lesson.id_of(event)))
                if thing is not None and lesson.kind in ACROSS_LEAGUES:
                    lesson.teach(thing, envelope, event)

    def _heard(self, about: tuple[str, ...], envelope: Told) -> None:
        """Whoever wants to know more of what was told may write it down."""

    def _unit(self, key: UnitKey) -> UnitFact:
        fact = self._units.get(key)
        if fact is None:
            # A unit that changed leagues may be told of in another part, too.
            fact = self._units[key] = self._wanderers.get(key) or UnitFact()
            if key in self._wanderers:
                self._leaving.add(key)
        return fact

    def _thing(self, ref: ThingRef) -> Thing:
        thing = self._things.get(ref)
        if thing is None:
            thing = self._far.get(ref)
        if thing is None:
            thing = new_thing(ref[1])
            (self._far if ref[1] in ACROSS_LEAGUES else self._things)[ref] = thing
        return thing

    def take_part(self) -> Part:
        return self.take_known().counting()

    def take_rest(self) -> Part:
        return self.take_known_at_last().counting()

    def take_known(self) -> Known:
        """What is known in full with the part's end; all else waits for the last part's."""
        for key in self._leaving:
            self._wanderers[key] = self._units.pop(key)
        units, things = self._units, self._things
        self._units, self._leaving, self._things = {}, set(), {}
        for ref, thing in list(things.items()):
            if not _known(ref[0], thing.units(), units):
                self._far[ref] = things.pop(ref)
        return Known(units, things)

    def take_known_at_last(self) -> Known:
        """What had to wait: units that changed leagues, and things of several leagues."""
        known = Known(self._wanderers, self._far)
        self._wanderers, self._far = {}, {}
        return known


def _known(campaign: str, named: Iterable[str], units: Mapping[UnitKey, UnitFact]) -> bool:
    """Whether any are named, and all of them are known. (A generator each took twice as long.)"""
    known = False
    for unit in named:
        known = (campaign, unit) in units
        if not known:
            break
    return known


class RecollectedPart(Recollection):
    """A part by itself: of facts that other parts may tell more of, the events are set aside."""

    def __init__(self) -> None:
        super().__init__()
        self._events: defaultdict[tuple[str, ...], list[Told]] = defaultdict(list)

    def _heard(self, about: tuple[str, ...], envelope: Told) -> None:
        self._events[about].append(envelope)

    def aside(self) -> list[Told]:
        """Each once, when the part was taken; together with the other parts' they give the rest."""
        open_ = [
            *self._wanderers,
            *self._far,
            *((campaign,) for campaign in self.campaigns),
        ]
        return list({id(e): e for about in open_ for e in self._events[about]}.values())
