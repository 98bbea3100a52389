"""What the views must show of teams, instructors and liaison: the report's figures and a recount."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.duties import duties, findings
from deploy.scenarios.nmg_2014.expected import class_of, report_units
from deploy.scenarios.nmg_2014.hierarchy import ROOT, area, league_of
from deploy.scenarios.nmg_2014.instructors import instructors
from deploy.scenarios.nmg_2014.liaison import liaison_points, life_meetings
from deploy.scenarios.nmg_2014.publicity import lectures, publicity
from deploy.scenarios.nmg_2014.teams import postings

# The report's own figures at 4 March 2014, as literals.
REGION_TEAMS: Final = 13
REGION_TEAM_PEOPLE: Final = 115
LEAGUE_TEAMS: Final = 228
BANNER_TEAMS: Final = 1_272
INSTRUCTORS: Final = 16_888
ULANQAB_TEAMS: Final = 20
ULANQAB_OUT_BY: Final = date(2013, 12, 31)
CADRES_LECTURING: Final = 1_000
SECRETARIES_TEACHING: Final = 1_000


@dataclass(frozen=True, slots=True)
class Teams:
    """Teams formed by units of one class, how many are out, and their people."""

    formed: int
    dispatched: int
    people: int


@cache
def teams_by_class(as_of: date) -> Mapping[str, Mapping[str, Teams]]:
    """Region or league -> class of the forming unit -> its teams; its own are under its own class."""
    formed: dict[tuple[str, str], Counter[str]] = {}
    for posting in postings():
        if posting.team.formed_on > as_of:
            continue
        unit = posting.team.formed_by
        out = posting.dispatched_on is not None and posting.dispatched_on <= as_of
        for above in {ROOT, league_of(unit)}:
            counts = formed.setdefault((above, class_of(area(unit))), Counter())
            counts["formed"] += 1
            counts["dispatched"] += out
            counts["people"] += len(posting.team.members)
    tables: dict[str, dict[str, Teams]] = {code: {} for code in report_units()}
    for (above, name), counts in formed.items():
        tables[above][name] = Teams(counts["formed"], counts["dispatched"], counts["people"])
    return tables


def teams_out_of(unit: str, as_of: date) -> int:
    """How many teams this very unit has sent and not called back."""
    return sum(
        posting.team.formed_by == unit
        and posting.dispatched_on is not None
        and posting.dispatched_on <= as_of
        for posting in postings()
    )


@cache
def instructors_in(as_of: date) -> Mapping[str, int]:
    """Region or league -> instructors in place in its area."""
    return _in_area(as_of, ((row.unit, row.assigned_on, 1) for row in instructors()))


@cache
def duties_done(as_of: date) -> Mapping[str, int]:
    return _in_area(as_of, ((row.unit, row.done_on, 1) for row in duties()))


@cache
def findings_reported(as_of: date) -> Mapping[str, int]:
    return _in_area(as_of, ((row.unit, row.found_on, 1) for row in findings()))


@cache
def liaison_points_taken(as_of: date) -> Mapping[str, int]:
    return _in_area(as_of, ((row.unit, row.taken_on, 1) for row in liaison_points()))


@cache
def life_meetings_attended(as_of: date) -> Mapping[str, int]:
    return _in_area(as_of, ((row.unit, row.attended_on, 1) for row in life_meetings()))


@cache
def pieces_published(as_of: date) -> Mapping[str, int]:
    return _in_area(as_of, ((row.unit, row.issued_on, row.pieces) for row in publicity()))


@cache
def speakers(kind: str, as_of: date) -> Mapping[str, int]:
    told = ((row.unit, row.given_on, row.speakers) for row in lectures() if row.kind == kind)
    return _in_area(as_of, told)


def findings_for_rectification() -> int:
    """How many findings become ledger items."""
    return sum(row.for_rectification == "yes" for row in findings())


def _in_area(as_of: date, told: Iterable[tuple[str, date, int]]) -> Mapping[str, int]:
    """Region or league -> the sum of what was told of its area by that day, its own included."""
    sums = dict.fromkeys(report_units(), 0)
    for unit, on, n in told:
        if on <= as_of:
            for above in {ROOT, league_of(unit)}:
                sums[above] += n
    return sums
