"""Lives of things: what may be told of one, drawn at random, and one event of each type."""

from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st

from shared.kernel.events import Event
from tests.unit.status.things import said

_days = st.integers(0, 20)
_people = st.sampled_from(("p-1", "p-2", "p-3"))


def _said(say: Callable[..., Event], *more: st.SearchStrategy[object]) -> st.SearchStrategy[Event]:
    """An event on any day, with anything else it says."""
    return st.builds(say, _days, *more)


_STEPS: Final[dict[str, list[st.SearchStrategy[Event]]]] = {
    "item": [
        _said(said.extended, _days), _said(said.paused), _said(said.resumed, _days),
        _said(said.closed), _said(said.reopened, _days), _said(said.rated, st.integers(1, 5)),
        _said(said.reviewed),
    ],
    "team": [
        _said(said.regrouped, _people, _people), _said(said.team_trained), _said(said.dispatched),
        _said(said.recalled), _said(said.listed, _people, _people), _said(said.caught_up, _people),
    ],
    "station": [
        st.builds(lambda on, team: said.dispatched(on, team=team), _days, _people),
        st.builds(lambda on, team: said.recalled(on, team=team), _days, _people),
    ],
    "instruction": [_said(said.assigned, _people), _said(said.withdrawn, _people)],
    "leader": [_said(said.named, st.sampled_from(("15", "1502", "150202")))],
    "point": [_said(said.taken), _said(said.left)],
    "finding": [_said(said.handed_over), _said(said.finding_refused)],
    "filing": [
        _said(said.filed, st.sampled_from((
            "rectification_plan", "special_rectification_plan", "institution_schedule",
        )))
    ],
    "programme": [
        _said(said.progressed, st.sampled_from(("e-1", "e-2", "e-3")), st.integers(-9, 30)),
        _said(said.completed),
    ],
    "pairing": [_said(said.help_ended)],
}  # fmt: skip
_BEGINNINGS: Final[dict[str, st.SearchStrategy[Event]]] = {
    "item": _said(said.raised, _days),
    "team": _said(said.formed, _people, _people),
    "finding": _said(said.found),
    "programme": _said(said.launched, st.integers(0, 60)),
    "pairing": _said(said.paired, st.integers(0, 9)),
}
KINDS_WITH_LIVES: Final = tuple(_STEPS)


def lives(kind: str) -> st.SearchStrategy[list[Event]]:
    """A thing's life in the order of its stream, from its beginning where it has one."""
    steps = st.lists(st.one_of(_STEPS[kind]), max_size=8)
    if kind not in _BEGINNINGS:
        return steps
    return st.tuples(_BEGINNINGS[kind], steps).map(lambda life: [life[0], *life[1]])


EVENTS: Final[tuple[Event, ...]] = (
    said.raised(1, 9), said.extended(2, 12), said.paused(3), said.resumed(4, 12), said.closed(5),
    said.reopened(6, 9), said.rated(7, 4), said.reviewed(8),
    said.formed(1, "p-1"), said.regrouped(2, "p-1"), said.team_trained(3), said.dispatched(4),
    said.recalled(5), said.listed(6, "p-7"), said.caught_up(7, "p-7"),
    said.assigned(1, "p-1"), said.withdrawn(2, "p-1"), said.named(1, "15"), said.taken(2),
    said.left(3), said.found(1), said.handed_over(2), said.finding_refused(2),
    said.filed(1, "rectification_plan"), said.launched(1, 9), said.progressed(2, "e-1", 3),
    said.completed(3), said.paired(1, 4), said.help_ended(2),
    said.DUTY, said.VISIT, said.LIFE_MEETING, said.JOINT_MEETING, said.RULES, said.PIECES,
    said.LECTURES, said.RECEPTION, said.LINK, said.STEP,
)  # fmt: skip
"""One event of each type that is about a thing."""
