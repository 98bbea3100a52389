"""Programmes: launched with a target, progressed entry by entry, completed."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from services.status.pieces import Piece, Span, Told, earlier, put_newest
from services.status.things.thing import Lesson, Spans, Thing, piece
from shared.contracts import rectification as events

LAUNCHED: Final = "programmes:"
TARGET: Final = "programme_target:"
PROGRESS: Final = "programme_progress:"
"""Counted up to the target: what exceeds one programme's target fills no other's."""
COMPLETED: Final = "programmes_completed:"


class Launch(Piece, frozen=True, array_like=True):
    unit: str
    kind: str
    target: int


class Entry(Piece, frozen=True, array_like=True):
    count: int


class Programme(Thing):
    """A programme adds to the unit that launched it, whoever made the progress."""

    launch: Launch | None = None
    entries: dict[str, Entry] = msgspec.field(default_factory=dict)
    completed: Piece | None = None

    def spans_by_unit(self) -> Spans:
        launch = self.launch
        if launch is None:
            return {}
        kind, on = launch.kind, launch.on
        found: list[Span] = [(LAUNCHED + kind, on, None, 1)]
        if launch.target:
            found.append((TARGET + kind, on, None, launch.target))
        found += [(PROGRESS + kind, day, None, n) for day, n in self._progress(launch)]
        if self.completed is not None:
            found.append((COMPLETED + kind, max(on, self.completed.on), None, 1))
        return {launch.unit: found}

    def _progress(self, launch: Launch) -> Iterator[tuple[date, int]]:
        """What each day adds to the progress shown, which stays between nothing and the target."""
        by_day: dict[date, int] = {}
        for entry in self.entries.values():
            day = max(launch.on, entry.on)
            by_day[day] = by_day.get(day, 0) + entry.count
        counted = shown = 0
        for day in sorted(by_day):
            counted += by_day[day]
            now = max(0, min(counted, launch.target))
            if now != shown:
                yield day, now - shown
            shown = now


def _launched(programme: Programme, env: Told, event: events.ProgrammeLaunched) -> None:
    programme.launch = Launch(
        env.streamversion, event.launched_on, env.id, event.unit, event.kind, event.target
    )


def _progressed(programme: Programme, env: Told, event: events.ProgrammeProgressed) -> None:
    entry = Entry(env.streamversion, event.progressed_on, env.id, event.count)
    put_newest(programme.entries, event.entry, entry)


def _completed(programme: Programme, env: Told, event: events.ProgrammeCompleted) -> None:
    programme.completed = earlier(programme.completed, piece(env, event.completed_on))


def _programme(event: events.ProgrammeLaunched) -> str:
    return event.programme


KINDS: Final[dict[str, type[Thing]]] = {"programme": Programme}
LESSONS: Final = (
    Lesson(events.ProgrammeLaunched, "programme", _programme, _launched),
    Lesson(events.ProgrammeProgressed, "programme", _programme, _progressed),
    Lesson(events.ProgrammeCompleted, "programme", _programme, _completed),
)
