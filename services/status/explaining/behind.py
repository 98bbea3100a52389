"""Behind an amount: the piece of a fact, and so the event, that made it; pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from services.status import contributions as metrics
from services.status.explaining.measuring import Amount
from services.status.facts import UnitFact
from services.status.pieces import DETAIL, Piece
from services.status.things import filings, findings, items, liaison, pairings, programmes, teams
from services.status.things.thing import Thing

Pieces = Iterable[Any]
"""Pieces of a fact; of which sort, its field says."""


def behind_unit(fact: UnitFact, amounts: Sequence[Amount], number: int) -> str:
    """The event behind the amount of this number of those that a unit adds."""
    return _behind(fact, amounts, number, _of_unit)


def behind_thing(fact: Thing, amounts: Sequence[Amount], number: int) -> str:
    """The event behind the amount of this number of those that a thing adds."""
    return _behind(fact, amounts, number, _of_thing)


def founding(fact: Thing) -> str:
    """The first event told of a thing: it is the one that names it."""
    first: Piece = min(pieces_of(fact), key=lambda piece: (piece.version, piece.on))
    return first.event


def pieces_of(node: Any) -> Iterator[Any]:
    """All pieces within a fact."""
    if isinstance(node, Piece):
        yield node
    elif isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from pieces_of(getattr(node, name))
    elif isinstance(node, Mapping):
        for each in node.values():
            yield from pieces_of(each)
    elif isinstance(node, list):
        for each in node:
            yield from pieces_of(each)


def _behind(
    fact: Any, amounts: Sequence[Amount], number: int, told: Callable[[Any, str], Pieces]
) -> str:
    amount = amounts[number]
    # What counts again since something else was taken back began with another event.
    pieces = pieces_of(fact) if amount.since > amount.began else told(fact, amount.metric)
    alike = sum(
        (each.metric, each.since) == (amount.metric, amount.since) for each in amounts[:number]
    )
    return _match(pieces, amount.since, alike)


def _match(pieces: Pieces, since: date, alike: int) -> str:
    """The piece of that day, else the last one before it, else the first there is; amounts that
    are alike are given different ones, from the last on.
    """
    known: list[Piece] = sorted(pieces, key=lambda piece: piece.version)
    same = [piece for piece in known if piece.on == since]
    if same:
        return same[-min(alike + 1, len(same))].event
    before = [piece for piece in known if piece.on <= since]
    return (max(before, key=lambda p: (p.on, p.version)) if before else known[0]).event


def _of_unit(fact: UnitFact, metric: str) -> Pieces:
    head, _, kind = metric.partition(":")
    match head:
        case metrics.PREPARED:
            return fact.preparations
        case metrics.MOBILIZED:
            return [fact.held]
        case metrics.ARRANGED:
            return fact.arranged
        case metrics.TRAINED | metrics.SESSIONS:
            return fact.trainings.values()
        case metrics.RULES:
            return [rules for group in fact.groups.values() for rules in group.rules]
        case _:
            return _of_kind(fact, head, kind)


def _of_kind(fact: UnitFact, head: str, kind: str) -> Pieces:
    """Of metrics that name a kind; all else is there with the registration."""
    if head + ":" == metrics.PARTICIPANTS:
        return [each for each in fact.trainings.values() if each.audience == kind]
    if head + ":" == metrics.GROUP:
        return [each for each in fact.groups[kind].memberships if not each.reinforced]
    if head + ":" == metrics.PLAN:
        category, _, state = kind.partition(":")
        return [step for step in fact.plans[category] if step.state == state]
    return [Piece(0, fact.registered_on or date.min, fact.registered_by)]


# The fields whose pieces begin a metric, and which of those; all pieces of a thing otherwise.
_FIELDS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Any], bool]]]] = {
    items.RAISED: (("raised",), lambda _: True),
    items.RAISED_OF: (("raised",), lambda _: True),
    items.CLOSED: (("turns",), lambda turn: turn.what == "closed"),
    items.CLOSED_OF: (("turns",), lambda turn: turn.what == "closed"),
    items.CLOSED_IN_TIME: (("turns",), lambda turn: turn.what == "closed"),
    items.REOPENED: (("turns",), lambda turn: turn.what == "reopened"),
    items.OVERDUE: (("raised", "turns"), lambda piece: piece.due_on is not None),
    items.DUE_SOON: (("raised", "turns"), lambda piece: piece.due_on is not None),
    items.REVIEWED: (("reviews",), lambda _: True),
    items.RATED: (("ratings",), lambda _: True),
    items.SATISFIED: (("ratings",), lambda rating: rating.score >= items.SATISFIED_SCORE),
    teams.TEAMS: (("formation",), lambda _: True),
    teams.TEAM_PEOPLE: (("headcounts",), lambda _: True),
    teams.TEAMS_TRAINED: (("trainings",), lambda _: True),
    teams.TEAMS_DISPATCHED: (("postings",), lambda posting: posting.there),
    teams.OFFICIALS_LISTED: (("lists",), lambda _: True),
    teams.OFFICIALS_CAUGHT_UP: (("caught_up",), lambda _: True),
    teams.TEAMS_IN_PLACE: (("people",), lambda presence: presence.there),
    teams.SUPERVISED: (("people",), lambda presence: presence.there),
    teams.INSTRUCTORS: (("people",), lambda presence: presence.there),
    teams.INSTRUCTED: (("people",), lambda presence: presence.there),
    programmes.LAUNCHED: (("launch",), lambda _: True),
    programmes.TARGET: (("launch",), lambda _: True),
    programmes.PROGRESS: (("entries",), lambda _: True),
    programmes.COMPLETED: (("completed",), lambda _: True),
    liaison.POINTS: (("takings",), lambda taking: taking.taken),
    liaison.POINTS_TAKEN: (("takings",), lambda taking: taking.taken),
    findings.FINDINGS: (("report",), lambda _: True),
    findings.FOR_RECTIFICATION: (("report",), lambda _: True),
    findings.HANDED_OVER: (("handed_over",), lambda _: True),
    findings.REFUSED: (("refused",), lambda _: True),
    pairings.PAIRINGS: (("pair",), lambda _: True),
    pairings.HOUSEHOLDS: (("pair",), lambda _: True),
    filings.FILED: (("documents",), lambda _: True),
}


def _of_thing(fact: Thing, metric: str) -> Pieces:
    detail = DETAIL if metric.startswith(DETAIL) else ""
    head, colon, kind = metric.removeprefix(detail).partition(":")
    wanted = _FIELDS.get(detail + head + colon)
    if wanted is None:
        return pieces_of(fact)
    fields, fits = wanted
    if isinstance(fact, filings.Filing):
        return [fact.documents[kind]]
    return [piece for name in fields for piece in pieces_of(getattr(fact, name)) if fits(piece)]
