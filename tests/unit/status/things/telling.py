"""Telling the events of one stream, and looking at what a thing then adds on a day."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from services.status.learning import opened
from services.status.things.kinds import (
    learn_thing,
    new_thing,
    read_thing,
    spans_by_unit,
    things_of,
    written_thing,
)
from services.status.things.thing import Thing
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from tests.unit.status.told import CAMPAIGN, Told

FIRST_DAY = date(2014, 1, 1)


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def told(events: Sequence[Event]) -> list[Envelope]:
    """The events as one stream tells them, in order."""
    log = Told(CAMPAIGN)
    for event in events:
        log.tell(event, "150202", "15.1502.150202", "thing")
    return log.envelopes


def learnt(kind: str, envelopes: Sequence[Envelope]) -> Thing:
    """What a thing of this kind knows after these, kept as text from each to the next."""
    fact = new_thing(kind)
    for envelope in envelopes:
        fact = learn_thing(read_thing(kind, written_thing(fact)), envelope, opened(envelope))
    return fact


def known(kind: str, *events: Event) -> Thing:
    """What the one thing of this kind knows that all these events are about."""
    ids = {id_ for event in events for of_kind, id_ in things_of(event) if of_kind == kind}

    assert len(ids) == 1
    return learnt(kind, told(events))


def adds(fact: Thing, on: date) -> dict[str, dict[str, int]]:
    """By unit, what the thing adds on a day."""
    found: dict[str, Counter[str]] = {}
    for unit, spans in spans_by_unit(fact).items():
        for metric, start, end, n in spans:
            assert end is None or start < end
            if start <= on and (end is None or on < end):
                found.setdefault(unit, Counter())[metric] += n
    return {unit: {m: n for m, n in sums.items() if n} for unit, sums in found.items()}


def at(fact: Thing, unit: str, number: int) -> dict[str, int]:
    """What the thing adds to a unit on the day of this number."""
    return adds(fact, day(number)).get(unit, {})
