"""Filings: which of the two plans and one schedule a unit has filed."""

from typing import Final

import msgspec

from services.status.pieces import Piece, Span, Told, earlier
from services.status.things.thing import Lesson, Spans, Thing, piece
from shared.contracts import rectification as events
from shared.contracts.rectification import FILED_DOCUMENTS

FILED: Final = "filed:"
FILED_ALL: Final = "filed_all"


class Filing(Thing):
    """A document counts from its first filing on, however often it is filed again."""

    unit: str = ""
    documents: dict[str, Piece] = msgspec.field(default_factory=dict)

    def spans_by_unit(self) -> Spans:
        if not self.documents:
            return {}
        found: list[Span] = [(FILED + name, d.on, None, 1) for name, d in self.documents.items()]
        if all(name in self.documents for name in FILED_DOCUMENTS):
            whole = max(self.documents[name].on for name in FILED_DOCUMENTS)
            found.append((FILED_ALL, whole, None, 1))
        return {self.unit: found}


def _filed(filing: Filing, env: Told, event: events.PlanFiled) -> None:
    filing.unit = event.unit
    document = piece(env, event.filed_on)
    filing.documents[event.document] = earlier(filing.documents.get(event.document), document)


def _unit(event: events.PlanFiled) -> str:
    return event.unit


KINDS: Final[dict[str, type[Thing]]] = {"filing": Filing}
LESSONS: Final = (Lesson(events.PlanFiled, "filing", _unit, _filed),)
