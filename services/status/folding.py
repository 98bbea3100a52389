"""Folding: what a batch of events teaches the facts, and what that changes in the roll-ups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from services.status import pieces
from services.status.contributions import (
    Mark,
    Picture,
    Standing,
    add_change,
    spans,
    standing,
)
from services.status.facts import PARTS, CampaignFact, Part, UnitFact
from services.status.learning import (
    concerns_campaign,
    concerns_unit,
    learn,
    learn_campaign,
    opened,
    part_changed,
)
from services.status.things.kinds import (
    concerns_things,
    learn_thing,
    rolled_by_unit,
    things_of,
)
from services.status.things.thing import RolledSpans, Thing
from shared.kernel.events import Event

UnitKey: TypeAlias = tuple[str, str]
"""(campaign, unit)."""
ThingRef: TypeAlias = tuple[str, str, str]
"""(campaign, kind, id)."""

Changes: TypeAlias = defaultdict[str, dict[Mark, int]]
"""By campaign, what is added to the roll-ups."""
Places: TypeAlias = dict[UnitKey, tuple[Standing | None, Standing | None]]
"""How a unit stood before a batch and how it stands now: one and the same where nothing moved it."""
Added: TypeAlias = dict[ThingRef, tuple[RolledSpans, RolledSpans]]
"""What a thing added before a batch and what it adds now."""


class Told(pieces.Told, Protocol):
    """What folding needs of an envelope."""

    @property
    def campaign(self) -> str: ...
    @property
    def subject(self) -> str: ...


T = TypeVar("T", bound=Told)


class SortedOut(NamedTuple, Generic[T]):
    """Events by what they are about; the rest says nothing that the views show."""

    units: list[tuple[T, Event]]
    campaigns: list[tuple[T, Event]]
    things: list[tuple[T, Event]]


def sorted_out(envelopes: Iterable[T]) -> SortedOut[T]:
    """Every envelope opened once."""
    found: SortedOut[T] = SortedOut([], [], [])
    for envelope in envelopes:
        event = opened(envelope)
        if concerns_unit(event):
            found.units.append((envelope, event))
        elif concerns_campaign(event):
            found.campaigns.append((envelope, event))
        elif concerns_things(event):
            found.things.append((envelope, event))
    return found


def unit_of(envelope: Told) -> UnitKey:
    return envelope.campaign, envelope.subject


def refs_of(envelope: Told, event: Event) -> list[ThingRef]:
    """The things an event is about."""
    return [(envelope.campaign, kind, id_) for kind, id_ in things_of(event)]


def moved_units(events: Iterable[tuple[Told, Event]]) -> set[UnitKey]:
    """Units that came, went or changed their place: what hangs on them counts anew."""
    return {unit_of(envelope) for envelope, event in events if part_changed(event) == "place"}


def fold(
    facts: Mapping[UnitKey, UnitFact], events: Sequence[tuple[Told, Event]]
) -> tuple[Changes, Places]:
    """Teach the facts, in place; what that changes, and where the units stand.

    Only the parts of a fact that events are about are looked at before and after.
    """
    about: dict[UnitKey, set[Part]] = {}
    for envelope, event in events:
        part = part_changed(event)
        if part is not None:
            about.setdefault(unit_of(envelope), set()).add(part)
    before: dict[UnitKey, tuple[Sequence[Part], Picture]] = {}
    for key, found in about.items():
        fact = facts[key]
        looked_at: Sequence[Part] = PARTS if "place" in found else sorted(found)
        before[key] = looked_at, (standing(fact), spans(fact, looked_at))
    for envelope, event in events:
        learn(facts[unit_of(envelope)], envelope, event)
    changes: Changes = defaultdict(dict)
    places: Places = {}
    for key, (parts, picture) in before.items():
        fact = facts[key]
        stands = standing(fact) if parts is PARTS else picture[0]
        places[key] = picture[0], stands
        add_change(changes[key[0]], picture, (stands, spans(fact, parts)))
    return changes, places


def fold_campaigns(facts: Mapping[str, CampaignFact], events: Sequence[tuple[Told, Event]]) -> None:
    for envelope, event in events:
        learn_campaign(facts[envelope.campaign], envelope, event)


def fold_things(things: Mapping[ThingRef, Thing], events: Sequence[tuple[Told, Event]]) -> Added:
    """Teach the things, in place; those that no event is about only stay what they are."""
    before = {ref: rolled_by_unit(thing) for ref, thing in things.items()}
    told: set[ThingRef] = set()
    for envelope, event in events:
        for ref in refs_of(envelope, event):
            learn_thing(things[ref], envelope, event)
            told.add(ref)
    return {
        ref: (had, rolled_by_unit(things[ref]) if ref in told else had)
        for ref, had in before.items()
    }


def concerned(told: Iterable[ThingRef], added: Added) -> set[UnitKey]:
    """The units that these things added to, or add to now."""
    return {(ref[0], unit) for ref in told for spans_ in added[ref] for unit in spans_}


def count_things(changes: Changes, added: Added, places: Places) -> None:
    """Add what the things change; a unit that has no place here has nothing changed on it."""
    for (campaign, _, _), (had, has) in added.items():
        for unit in had.keys() | has.keys():
            place = places.get((campaign, unit))
            if place is not None:
                stood, stands = place
                before, after = (stood, had.get(unit, [])), (stands, has.get(unit, []))
                add_change(changes[campaign], before, after)
