"""Liaison: the leaders named for it, and the units they took as their points."""

from typing import Final

import msgspec

from services.status.pieces import Piece, Told, keep, stretches
from services.status.things.thing import Lesson, Spans, Thing
from shared.contracts import supervision as events

LEADERS: Final = "liaison_leaders"
POINTS: Final = "liaison_points"
"""Counted on the unit that is a point."""
POINTS_TAKEN: Final = "liaison_points_taken"
"""Counted on the area whose leader took the point."""


class Naming(Piece, frozen=True, array_like=True):
    area: str


class Leader(Thing):
    """A leader counts for the area last named for, from the day of that naming."""

    namings: list[Naming] = msgspec.field(default_factory=list)

    def spans_by_unit(self) -> Spans:
        found: Spans = {}
        for naming, start, end in stretches(self.namings):
            found.setdefault(naming.area, []).append((LEADERS, start, end, 1))
        return found


class Taking(Piece, frozen=True, array_like=True):
    """A leader took the unit as a point, or left it."""

    area: str
    taken: bool


class Point(Thing):
    """One unit as one leader's liaison point."""

    unit: str = ""
    takings: list[Taking] = msgspec.field(default_factory=list)

    def spans_by_unit(self) -> Spans:
        found: Spans = {}
        for taking, start, end in stretches(self.takings):
            if taking.taken:
                found.setdefault(self.unit, []).append((POINTS, start, end, 1))
                found.setdefault(taking.area, []).append((POINTS_TAKEN, start, end, 1))
        return found


def _named(leader: Leader, env: Told, event: events.LiaisonLeaderNamed) -> None:
    keep(leader.namings, Naming(env.streamversion, event.named_on, env.id, event.area))


def _taken(point: Point, env: Told, event: events.LiaisonPointTaken) -> None:
    point.unit = event.unit
    taking = Taking(env.streamversion, event.taken_on, env.id, event.area, taken=True)
    keep(point.takings, taking)


def _left(point: Point, env: Told, event: events.LiaisonPointLeft) -> None:
    point.unit = event.unit
    leaving = Taking(env.streamversion, event.left_on, env.id, event.area, taken=False)
    keep(point.takings, leaving)


def _leader(event: events.LiaisonLeaderNamed) -> str:
    return event.leader


def _point(event: events.LiaisonPointTaken | events.LiaisonPointLeft) -> str:
    return f"{event.leader}/{event.unit}"


KINDS: Final[dict[str, type[Thing]]] = {"leader": Leader, "point": Point}
LESSONS: Final = (
    Lesson(events.LiaisonLeaderNamed, "leader", _leader, _named),
    Lesson(events.LiaisonPointTaken, "point", _point, _taken),
    Lesson(events.LiaisonPointLeft, "point", _point, _left),
)
