"""A thing: a fact that is about no single unit's life, and the lessons it learns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import msgspec

from services.status.pieces import Piece, Rolled, Span, Told
from shared.kernel.events import Event

ThingKey: TypeAlias = tuple[str, str]
"""Kind and id, within a campaign."""

Spans: TypeAlias = dict[str, list[Span]]
"""By unit, what a thing adds to it for how long; future days are told like any other."""


RolledSpans: TypeAlias = Mapping[str, Sequence[Rolled]]
"""The same as the roll-ups take it."""


class Thing(msgspec.Struct, omit_defaults=True):
    """What is known of one thing; all of it may still be missing, and then it adds nothing."""

    def spans_by_unit(self) -> Spans:
        raise NotImplementedError

    def units(self) -> Iterable[str]:
        """Those it adds to; it may name others to which, as it turned out, it adds nothing."""
        return self.spans_by_unit()

    def rolled_by_unit(self) -> RolledSpans:
        """Spans as they are, unless they follow from due dates: then by these, in fewer lines."""
        return self.spans_by_unit()


class Presence(Piece, frozen=True, array_like=True):
    """Somebody came to a place, or left it."""

    there: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """What an event of this type teaches the thing of this kind that `id_of` finds."""

    event: type[Event]
    kind: str
    id_of: Callable[[Any], str]
    teach: Callable[[Any, Told, Any], None]


def piece(env: Told, on: date) -> Piece:
    """The bare piece: this happened, on that day."""
    return Piece(env.streamversion, on, env.id)


def first_day(pieces: Sequence[Piece], not_before: date) -> date:
    """The first day any of them holds, at the earliest the day the thing began."""
    return max(not_before, min(each.on for each in pieces))
