"""Pairings: who helps which households, until the help ends."""

from typing import Final

from services.status.pieces import DETAIL, Piece, Span, Told, earlier
from services.status.things.thing import Lesson, Spans, Thing, piece
from shared.contracts import rectification as events

PAIRINGS: Final = DETAIL + "pairings:"
HOUSEHOLDS: Final = DETAIL + "households:"


class Pair(Piece, frozen=True, array_like=True):
    unit: str
    kind: str
    households: int


class Pairing(Thing):
    """A pairing adds to the unit that is helped."""

    pair: Pair | None = None
    ended: Piece | None = None

    def spans_by_unit(self) -> Spans:
        pair = self.pair
        if pair is None:
            return {}
        end = self.ended.on if self.ended else None
        if end is not None and end <= pair.on:
            return {}
        found: list[Span] = [(PAIRINGS + pair.kind, pair.on, end, 1)]
        if pair.households:
            found.append((HOUSEHOLDS + pair.kind, pair.on, end, pair.households))
        return {pair.unit: found}


def _paired(pairing: Pairing, env: Told, event: events.HelpPaired) -> None:
    pairing.pair = Pair(
        env.streamversion, event.paired_on, env.id, event.unit, event.kind, event.households
    )


def _ended(pairing: Pairing, env: Told, event: events.HelpEnded) -> None:
    pairing.ended = earlier(pairing.ended, piece(env, event.ended_on))


def _pairing(event: events.HelpPaired | events.HelpEnded) -> str:
    return event.pairing


KINDS: Final[dict[str, type[Thing]]] = {"pairing": Pairing}
LESSONS: Final = (
    Lesson(events.HelpPaired, "pairing", _pairing, _paired),
    Lesson(events.HelpEnded, "pairing", _pairing, _ended),
)
