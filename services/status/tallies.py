"""Tallies: what things add up to, such as teams, ledger items and programmes."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class Supervision(msgspec.Struct):
    """Teams formed (`make_up` of them) and their people; units that have teams or instructors.

    Duties are counted by kind, rules of teams by kind.
    """

    teams: int = 0
    make_up: int = 0
    people: int = 0
    trained: int = 0
    dispatched: int = 0
    officials_listed: int = 0
    officials_caught_up: int = 0
    teams_in_place: int = 0
    supervised: int = 0
    instructors: int = 0
    instructed: int = 0
    duties: dict[str, int] = msgspec.field(default_factory=dict)
    findings: int = 0
    for_rectification: int = 0
    handed_over: int = 0
    refused: int = 0
    joint_meetings: int = 0
    rules: dict[str, int] = msgspec.field(default_factory=dict)


class Liaison(msgspec.Struct):
    """`points` are units taken as points; `points_taken` those that leaders of an area took."""

    leaders: int = 0
    points: int = 0
    points_taken: int = 0
    visits: int = 0
    life_meetings: int = 0


class Talks(msgspec.Struct):
    """How often was spoken, by how many, to how many."""

    times: int = 0
    speakers: int = 0
    listeners: int = 0


class Publicity(msgspec.Struct):
    """Pieces by channel; lectures by cadres, lessons by branch secretaries."""

    pieces: dict[str, int] = msgspec.field(default_factory=dict)
    lectures: Talks = msgspec.field(default_factory=Talks)
    lessons: Talks = msgspec.field(default_factory=Talks)


class Tally(msgspec.Struct):
    raised: int = 0
    closed: int = 0


class Ledger(msgspec.Struct):
    """open + closed = raised; overdue and due_soon are parts of open, closed_in_time of closed."""

    raised: int = 0
    open: int = 0
    overdue: int = 0
    due_soon: int = 0
    closed: int = 0
    closed_in_time: int = 0
    reopened: int = 0
    reviewed: int = 0
    rated: int = 0
    satisfied: int = 0
    closing_rate_permille: int | None = None
    satisfaction_permille: int | None = None
    by_source: dict[str, Tally] = msgspec.field(default_factory=dict)
    by_category: dict[str, Tally] = msgspec.field(default_factory=dict)


class Programmes(msgspec.Struct):
    """Programmes of one kind; progress is counted up to each one's target."""

    launched: int = 0
    completed: int = 0
    target: int = 0
    progress: int = 0


class Petitions(msgspec.Struct):
    receptions: int = 0
    visits: int = 0
    cases: int = 0
    settled: int = 0


class Help(msgspec.Struct):
    """Pairings in force and the households they help, by kind; units linked across batches."""

    pairings: dict[str, int] = msgspec.field(default_factory=dict)
    households: dict[str, int] = msgspec.field(default_factory=dict)
    batch_links: int = 0


class FiledPlans(msgspec.Struct):
    """Units that have filed each document, and those that have filed all."""

    documents: dict[str, int] = msgspec.field(default_factory=dict)
    complete: int = 0


class Tallies(msgspec.Struct, kw_only=True):
    """What things add up to; what there is nothing of is left out."""

    supervision: Supervision | UnsetType = UNSET
    liaison: Liaison | UnsetType = UNSET
    publicity: Publicity | UnsetType = UNSET
    ledger: Ledger | UnsetType = UNSET
    programmes: dict[str, Programmes] | UnsetType = UNSET
    petitions: Petitions | UnsetType = UNSET
    help: Help | UnsetType = UNSET
    filed_plans: FiledPlans | UnsetType = UNSET
    urged: dict[str, dict[str, int]] | UnsetType = UNSET
    """Steps of the urging ladder taken, by subject and step."""


def judge(tallies: Tallies) -> None:
    """Work out what follows from the counts."""
    ledger = tallies.ledger
    if isinstance(ledger, Ledger):
        ledger.open = ledger.raised - ledger.closed
        ledger.closing_rate_permille = permille(ledger.closed, ledger.raised)
        ledger.satisfaction_permille = permille(ledger.satisfied, ledger.rated)


def permille(part: int, whole: int) -> int | None:
    return part * 1000 // whole if whole else None


def add_up(into: msgspec.Struct, more: msgspec.Struct) -> None:
    """Add every count of `more`, however deep; rates are worked out anew by who asks for them."""
    numbers, parts = _fields_of(type(more))
    for name in numbers:
        if value := getattr(more, name):
            setattr(into, name, getattr(into, name) + value)
    for name in parts:
        value = getattr(more, name)
        if isinstance(value, dict):
            if value:
                _add_each(down(into, name, dict), value)
        elif value is not UNSET:
            add_up(down(into, name, type(value)), value)


@cache
def _fields_of(kind: type[msgspec.Struct]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that are counts, and those that hold counts; rates are neither."""
    fields = [f for f in msgspec.structs.fields(kind) if not f.name.endswith("_permille")]
    return (
        tuple(field.name for field in fields if field.type is int),
        tuple(field.name for field in fields if field.type is not int),
    )


def _add_each(into: dict[str, Any], more: dict[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, int):
            into[name] = into.get(name, 0) + value
        elif isinstance(value, dict):
            _add_each(into.setdefault(name, {}), value)
        else:
            add_up(down(into, name, type(value)), value)


def down(node: Any, name: str, make: Callable[[], Any]) -> Any:
    """One step down, made when there is nothing yet."""
    if isinstance(node, dict):
        found = node.get(name)
        if found is None:
            found = node[name] = make()
        return found
    found = getattr(node, name)
    if found is UNSET:
        found = make()
        setattr(node, name, found)
    return found
