"""Kinds: which things an event is about, what each then knows, and what that adds to units."""

from collections.abc import Iterable
from types import ModuleType
from typing import Final

import msgspec

from services.status.pieces import Told
from services.status.things import (
    filings,
    findings,
    items,
    liaison,
    occurrences,
    pairings,
    programmes,
    teams,
)
from services.status.things.thing import Lesson, RolledSpans, Spans, Thing, ThingKey
from shared.kernel.events import Event

_MODULES: Final[tuple[ModuleType, ...]] = (
    teams, liaison, occurrences, findings, filings, items, programmes, pairings,
)  # fmt: skip
KINDS: Final[dict[str, type[Thing]]] = {
    kind: class_ for module in _MODULES for kind, class_ in module.KINDS.items()
}
"""Kind -> what is known of a thing of that kind."""

ACROSS_LEAGUES: Final = frozenset({"team", "leader", "programme"})
"""Things whose events may lie in the histories of several leagues, so that they come in any order."""


def lessons_of(event: Event) -> tuple[Lesson, ...]:
    """What the event teaches: nothing, one thing, or two (a dispatch: the team and the station)."""
    return _LESSONS.get(type(event), ())


def things_of(event: Event) -> tuple[ThingKey, ...]:
    """The things an event is about."""
    return tuple([(lesson.kind, lesson.id_of(event)) for lesson in lessons_of(event)])


def concerns_things(event: Event) -> bool:
    return type(event) in _LESSONS


def new_thing(kind: str) -> Thing:
    """A thing never heard of."""
    return KINDS[kind]()


def learn_thing(fact: Thing, envelope: Told, event: Event) -> Thing:
    """The fact, knowing this event too (changed in place: it belongs to the caller's batch)."""
    for lesson in lessons_of(event):
        if KINDS[lesson.kind] is type(fact):
            lesson.teach(fact, envelope, event)
    return fact


def spans_by_unit(fact: Thing) -> Spans:
    """What the thing adds to which unit; a unit it adds nothing to is not named."""
    return fact.spans_by_unit()


def rolled_by_unit(fact: Thing) -> RolledSpans:
    """The same, as the roll-ups take it."""
    return fact.rolled_by_unit()


def read_thing(kind: str, text: bytes | str) -> Thing:
    """The fact as `written_thing` wrote it."""
    return _DECODERS[kind].decode(text)


def written_thing(fact: Thing) -> str:
    return _encode(fact).decode()


def _by_event(lessons: Iterable[Lesson]) -> dict[type[Event], tuple[Lesson, ...]]:
    found: dict[type[Event], tuple[Lesson, ...]] = {}
    for lesson in lessons:
        found[lesson.event] = (*found.get(lesson.event, ()), lesson)
    return found


_LESSONS: Final = _by_event(lesson for module in _MODULES for lesson in module.LESSONS)
TEACHING: Final = frozenset(_LESSONS)
TEACHING_ACROSS: Final = frozenset(
    event
    for event, lessons in _LESSONS.items()
    if any(lesson.kind in ACROSS_LEAGUES for lesson in lessons)
)
"""Events about things whose events may lie in the histories of several leagues."""
_DECODERS: Final = {kind: msgspec.json.Decoder(class_) for kind, class_ in KINDS.items()}
# The same text whatever order the events came in.
_encode: Final = msgspec.json.Encoder(order="deterministic").encode
