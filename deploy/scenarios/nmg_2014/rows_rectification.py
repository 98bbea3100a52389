"""One shape for each bulk file of rectification: the fields are the file's columns, in order."""

from datetime import date
from typing import NamedTuple


class Item(NamedTuple):
    item: str
    unit: str
    source: str
    origin: str
    category: str
    summary: str
    responsible_person: str
    due_on: date
    raised_on: date
    parent: str
    programme: str


class ItemStep(NamedTuple):
    """What was done about an item, by whom; the columns an action does not need are empty."""

    item: str
    action: str
    on: date
    person: str
    note: str
    percent: int | None
    due_on: date | None
    score: int | None
    raters: int | None
    holds: str


class FiledPlan(NamedTuple):
    unit: str
    document: str
    title: str
    digest: str
    filed_on: date


class BatchLink(NamedTuple):
    unit: str
    led_by: str
    linked_on: date


class Programme(NamedTuple):
    programme: str
    unit: str
    kind: str
    category: str
    title: str
    measure: str
    target: int
    due_on: date | None
    launched_on: date


class ProgrammeProgress(NamedTuple):
    """`counted` is the file's column `count`, a name that tuples keep for themselves."""

    programme: str
    unit: str
    entry: str
    counted: int
    note: str
    progressed_on: date


class PetitionReception(NamedTuple):
    reception: str
    unit: str
    received_by: str
    visits: int
    cases: int
    settled_on_spot: int
    held_on: date


class Pairing(NamedTuple):
    pairing: str
    unit: str
    helper: str
    kind: str
    households: int
    paired_on: date
