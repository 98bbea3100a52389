"""Supervision teams at three levels: numbers as reported, members and days generated."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from deploy.scenarios.nmg_2014.days import shifted, workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, areas, at_level, banners, leagues
from deploy.scenarios.nmg_2014.rows_supervision import Dispatch, Team, TeamTraining
from deploy.scenarios.nmg_2014.trainings import REGION_TEAMS_TRAINED_ON

# report: 13 teams of the region, one of them for make-up, with 115 people; 228 of the leagues;
# 1,272 of the banners; Ulanqab's 20 at the end of 2013.
REGION_TEAMS: Final = 13
REGION_TEAM_PEOPLE: Final = 115
LEAGUE_TEAMS: Final = 228
BANNER_TEAMS: Final = 1_272
ULANQAB: Final = "1509"
ULANQAB_TEAMS: Final = 20

MAKE_UP: Final = "st-15-13"
MAKE_UP_OFFICIALS: Final = 46  # generated: the report says "some"
OFFICIALS_LISTED_ON: Final = date(2014, 2, 11)

_LARGE: Final = 9  # 11 teams of nine and 2 of eight are 115 people
_SMALL_TEAMS: Final = 2
_MEMBERS: Final = {2: (4, 6), 3: (3, 5)}
_REGION_FORMED_ON: Final = date(2014, 1, 27)
_REGION_DISPATCHED: Final = workdays(date(2014, 2, 11), date(2014, 2, 13))
_ULANQAB_FORMED: Final = workdays(date(2013, 12, 9), date(2013, 12, 13))
_ULANQAB_DISPATCHED: Final = workdays(date(2013, 12, 23), date(2013, 12, 31))
_FORMED: Final = {
    2: workdays(date(2014, 1, 27), date(2014, 2, 8)),
    3: workdays(date(2014, 2, 7), date(2014, 2, 18)),
}
_NUMBERS: Final = "一二三四五六七八九十"


class Posting(NamedTuple):
    """A team with its way to the unit it is stationed at; a make-up team goes nowhere."""

    team: Team
    trained_on: date
    unit: str
    dispatched_on: date | None


@cache
def postings() -> tuple[Posting, ...]:
    """Every team, the region's first."""
    draws = Draws("teams")
    return (*_of_region(draws), *_of_leagues(draws), *_of_banners(draws))


@cache
def teams() -> tuple[Team, ...]:
    return tuple(posting.team for posting in postings())


@cache
def team_trainings() -> tuple[TeamTraining, ...]:
    return tuple(
        TeamTraining(posting.team.team, f"tt-{posting.team.team}", posting.trained_on)
        for posting in postings()
    )


@cache
def dispatches() -> tuple[Dispatch, ...]:
    """Teams patrol everything below their station."""
    return tuple(
        Dispatch(posting.team.team, posting.unit, (), posting.dispatched_on)
        for posting in postings()
        if posting.dispatched_on is not None
    )


def make_up_officials() -> tuple[str, ...]:
    return tuple(f"p-15-m{number:03d}" for number in range(1, MAKE_UP_OFFICIALS + 1))


def _of_region(draws: Draws) -> Iterator[Posting]:
    stations = [league.code for league in leagues()]
    for number in range(1, REGION_TEAMS + 1):
        size = _LARGE - (number > REGION_TEAMS - _SMALL_TEAMS)
        code = f"st-{ROOT}-{number:02d}"
        stationed = number <= len(stations)
        # report: standing committee members and other leaders of the region lead; which, generated.
        first_leader = f"p-{ROOT}-{number:04d}" if stationed else ""
        members = _members(code, size - bool(first_leader))
        team = Team(
            code,
            f"自治区党委第{_chinese(number)}督导组",
            ROOT,
            "station" if stationed else "make_up",
            first_leader,
            members[0],
            (first_leader, *members) if first_leader else members,
            _REGION_FORMED_ON,
        )
        unit = stations[number - 1] if stationed else ""
        on = draws.pick(_REGION_DISPATCHED) if stationed else None
        yield Posting(team, REGION_TEAMS_TRAINED_ON, unit, on)


def _of_leagues(draws: Draws) -> Iterator[Posting]:
    third = _spread(
        [unit.code for unit in at_level(3) if unit.parent != ULANQAB],
        LEAGUE_TEAMS - ULANQAB_TEAMS,
        draws,
    )
    early = _spread(
        [unit.code for unit in at_level(3) if unit.parent == ULANQAB], ULANQAB_TEAMS, draws
    )
    for league in leagues():
        stations = early if league.code == ULANQAB else third
        below = [unit for unit in at_level(3) if unit.parent == league.code]
        yield from _sent(league, [u for u in below for _ in range(stations[u.code])], draws)


def _of_banners(draws: Draws) -> Iterator[Posting]:
    of_banners = {banner.code for banner in banners()}
    stations = [unit for unit in at_level(4) if unit.parent in of_banners]
    count = _spread([unit.code for unit in stations], BANNER_TEAMS, draws)
    below: dict[str, list[Area]] = {code: [] for code in of_banners}
    for unit in stations:
        below[unit.parent] += [unit] * count[unit.code]
    for banner in banners():
        yield from _sent(banner, below[banner.code], draws)


def _sent(area: Area, stations: Sequence[Area], draws: Draws) -> Iterator[Posting]:
    """The teams of a league or banner, one for each entry of the stations."""
    early = area.code == ULANQAB
    for number, station in enumerate(stations, start=1):
        code = f"st-{area.code}-{number:02d}"
        members = _members(code, draws.between(*_MEMBERS[area.level]))
        formed_on = draws.pick(_ULANQAB_FORMED if early else _FORMED[area.level])
        team = Team(
            code,
            f"{area.name}第{_chinese(number)}督导组",
            area.code,
            "station",
            "",
            members[0],
            members,
            formed_on,
        )
        trained_on = shifted(formed_on, draws.between(1, 3))
        on = draws.pick(_ULANQAB_DISPATCHED) if early else shifted(trained_on, draws.between(1, 4))
        yield Posting(team, trained_on, station.code, on)


def _spread(codes: Sequence[str], count: int, draws: Draws) -> dict[str, int]:
    """So many teams over these units, as evenly as can be; drawn, who gets one more."""
    each, over = divmod(count, len(codes))
    more = set(draws.some(codes, over))
    return {code: each + (code in more) for code in codes}


def _members(team: str, size: int) -> tuple[str, ...]:
    return tuple(f"p-{team}-{number:02d}" for number in range(1, size + 1))


def _chinese(number: int) -> str:
    """A number below 100 in Chinese."""
    tens, units = divmod(number, 10)
    if not tens:
        return _NUMBERS[units - 1]
    before = "" if tens == 1 else _NUMBERS[tens - 1]
    return before + "十" + (_NUMBERS[units - 1] if units else "")


def leaders_of_region() -> tuple[str, ...]:
    """Who of the region leads a team: as many as there are leagues."""
    return tuple(f"p-{ROOT}-{number:04d}" for number in range(1, len(leagues()) + 1))


@cache
def stationed_at() -> dict[str, list[Posting]]:
    """Unit -> the teams that came to it."""
    found: dict[str, list[Posting]] = {unit.code: [] for unit in areas()}
    for posting in postings():
        if posting.unit:
            found[posting.unit].append(posting)
    return found
