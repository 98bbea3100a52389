"""Said: numbers that one event says of a unit, and the documents of a campaign by kind; pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from services.status.explaining.figure import number
from services.status.facts import CampaignFact, UnitFact
from services.status.pieces import Piece


class Said(NamedTuple):
    """How much, and the piece that says so; of documents, which one."""

    n: int
    piece: Piece
    unit: str | None = None
    document: str | None = None


def said_by(
    fact: UnitFact, path: tuple[str, ...], answer: Mapping[str, Any], day: date
) -> list[Said]:
    """What is at a path of `own` in an answer, such as the people at the unit's meeting."""
    n = number(answer, path)
    piece = _piece(fact, path, answer["own"], day)
    return [Said(n, piece)] if n and piece is not None else []


def documents_of(fact: CampaignFact, kind: str, day: date) -> list[Said]:
    """The documents of a kind that were issued by a day."""
    found = [(name, d) for name, d in fact.documents.items() if d.kind == kind and d.on <= day]
    found.sort(key=lambda item: (item[1].on, item[0]))
    return [Said(1, document, document.unit, name) for name, document in found]


def _piece(
    fact: UnitFact, path: tuple[str, ...], own: Mapping[str, Any], day: date
) -> Piece | None:
    match path:
        case (_, "mobilization", *_):
            return fact.held
        case (_, "plans", category, _):
            return fact.plan_on(category, day)
        case (_, "trainings", place, _):
            return fact.trainings[own["trainings"][int(place)]["training"]]
        case (_, "groups", place, _):
            group = fact.groups[own["groups"][int(place)]["group"]]
            return next((m for m in reversed(group.memberships) if m.on <= day), None)
        case _:
            return None
