"""One shape for each bulk file of supervision: the fields are the file's columns, in order."""

from datetime import date
from typing import NamedTuple


class Team(NamedTuple):
    team: str
    name: str
    formed_by: str
    purpose: str
    first_leader: str
    leader: str
    members: tuple[str, ...]
    formed_on: date


class TeamTraining(NamedTuple):
    team: str
    training: str
    trained_on: date


class Dispatch(NamedTuple):
    team: str
    unit: str
    patrols: tuple[str, ...]
    dispatched_on: date


class Instructor(NamedTuple):
    unit: str
    instructor: str
    assigned_by: str
    assigned_on: date


class Duty(NamedTuple):
    duty: str
    kind: str
    team: str
    unit: str
    summary: str
    done_on: date


class Finding(NamedTuple):
    finding: str
    team: str
    unit: str
    category: str
    summary: str
    for_rectification: str
    responsible_person: str
    due_on: date | None
    found_on: date


class LiaisonLeader(NamedTuple):
    leader: str
    area: str
    rank: str
    named_on: date


class LiaisonPoint(NamedTuple):
    leader: str
    unit: str
    target: str
    taken_on: date


class LiaisonVisit(NamedTuple):
    visit: str
    leader: str
    unit: str
    summary: str
    visited_on: date


class LifeMeeting(NamedTuple):
    leader: str
    unit: str
    attended_on: date


class Publicity(NamedTuple):
    issue: str
    unit: str
    channel: str
    title: str
    pieces: int
    issued_on: date


class Lecture(NamedTuple):
    lecture: str
    unit: str
    kind: str
    title: str
    speakers: int
    lectures: int
    listeners: int
    given_on: date
