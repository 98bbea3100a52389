"""Training of office staff, supervision teams and organisers, before and after the start."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, areas
from deploy.scenarios.nmg_2014.rows import Training

AUDIENCES: Final = ("office_staff", "supervision_team", "organisers")

# report: the region's teams count 115 people, all trained at once; the day is assumed.
REGION_TEAMS_TRAINED_ON: Final = date(2014, 2, 10)
REGION_TEAM_MEMBERS: Final = 115

_BEFORE: Final = workdays(date(2013, 12, 16), date(2014, 1, 17))
_AFTER: Final = workdays(date(2014, 2, 10), date(2014, 3, 4))
_TOWNSHIP_AFTER: Final = workdays(date(2014, 2, 17), date(2014, 3, 7))
_PARTICIPANTS: Final = {1: (110, 320), 2: (60, 220), 3: (30, 140), 4: (8, 45)}
_TOWNSHIPS_TRAINED_BEFORE: Final = 0.4


@cache
def trainings() -> tuple[Training, ...]:
    """Every training, in the order of time; participants generated but for the region's teams."""
    draws = Draws("trainings")
    rows = [row for unit in areas() if unit.level <= 4 for row in _of_unit(unit, draws)]
    return tuple(sorted(rows, key=lambda row: (row.held_on, row.training)))


def _of_unit(unit: Area, draws: Draws) -> Iterator[Training]:
    courses = _township_courses(draws) if unit.level == 4 else _courses(unit, draws)
    fewest, most = _PARTICIPANTS[unit.level]
    for number, (audience, day) in enumerate(courses, start=1):
        region_teams = unit.code == ROOT and day == REGION_TEAMS_TRAINED_ON
        yield Training(
            unit=unit.code,
            training=f"t-{unit.code}-{number:02d}",
            audience=audience,
            held_on=day,
            participants=REGION_TEAM_MEMBERS if region_teams else draws.between(fewest, most),
        )


def _courses(unit: Area, draws: Draws) -> Iterator[tuple[str, date]]:
    for audience in AUDIENCES:
        yield audience, draws.pick(_BEFORE)
        if unit.code == ROOT and audience == "supervision_team":
            yield audience, REGION_TEAMS_TRAINED_ON
        else:
            yield audience, draws.pick(_AFTER[1:])


def _township_courses(draws: Draws) -> Iterator[tuple[str, date]]:
    if draws.chance(_TOWNSHIPS_TRAINED_BEFORE):
        yield "organisers", draws.pick(_BEFORE)
    yield "organisers", draws.pick(_TOWNSHIP_AFTER)
