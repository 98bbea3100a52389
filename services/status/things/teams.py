"""Teams and instructors: who was formed, trained, sent where, and caught up with whom."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from services.status.pieces import Piece, Span, Stretch, Told, keep, put_newest, stretches, union
from services.status.things.thing import Lesson, Presence, Spans, Thing, first_day, piece
from shared.contracts import supervision as events

TEAMS: Final = "teams:"
TEAM_PEOPLE: Final = "team_people"
TEAMS_TRAINED: Final = "teams_trained"
TEAMS_DISPATCHED: Final = "teams_dispatched"
OFFICIALS_LISTED: Final = "officials_listed"
OFFICIALS_CAUGHT_UP: Final = "officials_caught_up"
TEAMS_IN_PLACE: Final = "teams_in_place"
SUPERVISED: Final = "supervised"
INSTRUCTORS: Final = "instructors"
INSTRUCTED: Final = "instructed"


class Formation(Piece, frozen=True, array_like=True):
    formed_by: str
    purpose: str


class Headcount(Piece, frozen=True, array_like=True):
    people: int


class OfficialList(Piece, frozen=True, array_like=True):
    officials: tuple[str, ...]


class Team(Thing):
    """A team adds to the unit that formed it; where it is stationed is told by Station."""

    formation: Formation | None = None
    headcounts: list[Headcount] = msgspec.field(default_factory=list)
    trainings: list[Piece] = msgspec.field(default_factory=list)
    postings: list[Presence] = msgspec.field(default_factory=list)
    lists: list[OfficialList] = msgspec.field(default_factory=list)
    caught_up: dict[str, Piece] = msgspec.field(default_factory=dict)

    def spans_by_unit(self) -> Spans:
        formed = self.formation
        if formed is None:
            return {}
        found: list[Span] = [(TEAMS + formed.purpose, formed.on, None, 1)]
        for headcount, start, end in stretches(self.headcounts):
            found.append((TEAM_PEOPLE, start, end, headcount.people))
        if self.trainings:
            found.append((TEAMS_TRAINED, first_day(self.trainings, formed.on), None, 1))
        found += [(TEAMS_DISPATCHED, start, end, 1) for start, end in _there(self.postings)]
        for listed, start, end in stretches(self.lists):
            found += self._officials(listed, start, end)
        return {formed.formed_by: found}

    def _officials(self, listed: OfficialList, start: date, end: date | None) -> list[Span]:
        """Those on the list in force, and those of them that were caught up with."""
        found: list[Span] = [(OFFICIALS_LISTED, start, end, len(listed.officials))]
        for official in listed.officials:
            seen = self.caught_up.get(official)
            if seen is not None and (end is None or seen.on < end):
                found.append((OFFICIALS_CAUGHT_UP, max(start, seen.on), end, 1))
        return found


class Roster(Thing):
    """Who came to a unit and who left it again."""

    unit: str = ""
    people: dict[str, list[Presence]] = msgspec.field(default_factory=dict)

    def units(self) -> tuple[str, ...]:
        return (self.unit,) if self.unit else ()

    def _spans(self, each: str, any_: str) -> Spans:
        """`each` counts who is there, `any_` the unit for as long as somebody is."""
        there = [stretch for presences in self.people.values() for stretch in _there(presences)]
        if not there:
            return {}
        found: list[Span] = [(each, start, end, 1) for start, end in there]
        found += [(any_, start, end, 1) for start, end in union(there)]
        return {self.unit: found}


class Station(Roster):
    """The teams stationed at a unit."""

    def spans_by_unit(self) -> Spans:
        return self._spans(TEAMS_IN_PLACE, SUPERVISED)


class Instruction(Roster):
    """The instructors of a unit."""

    def spans_by_unit(self) -> Spans:
        return self._spans(INSTRUCTORS, INSTRUCTED)


def _there(presences: Sequence[Presence]) -> list[Stretch]:
    return [(start, end) for presence, start, end in stretches(presences) if presence.there]


def _formed(team: Team, env: Told, event: events.TeamFormed) -> None:
    team.formation = Formation(
        env.streamversion, event.formed_on, env.id, event.formed_by, event.purpose
    )
    _count(team, env, event.formed_on, event.members)


def _members_changed(team: Team, env: Told, event: events.TeamMembersChanged) -> None:
    _count(team, env, event.changed_on, event.members)


def _count(team: Team, env: Told, on: date, members: Sequence[str]) -> None:
    keep(team.headcounts, Headcount(env.streamversion, on, env.id, len(set(members))))


def _trained(team: Team, env: Told, event: events.TeamTrained) -> None:
    keep(team.trainings, piece(env, event.trained_on))


def _sent(team: Team, env: Told, event: events.TeamDispatched | events.TeamRecalled) -> None:
    keep(team.postings, _presence(env, event))


def _officials_listed(team: Team, env: Told, event: events.OfficialsListed) -> None:
    officials = tuple(dict.fromkeys(event.officials))
    keep(team.lists, OfficialList(env.streamversion, event.listed_on, env.id, officials))


def _caught_up(team: Team, env: Told, event: events.OfficialCaughtUp) -> None:
    put_newest(team.caught_up, event.official, piece(env, event.caught_up_on))


def _stationed(
    station: Station, env: Told, event: events.TeamDispatched | events.TeamRecalled
) -> None:
    station.unit = event.unit
    keep(station.people.setdefault(event.team, []), _presence(env, event))


def _instructed(
    instruction: Instruction,
    env: Told,
    event: events.InstructorAssigned | events.InstructorWithdrawn,
) -> None:
    instruction.unit = event.unit
    assigned = isinstance(event, events.InstructorAssigned)
    on = event.assigned_on if isinstance(event, events.InstructorAssigned) else event.withdrawn_on
    presence = Presence(env.streamversion, on, env.id, assigned)
    keep(instruction.people.setdefault(event.instructor, []), presence)


def _presence(env: Told, event: events.TeamDispatched | events.TeamRecalled) -> Presence:
    if isinstance(event, events.TeamDispatched):
        return Presence(env.streamversion, event.dispatched_on, env.id, there=True)
    return Presence(env.streamversion, event.recalled_on, env.id, there=False)


def _team(event: events.TeamFormed) -> str:
    return event.team


def _unit(event: events.TeamDispatched) -> str:
    return event.unit


KINDS: Final[dict[str, type[Thing]]] = {
    "team": Team,
    "station": Station,
    "instruction": Instruction,
}
LESSONS: Final = (
    Lesson(events.TeamFormed, "team", _team, _formed),
    Lesson(events.TeamMembersChanged, "team", _team, _members_changed),
    Lesson(events.TeamTrained, "team", _team, _trained),
    Lesson(events.TeamDispatched, "team", _team, _sent),
    Lesson(events.TeamRecalled, "team", _team, _sent),
    Lesson(events.OfficialsListed, "team", _team, _officials_listed),
    Lesson(events.OfficialCaughtUp, "team", _team, _caught_up),
    Lesson(events.TeamDispatched, "station", _unit, _stationed),
    Lesson(events.TeamRecalled, "station", _unit, _stationed),
    Lesson(events.InstructorAssigned, "instruction", _unit, _instructed),
    Lesson(events.InstructorWithdrawn, "instruction", _unit, _instructed),
)
