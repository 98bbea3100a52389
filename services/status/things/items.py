"""Items of the ledger: since when open, due when, overdue while, closed, reopened, rated."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final, Literal

import msgspec

from services.status.pieces import DETAIL, Piece, Rolled, Span, Told, keep, stretches
from services.status.things.thing import Lesson, RolledSpans, Spans, Thing, first_day, piece
from shared.contracts import rectification as events

RAISED: Final = "items_raised"
CLOSED: Final = "items_closed"
"""Open is what was raised and is not closed."""
RAISED_OF: Final = DETAIL + "items_raised:"
CLOSED_OF: Final = DETAIL + "items_closed:"
"""Both by source and category."""
CLOSED_IN_TIME: Final = "items_closed_in_time"
CLOSED_LATE: Final = "items_closed_late"
"""Only the roll-ups say so: those closed are these and those closed in time."""
OVERDUE: Final = "items_overdue"
DUE_SOON: Final = "items_due_soon"
REOPENED: Final = "items_reopened"
REVIEWED: Final = "items_reviewed"
RATED: Final = "items_rated"
SATISFIED: Final = "items_satisfied"

SATISFIED_SCORE: Final = 4


class Thresholds(msgspec.Struct, frozen=True):
    """From so many days before its due date, and on it, an open item is due soon; from this score
    on a rating is good.
    """

    due_soon_days: int = 3
    satisfied_score: int = SATISFIED_SCORE


STANDARD: Final = Thresholds()
NEVER: Final = date.max
"""When an item is due whose clock stands still."""
_DAY: Final = timedelta(days=1)

Turning = Literal["extended", "paused", "resumed", "closed", "reopened"]
_STAYS_PAUSED: Final = ("extended", "closed")


class Raising(Piece, frozen=True, array_like=True):
    unit: str
    source: str
    category: str
    due_on: date


class Turn(Piece, frozen=True, array_like=True):
    """What changed an item's state, and its due date where that changed."""

    what: Turning
    due_on: date | None


class Rating(Piece, frozen=True, array_like=True):
    score: int


class State(msgspec.Struct, frozen=True):
    """An item's state from a day on."""

    on: date
    due_on: date
    closed: bool = False
    paused: bool = False

    @property
    def due(self) -> date:
        """When it is due as the clock goes."""
        return NEVER if self.paused else self.due_on


class Item(Thing):
    """An item adds to its responsible unit."""

    raised: Raising | None = None
    turns: list[Turn] = msgspec.field(default_factory=list)
    ratings: list[Rating] = msgspec.field(default_factory=list)
    reviews: list[Piece] = msgspec.field(default_factory=list)

    def units(self) -> tuple[str, ...]:
        return (self.raised.unit,) if self.raised else ()

    def spans_by_unit(self) -> Spans:
        return self.judged_by(STANDARD)

    def judged_by(self, thresholds: Thresholds) -> Spans:
        raised = self.raised
        if raised is None:
            return {}
        about = f"{raised.source}:{raised.category}"
        found: list[Span] = [(RAISED, raised.on, None, 1)]
        for state, start, end in stretches(list(self._states(raised))):
            if state.closed:
                found += _closed(state, start, end, about)
            else:
                found += _open(state, start, end, thresholds.due_soon_days)
        found += self._whatever_is_due(raised, thresholds.satisfied_score)
        return {raised.unit: found}

    def rolled_by_unit(self) -> RolledSpans:
        """Raised and closed by due dates: what is left of both on a day, and due before it, is
        overdue.
        """
        raised = self.raised
        if raised is None:
            return {}
        about = f"{raised.source}:{raised.category}"
        found: list[Rolled] = list(self._whatever_is_due(raised, STANDARD.satisfied_score))
        known = list(stretches(list(self._states(raised))))
        for state, start, end in known:
            if state.closed:
                metric = CLOSED_IN_TIME if _in_time(state, start) else CLOSED_LATE
                found.append(((metric, state.due), start, end, 1))
                found.append((CLOSED_OF + about, start, end, 1))
        # One for all neighbours with the same due date: the latest comes first.
        for due, same in groupby(known, key=lambda stretch: stretch[0].due):
            run = list(same)
            found.append(((RAISED, due), run[-1][1], run[0][2], 1))
        return {raised.unit: found}

    def _whatever_is_due(self, raised: Raising, satisfied_score: int) -> list[Span]:
        about = f"{raised.source}:{raised.category}"
        found: list[Span] = [(RAISED_OF + about, raised.on, None, 1)]
        found += [
            (REOPENED, max(raised.on, turn.on), None, 1)
            for turn in self.turns
            if turn.what == "reopened"
        ]
        if self.reviews:
            found.append((REVIEWED, first_day(self.reviews, raised.on), None, 1))
        return found + self._rated(raised.on, satisfied_score)

    def _states(self, raised: Raising) -> Iterator[State]:
        """The item's states as they were told; none lies before it was raised."""
        state = State(raised.on, raised.due_on)
        yield state
        for turn in self.turns:
            state = State(
                max(raised.on, turn.on),
                turn.due_on or state.due_on,
                closed=turn.what == "closed" or (state.closed and turn.what != "reopened"),
                paused=turn.what == "paused" or (state.paused and turn.what in _STAYS_PAUSED),
            )
            yield state

    def _rated(self, raised_on: date, satisfied_score: int) -> list[Span]:
        """Rated once it has any rating; satisfied while the last one is good."""
        if not self.ratings:
            return []
        first = first_day(self.ratings, raised_on)
        found: list[Span] = [(RATED, first, None, 1)]
        for rating, start, end in stretches(self.ratings):
            begins = max(raised_on, start)
            if rating.score >= satisfied_score and (end is None or begins < end):
                found.append((SATISFIED, begins, end, 1))
        return found


def _closed(state: State, start: date, end: date | None, about: str) -> list[Span]:
    """An item closed while its clock stood still was closed in time."""
    found: list[Span] = [(CLOSED, start, end, 1), (CLOSED_OF + about, start, end, 1)]
    if _in_time(state, start):
        found.append((CLOSED_IN_TIME, start, end, 1))
    return found


def _in_time(state: State, start: date) -> bool:
    return state.paused or start <= state.due_on


def _open(state: State, start: date, end: date | None, due_soon_days: int) -> list[Span]:
    """While the clock stands still, an item is neither due soon nor overdue."""
    if state.paused:
        return []
    late = state.due_on + _DAY
    soon = state.due_on - due_soon_days * _DAY
    near = (DUE_SOON, max(start, soon), late if end is None else min(end, late))
    over = (OVERDUE, max(start, late), end)
    return [
        (metric, first, last, 1)
        for metric, first, last in (near, over)
        if last is None or first < last
    ]


def _raised(item: Item, env: Told, event: events.ItemRaised) -> None:
    item.raised = Raising(
        env.streamversion,
        event.raised_on,
        env.id,
        event.unit,
        event.source,
        event.category,
        event.due_on,
    )


def _turned(
    what: Turning, due_on: Callable[[Any], date | None] = lambda _: None
) -> Callable[[Item, Told, Any], None]:
    """A lesson for one kind of turn."""

    def lesson(item: Item, env: Told, event: Any) -> None:
        on: date = getattr(event, event.happened)
        keep(item.turns, Turn(env.streamversion, on, env.id, what, due_on(event)))

    return lesson


def _rated(item: Item, env: Told, event: events.SatisfactionRated) -> None:
    keep(item.ratings, Rating(env.streamversion, event.rated_on, env.id, event.score))


def _reviewed(item: Item, env: Told, event: events.FollowUpReviewed) -> None:
    keep(item.reviews, piece(env, event.reviewed_on))


def _item(event: events.ItemRaised) -> str:
    return event.item


def _due_on(event: events.DueDateExtended) -> date:
    return event.due_on


KINDS: Final[dict[str, type[Thing]]] = {"item": Item}
LESSONS: Final = (
    Lesson(events.ItemRaised, "item", _item, _raised),
    Lesson(events.DueDateExtended, "item", _item, _turned("extended", _due_on)),
    Lesson(events.ClockPaused, "item", _item, _turned("paused")),
    Lesson(events.ClockResumed, "item", _item, _turned("resumed", _due_on)),
    Lesson(events.RectificationClosed, "item", _item, _turned("closed")),
    Lesson(events.ItemReopened, "item", _item, _turned("reopened", _due_on)),
    Lesson(events.SatisfactionRated, "item", _item, _rated),
    Lesson(events.FollowUpReviewed, "item", _item, _reviewed),
)
