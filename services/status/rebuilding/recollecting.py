"""Recollecting: facts folded in memory from events that are read in parts, a league within one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from services.status.contributions import add_change, add_thing_change, spans, standing
from services.status.facts import CampaignFact, UnitFact
from services.status.folding import Changes, ThingRef, Told, UnitKey, refs_of, sorted_out, unit_of
from services.status.learning import is_passage, learn, learn_campaign
from services.status.things.kinds import ACROSS_LEAGUES, learn_thing, new_thing, spans_by_unit
from services.status.things.thing import Spans, Thing

Adding: TypeAlias = tuple[Thing, Spans]
"""A thing and what it adds to which unit."""


class Carried(NamedTuple):
    """Facts that later parts may tell more of."""

    campaigns: dict[str, CampaignFact]
    units: dict[UnitKey, UnitFact]
    things: dict[ThingRef, Thing]


class Part(NamedTuple):
    """Facts that are known in full; `carried` are those its events told of that are not."""

    units: dict[UnitKey, UnitFact]
    things: dict[ThingRef, Adding]
    carried: Carried

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
                add_thing_change(changes[campaign], (None, []), (stands, added))
        return changes


class Recollection:
    """What was read so far. With each part's end goes what no other part can tell more of."""

    def __init__(self, carried: Carried | None = None) -> None:
        self.campaigns, self._wanderers, self._far = carried or Carried({}, {}, {})
        self._units: dict[UnitKey, UnitFact] = {}
        self._leaving: set[UnitKey] = set()
        self._things: dict[ThingRef, Thing] = {}
        self._told_campaigns: set[str] = set()
        self._told_far: set[ThingRef] = set()

    def learn(self, envelopes: Iterable[Told]) -> None:
        told = sorted_out(envelopes)
        for envelope, event in told.units:
            key = unit_of(envelope)
            learn(self._unit(key), envelope, event)
            if is_passage(event):
                self._leaving.add(key)
        for envelope, event in told.campaigns:
            campaign = self.campaigns.setdefault(envelope.campaign, CampaignFact())
            learn_campaign(campaign, envelope, event)
            self._told_campaigns.add(envelope.campaign)
        for envelope, event in told.things:
            for ref in refs_of(envelope, event):
                learn_thing(self._thing(ref), envelope, event)

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
            if ref in self._far:
                self._told_far.add(ref)
        return thing

    def take_part(self) -> Part:
        """What is known in full with the part's end; all else waits for the last part's."""
        for key in self._leaving:
            self._wanderers[key] = self._units.pop(key)
        things: dict[ThingRef, Adding] = {}
        for ref, thing in self._things.items():
            added = spans_by_unit(thing)
            if added and all((ref[0], unit) in self._units for unit in added):
                things[ref] = thing, added
            else:
                self._far[ref] = thing
                self._told_far.add(ref)
        carried = Carried(
            {name: self.campaigns[name] for name in self._told_campaigns},
            {key: self._wanderers[key] for key in self._leaving},
            {ref: self._far[ref] for ref in self._told_far},
        )
        part = Part(self._units, things, carried)
        self._units, self._leaving, self._things = {}, set(), {}
        self._told_campaigns, self._told_far = set(), set()
        return part

    def take_rest(self) -> Part:
        """What had to wait: units that changed leagues, and things of several leagues."""
        things = {ref: (thing, spans_by_unit(thing)) for ref, thing in self._far.items()}
        part = Part(self._wanderers, things, Carried({}, {}, {}))
        self._wanderers, self._far = {}, {}
        return part
