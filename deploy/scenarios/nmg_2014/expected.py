"""What the views must show: the report's figures, and a naive recount of the generated rows.

The recount shares nothing with the services: it looks at every unit once for each day asked,
with its own table of classes and windows, and adds up.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, areas, league_of
from deploy.scenarios.nmg_2014.mobilizations import mobilizations
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.plans import gates_of, plan_steps
from deploy.scenarios.nmg_2014.rows import PlanStep

DATES: Final = (date(2014, 2, 20), date(2014, 3, 1), date(2014, 3, 4), date(2014, 3, 15))

# The report's own figures at 4 March 2014, as literals.
REPORTED_ON: Final = date(2014, 3, 4)
WORK_PLANS: Final = 1
GUIDING_OPINIONS: Final = 4
LEAGUES: Final = 12
LEAGUES_MOBILIZED: Final = 12
BANNERS: Final = 102
BANNERS_MOBILIZED: Final = 102

# Last day of the window of each class; the region and its leading bodies have none.
_LEADING: Final = date(2014, 2, 20)
_ATTACHED: Final = date(2014, 3, 1)
_GRASSROOTS: Final = date(2014, 3, 15)
_OTHER_KINDS: Final = (
    "directly_affiliated",
    "enterprise_institution",
    "window_unit",
    "non_public_social",
    "floating_branch",
)
CLOSES_ON: Final[Mapping[str, date]] = {
    "league": _LEADING,
    "leading_bodies_l2": _LEADING,
    "banner": _LEADING,
    "zone": _LEADING,
    "leading_bodies_l3": _LEADING,
    **{f"{kind}_l{level}": _ATTACHED for level in (1, 2, 3) for kind in _OTHER_KINDS},
    "township": _GRASSROOTS,
    "subdistrict": _GRASSROOTS,
    "village": _GRASSROOTS,
    "community": _GRASSROOTS,
    **{f"{kind}_l4": _GRASSROOTS for kind in _OTHER_KINDS},
}

_CLASS_OF_KIND: Final = {
    "city": "league", "league": "league",
    "banner": "banner", "county": "banner", "county_city": "banner", "district": "banner",
    "zone": "zone",
    "town": "township", "township": "township", "sumu": "township", "other_township": "township",
    "subdistrict": "subdistrict",
    "village": "village", "gacha": "village", "other_village": "village",
    "community": "community",
    "region": "region",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """Units of one class below one unit on one day."""

    expected: int
    on_time: int
    late: int
    pending: int
    overdue: int

    @property
    def mobilized(self) -> int:
        return self.on_time + self.late


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """Plans of one category by the state they are in; `none` have not been handed in."""

    expected: int
    approved: int
    in_review: int
    returned: int

    @property
    def none(self) -> int:
        return self.expected - self.approved - self.in_review - self.returned


def class_of(unit: Area) -> str:
    return _CLASS_OF_KIND.get(unit.kind) or f"{unit.kind}_l{unit.level}"


def report_units() -> tuple[str, ...]:
    """The units there are expected tables for: the region and its leagues."""
    return (ROOT, *(unit.code for unit in areas() if unit.level == 2))


@cache
def mobilization(as_of: date) -> Mapping[str, Mapping[str, Figures]]:
    """Region or league -> class -> figures on that day."""
    held = {meeting.unit: meeting.held_at.date() for meeting in mobilizations()}
    counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for unit in (*areas(), *organisations()):
        name = class_of(unit)
        if name not in CLOSES_ON:
            continue
        state = _state(held.get(unit.code), CLOSES_ON[name], as_of)
        for above in _units_above(unit):
            counted[(above, name)][state] += 1
    tables: dict[str, dict[str, Figures]] = {code: {} for code in report_units()}
    for (above, name), states in counted.items():
        tables[above][name] = Figures(expected=sum(states.values()), **_all_states(states))
    return tables


def _units_above(unit: Area) -> set[str]:
    """A unit counts for those above it, not for itself."""
    return {ROOT, league_of(unit.code)} - {unit.code}


def _state(held_on: date | None, closes_on: date, as_of: date) -> str:
    if held_on is not None and held_on <= as_of:
        return "on_time" if held_on <= closes_on else "late"
    return "pending" if as_of <= closes_on else "overdue"


def _all_states(states: Counter[str]) -> dict[str, int]:
    return {state: states[state] for state in ("on_time", "late", "pending", "overdue")}


@cache
def plans(as_of: date) -> Mapping[str, Mapping[tuple[str, str], PlanFigures]]:
    """Region or league -> (class, category) -> figures, for leagues, banners and zones."""
    counted: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for (unit, category), state in _plan_states(as_of):
        for above in _units_above(unit):
            counted[(above, class_of(unit), category)][state] += 1
    tables: dict[str, dict[tuple[str, str], PlanFigures]] = {code: {} for code in report_units()}
    for (above, name, category), states in counted.items():
        tables[above][(name, category)] = PlanFigures(
            expected=mobilization(as_of)[above][name].expected,
            approved=states["approved"],
            in_review=states["in_review"],
            returned=states["returned"],
        )
    return tables


def _plan_states(as_of: date) -> Iterator[tuple[tuple[Area, str], str]]:
    """Every plan of level 2 and 3 areas with its state at the end of that day."""
    known = {unit.code: unit for unit in areas() if unit.level in {2, 3}}
    last: dict[tuple[str, str], PlanStep | None] = {}
    for step in plan_steps():
        key = (step.unit, step.category)
        if step.unit in known:
            last[key] = step if step.at.date() <= as_of else last.get(key)
    for (code, category), latest in last.items():
        yield (known[code], category), _plan_state(latest)


def _plan_state(latest: PlanStep | None) -> str:
    if latest is None:
        return "none"
    if latest.action == "return":
        return "returned"
    decided = latest.gate == gates_of(latest.unit, latest.category)[-1]
    return "approved" if latest.action == "pass" and decided else "in_review"
