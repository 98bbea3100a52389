"""Leaders' liaison points: the region's and Ordos's quotas as reported, who and when generated."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.days import workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, areas, banners, leagues
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.rows_supervision import (
    LiaisonLeader,
    LiaisonPoint,
    LiaisonVisit,
    LifeMeeting,
)
from deploy.scenarios.nmg_2014.teams import leaders_of_region

ORDOS: Final = "1506"
ORDOS_STANDING: Final = 6  # generated: how many of Ordos's leaders sit on the standing committee

# report: (area, rank) -> (target, at least, at most).
QUOTAS: Final[Mapping[tuple[str, str], tuple[tuple[str, int, int], ...]]] = {
    (ROOT, "regional_leader"): (("league", 1, 1), ("banner", 1, 1)),
    (ORDOS, "standing_committee"): (("department", 1, 1), ("banner", 1, 1), ("township", 1, 1)),
    (ORDOS, "city_leader"): (("department", 1, 1), ("life_meeting", 3, 5)),
    # generated: the report says only that every level's leaders have points of their own.
    (ROOT, "league_leader"): (("banner", 1, 2),),
    (ROOT, "banner_leader"): (("township", 1, 2),),
}
QUOTAS_SET_AT: Final = campaign.at(date(2014, 1, 25), 9)

_LEAGUE_LEADERS: Final = 10
_BANNER_LEADERS: Final = 6
_NAMED: Final = workdays(date(2014, 1, 26), date(2014, 2, 14))
_VISITED: Final = workdays(date(2014, 2, 17), date(2014, 3, 13))
_LIFE_MEETINGS: Final = workdays(date(2014, 3, 3), date(2014, 3, 14))
_MEETINGS_BY_REPORT: Final = 3


@cache
def liaison_leaders() -> tuple[LiaisonLeader, ...]:
    draws = Draws("liaison leaders")
    return tuple(
        LiaisonLeader(leader, area, rank, draws.pick(_NAMED)) for leader, area, rank in _ranks()
    )


@cache
def liaison_points() -> tuple[LiaisonPoint, ...]:
    draws = Draws("liaison points")
    return tuple(point for row in liaison_leaders() for point in _points(row, draws))


@cache
def liaison_visits() -> tuple[LiaisonVisit, ...]:
    draws = Draws("liaison visits")
    rows: list[LiaisonVisit] = []
    for point in liaison_points():
        for number in range(1, draws.between(0, 2) + 1):
            visit = f"v-{point.leader}-{point.unit}-{number}"
            on = draws.pick([day for day in _VISITED if day >= point.taken_on])
            rows.append(
                LiaisonVisit(visit, point.leader, point.unit, "到联系点调研指导活动开展情况", on)
            )
    return tuple(rows)


@cache
def life_meetings() -> tuple[LifeMeeting, ...]:
    """Ordos's other leaders are on their way to three to five each."""
    draws = Draws("life meetings")
    departments = _departments(ORDOS)
    rows: list[LifeMeeting] = []
    for row in liaison_leaders():
        if (row.area, row.rank) == (ORDOS, "city_leader"):
            count = draws.between(1, _MEETINGS_BY_REPORT)
            rows += [
                LifeMeeting(row.leader, unit.code, draws.pick(_LIFE_MEETINGS))
                for unit in draws.some(departments, count)
            ]
    return tuple(rows)


def _ranks() -> Iterator[tuple[str, str, str]]:
    for leader in leaders_of_region():
        yield leader, ROOT, "regional_leader"
    for league in leagues():
        for number in range(1, _LEAGUE_LEADERS + 1):
            standing = number <= ORDOS_STANDING
            in_ordos = "standing_committee" if standing else "city_leader"
            rank = in_ordos if league.code == ORDOS else "league_leader"
            yield f"p-{league.code}-{number:04d}", league.code, rank
    for banner in banners():
        for number in range(1, _BANNER_LEADERS + 1):
            yield f"p-{banner.code}-{number:04d}", banner.code, "banner_leader"


def _points(row: LiaisonLeader, draws: Draws) -> Iterator[LiaisonPoint]:
    quota = QUOTAS.get((row.area, row.rank)) or QUOTAS[(ROOT, row.rank)]
    for target, _, _ in quota:
        if target != "life_meeting":
            unit = draws.pick(_eligible(row.area, target))
            yield LiaisonPoint(row.leader, unit.code, target, row.named_on)


@cache
def _eligible(area: str, target: str) -> tuple[Area, ...]:
    """Units of the area that can be such a point."""
    if target == "department":
        return _departments(area)
    level = {"league": 2, "banner": 3, "township": 4}[target]
    return tuple(
        unit
        for unit in areas()
        if unit.level == level and unit.code.startswith(area) and unit.kind != "zone"
    )


@cache
def _departments(area: str) -> tuple[Area, ...]:
    return tuple(
        unit
        for unit in organisations()
        if unit.parent == area and unit.kind == "directly_affiliated"
    )
