"""Composing a bulletin from what the views show of a unit on a day; pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from services.status.answers import ChildRow, UnitStatus
from services.status.bulletin import guidance, progress, rectification
from services.status.bulletin.document import Behind, Bulletin, Line, Section
from services.status.bulletin.shown import Shown
from services.status.tallies import Ledger, Supervision
from shared.kernel.time import iso_utc
from shared.kernel.units import ATTACHED_KINDS

_SECTIONS: Final[tuple[Callable[[Shown], Section | None], ...]] = (
    progress.plans,
    progress.mobilization,
    progress.training,
    guidance.supervision,
    guidance.liaison,
    guidance.publicity,
    rectification.ledger,
    rectification.programmes,
    rectification.petitions_and_help,
)


def composed(
    status: UnitStatus,
    answer: Mapping[str, Any],
    children: Sequence[ChildRow],
    position: str,
    known_at: datetime | None = None,
) -> Bulletin:
    """`answer` is the status in plain types; sections that would say nothing are left out."""
    wide = status.campaign_wide
    query = query_of(status.campaign, status.unit.unit, status.as_of, known_at)
    shown = Shown(query, answer)
    sections = [section(shown) for section in _SECTIONS]
    return Bulletin(
        campaign=status.campaign,
        campaign_zh=wide.name_zh if wide else status.campaign,
        campaign_en=wide.name_en if wide else status.campaign,
        unit=status.unit.unit,
        name=status.unit.name,
        as_of=status.as_of,
        position=position,
        sections=[section for section in sections if section is not None],
        behind=_behind(children),
        annex=[_line(child) for child in children if child.unit.kind not in ATTACHED_KINDS],
    )


def query_of(campaign: str, unit: str, as_of: date, known_at: datetime | None = None) -> str:
    query = f"/campaigns/{campaign}/units/{unit}/status?as_of={as_of}"
    return query if known_at is None else f"{query}&known_at={iso_utc(known_at)}"


def _behind(children: Sequence[ChildRow]) -> list[Behind]:
    """Those with something overdue, the most first."""
    found = [
        Behind(
            child.unit.unit,
            child.unit.name,
            "red",
            child.total.mobilization.overdue,
            (child.total.ledger or Ledger()).overdue,
        )
        for child in children
    ]
    late = [each for each in found if each.mobilization_overdue or each.items_overdue]
    return sorted(
        late, key=lambda each: (-each.mobilization_overdue - each.items_overdue, each.unit)
    )


def _line(child: ChildRow) -> Line:
    total = child.total
    done, ledger, teams = total.mobilization, total.ledger or Ledger(), total.supervision
    return Line(
        unit=child.unit.unit,
        name=child.unit.name,
        expected=total.expected,
        mobilized=done.mobilized,
        on_time=done.on_time,
        late=done.late,
        pending=done.pending,
        overdue=done.overdue,
        teams=(teams or Supervision()).teams,
        instructors=(teams or Supervision()).instructors,
        items_raised=ledger.raised,
        items_closed=ledger.closed,
        items_open=ledger.open,
        items_overdue=ledger.overdue,
    )
