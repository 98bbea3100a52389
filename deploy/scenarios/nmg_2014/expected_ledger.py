"""What the views must show of the ledger: the report's figures and a naive recount of the rows."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import shifted
from deploy.scenarios.nmg_2014.duties import findings
from deploy.scenarios.nmg_2014.expected import report_units
from deploy.scenarios.nmg_2014.hierarchy import ROOT, league_of
from deploy.scenarios.nmg_2014.item_steps import item_steps
from deploy.scenarios.nmg_2014.items import items
from deploy.scenarios.nmg_2014.rows_rectification import ItemStep

# The report's own figures, as literals.
HOHHOT_ITEMS: Final = 9
WUHAI_OPINIONS: Final = 110
BAYANNUR_COMMITMENTS: Final = 15

DUE_SOON_DAYS: Final = 3
POOR_SCORE: Final = 2
REOPENED_WORKDAYS: Final = 10


@dataclass(frozen=True, slots=True)
class Ledger:
    """Items of one area on one day; what is overdue or due soon is open, too."""

    raised: int
    open: int
    overdue: int
    due_soon: int
    closed: int
    reopened: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """An item as raised, whether through a file or by a finding."""

    item: str
    unit: str
    raised_on: date
    due_on: date


@cache
def ledger(as_of: date) -> Mapping[str, Ledger]:
    """Region or league -> its ledger, its own items included."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in _entries():
        if entry.raised_on > as_of:
            continue
        states = list(_states(entry, as_of))
        for above in {ROOT, league_of(entry.unit)}:
            counted[above].update(states)
    names = ("raised", "open", "overdue", "due_soon", "closed", "reopened")
    return {
        code: Ledger(**{name: counted[code][name] for name in names}) for code in report_units()
    }


def _entries() -> Iterator[_Entry]:
    for item in items():
        yield _Entry(item.item, item.unit, item.raised_on, item.due_on)
    for finding in findings():
        if finding.due_on is not None:
            yield _Entry(finding.finding, finding.unit, finding.found_on, finding.due_on)


def _states(entry: _Entry, as_of: date) -> Iterator[str]:
    """Everything an item counts for on that day; a reopening for each time it happened."""
    yield "raised"
    is_open, due_on = True, entry.due_on
    for step in _steps().get(entry.item, ()):
        if step.on > as_of:
            break
        if step.action == "extend" and step.due_on is not None:
            due_on = step.due_on
        if step.action == "close":
            is_open = False
        if step.score is not None and step.score <= POOR_SCORE and not is_open:
            is_open = True
            due_on = due_on if due_on > step.on else shifted(step.on, REOPENED_WORKDAYS)
            yield "reopened"
    yield "open" if is_open else "closed"
    if is_open and due_on < as_of:
        yield "overdue"
    elif is_open and due_on - timedelta(days=DUE_SOON_DAYS) <= as_of:
        yield "due_soon"


@cache
def _steps() -> Mapping[str, list[ItemStep]]:
    found: dict[str, list[ItemStep]] = {}
    for step in item_steps():
        found.setdefault(step.item, []).append(step)
    return found
