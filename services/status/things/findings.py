"""Findings: what a team found at a unit, and whether the ledger took it."""

from typing import Final

from services.status.pieces import Piece, Span, Told, earlier
from services.status.things.thing import Lesson, Spans, Thing, piece
from shared.contracts import supervision as events
from shared.kernel.time import local_date

FINDINGS: Final = "findings"
FOR_RECTIFICATION: Final = "findings_for_rectification"
HANDED_OVER: Final = "findings_handed_over"
REFUSED: Final = "findings_refused"


class Report(Piece, frozen=True, array_like=True):
    unit: str
    for_rectification: bool


class Finding(Thing):
    """What the ledger refused and took after all was handed over."""

    report: Report | None = None
    handed_over: Piece | None = None
    refused: Piece | None = None

    def spans_by_unit(self) -> Spans:
        report = self.report
        if report is None:
            return {}
        found: list[Span] = [(FINDINGS, report.on, None, 1)]
        if report.for_rectification:
            found.append((FOR_RECTIFICATION, report.on, None, 1))
        taken = max(report.on, self.handed_over.on) if self.handed_over else None
        if taken is not None:
            found.append((HANDED_OVER, taken, None, 1))
        if self.refused is not None:
            refused = max(report.on, self.refused.on)
            if taken is None or refused < taken:
                found.append((REFUSED, refused, taken, 1))
        return {report.unit: found}


def _reported(finding: Finding, env: Told, event: events.FindingReported) -> None:
    finding.report = Report(
        env.streamversion, event.found_on, env.id, event.unit, event.for_rectification
    )


def _handed_over(finding: Finding, env: Told, event: events.FindingHandedOver) -> None:
    handed = piece(env, local_date(event.handed_over_at))
    finding.handed_over = earlier(finding.handed_over, handed)


def _refused(finding: Finding, env: Told, event: events.FindingRefused) -> None:
    refused = piece(env, local_date(event.refused_at))
    finding.refused = earlier(finding.refused, refused)


def _finding(
    event: events.FindingReported | events.FindingHandedOver | events.FindingRefused,
) -> str:
    return event.finding


KINDS: Final[dict[str, type[Thing]]] = {"finding": Finding}
LESSONS: Final = (
    Lesson(events.FindingReported, "finding", _finding, _reported),
    Lesson(events.FindingHandedOver, "finding", _finding, _handed_over),
    Lesson(events.FindingRefused, "finding", _finding, _refused),
)
