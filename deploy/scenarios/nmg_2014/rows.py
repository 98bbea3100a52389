"""One shape for each bulk file: the fields are the file's columns, in order."""

from datetime import date, datetime
from typing import NamedTuple


class Unit(NamedTuple):
    code: str
    parent_code: str
    level: int
    kind: str
    name: str
    registered_on: date


class LeadingGroup(NamedTuple):
    unit: str
    group: str
    formed_on: date
    leader: str
    members: int
    rules_title: str
    rules_adopted_on: date | None


class Person(NamedTuple):
    person: str
    name: str
    title: str
    rank: str
    unit: str


class Preparation(NamedTuple):
    unit: str
    prepared_on: date


class PlanStep(NamedTuple):
    """A submission, a gate's pass, or a gate's return with its reasons."""

    unit: str
    category: str
    action: str
    at: datetime
    title: str
    digest: str
    gate: str
    reasons: tuple[str, ...]
    note: str


class Mobilization(NamedTuple):
    unit: str
    held_at: datetime
    attendees: int
    chaired_by: str
    place: str


class Training(NamedTuple):
    unit: str
    training: str
    audience: str
    held_on: date
    participants: int


Row = tuple[object, ...]
"""A row of any file."""
