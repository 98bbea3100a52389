"""Mobilization meetings: all leagues and banners as reported, everything else generated."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.days import workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import (
    Area,
    areas,
    at_level,
    banners,
    league_of,
)
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.people import leader_of
from deploy.scenarios.nmg_2014.rows import Mobilization

# The report has all 102 banners mobilized on 4 March and ordered for 20 February, and does not
# say how many kept the day: these are generated as late, so that late can be seen.
LATE_BANNERS: Final = 3
_LATE_BANNER_DAYS: Final = workdays(date(2014, 2, 21), date(2014, 2, 28))
_LEAGUE_DAYS: Final = workdays(date(2014, 1, 26), date(2014, 2, 14))
_BANNER_DAYS: Final = workdays(date(2014, 2, 7), campaign.LEADING_CLOSE_ON)

_ATTACHED_DAYS: Final = (
    *workdays(campaign.LEADING_CLOSE_ON, date(2014, 2, 28)),
    campaign.ATTACHED_CLOSE_ON,  # a Saturday, and the last day that counts
)
_ATTACHED_LATE_DAYS: Final = workdays(date(2014, 3, 3), date(2014, 3, 14))
_ATTACHED_LATE: Final = 0.025
_ATTACHED_NEVER: Final = 0.004

_EARLY_DAYS: Final = tuple(date(2014, 3, day) for day in (1, 3, 3, 4, 4))
_MAIN_DAYS: Final = tuple(date(2014, 3, day) for day in (5, 6, 7, 8, 10, 11, 12, 13, 14, 15))
_LATE_DAYS: Final = workdays(date(2014, 3, 17), date(2014, 3, 28))
_GRASSROOTS_LATE: Final = 0.008
_GRASSROOTS_NEVER: Final = 0.003
_TOWNSHIP_PACE_PERCENT: Final = (15, 45)  # held by 4 March, by league
_VILLAGE_SHARE_OF_PACE: Final = 0.5

_MORNING_AND_AFTERNOON: Final = ((9, 0), (9, 30), (14, 30), (15, 0))
_HOURS_BY_LEVEL: Final = {
    4: ((8, 30), (9, 0), (10, 0), (14, 30), (15, 0)),
    5: ((8, 0), (9, 0), (10, 0), (15, 0), (19, 0)),
}
_ATTENDEES_OF_AREAS: Final = {2: (380, 900), 3: (150, 480), 4: (40, 160), 5: (12, 80)}
_ATTENDEES_ATTACHED: Final = (12, 140)
_PLACE_OF_AREAS: Final = {2: "会议中心", 3: "会议中心", 4: "机关会议室", 5: "党员活动室"}


@cache
def held_on() -> dict[str, date]:
    """The day on which each unit held its meeting; those that never did are not in it."""
    draws = Draws("mobilization days")
    days: dict[str, date] = {}
    _leagues_and_banners(days, draws)
    _grassroots(days, draws)
    _attached(days, draws)
    return days


@cache
def mobilizations() -> tuple[Mobilization, ...]:
    """Every meeting held, in the order of time."""
    draws = Draws("mobilization meetings")
    held = held_on()
    meetings = [_meeting(unit, held[unit.code], draws) for unit in areas() if unit.code in held]
    of_area = {meeting.unit: meeting for meeting in meetings}
    for unit in organisations():
        if unit.kind == "leading_bodies" and unit.parent in of_area:
            meetings.append(_same_meeting(unit, of_area[unit.parent], draws))
        elif unit.code in held:
            meetings.append(_meeting(unit, held[unit.code], draws))
    return tuple(sorted(meetings, key=lambda meeting: (meeting.held_at, meeting.unit)))


def late_banners() -> frozenset[str]:
    """Which banners hold their meeting after 20 February: generated, not reported."""
    codes = [banner.code for banner in banners()]
    return frozenset(Draws("late banners").some(codes, LATE_BANNERS))


def _leagues_and_banners(days: dict[str, date], draws: Draws) -> None:
    late = late_banners()
    for league in at_level(2):
        days[league.code] = draws.pick(_LEAGUE_DAYS)
    for unit in at_level(3):
        after_league = [day for day in _BANNER_DAYS if day > days[unit.parent]]
        days[unit.code] = draws.pick(_LATE_BANNER_DAYS if unit.code in late else after_league)


def _grassroots(days: dict[str, date], draws: Draws) -> None:
    pace = _pace_of_leagues()
    for unit in areas():
        if unit.level < 4:
            continue
        share = pace(unit) * (1.0 if unit.level == 4 else _VILLAGE_SHARE_OF_PACE)
        _put(days, unit.code, _grassroots_day(draws, share, days.get(unit.parent)))


def _attached(days: dict[str, date], draws: Draws) -> None:
    pace = _pace_of_leagues()
    for unit in organisations():
        above = days.get(unit.parent)
        if unit.kind == "leading_bodies":
            _put(days, unit.code, above)
        elif unit.level >= 4:
            _put(days, unit.code, _grassroots_day(draws, pace(unit), above))
        else:
            _put(days, unit.code, _attached_day(draws, above or campaign.DEPLOYED_ON))


def _put(days: dict[str, date], code: str, day: date | None) -> None:
    if day is not None:
        days[code] = day


def _pace_of_leagues() -> Callable[[Area], float]:
    draws = Draws("pace of leagues")
    low, high = _TOWNSHIP_PACE_PERCENT
    pace = {league.code: draws.between(low, high) / 100 for league in at_level(2)}
    return lambda unit: pace[league_of(unit.code)]


def _grassroots_day(draws: Draws, pace: float, above: date | None) -> date | None:
    """Never before the unit above, whose meeting it carries on."""
    if draws.chance(_GRASSROOTS_NEVER):
        return None
    if draws.chance(_GRASSROOTS_LATE):
        day = draws.pick(_LATE_DAYS)
    else:
        day = draws.pick(_EARLY_DAYS if draws.chance(pace) else _MAIN_DAYS)
    return day if above is None else max(day, above)


def _attached_day(draws: Draws, above: date) -> date | None:
    if draws.chance(_ATTACHED_NEVER):
        return None
    if draws.chance(_ATTACHED_LATE):
        return draws.pick(_ATTACHED_LATE_DAYS)
    return draws.pick([day for day in _ATTACHED_DAYS if day > above])


def _meeting(unit: Area, day: date, draws: Draws) -> Mobilization:
    attached = "-" in unit.code
    hour, minute = draws.pick(_HOURS_BY_LEVEL.get(unit.level, _MORNING_AND_AFTERNOON))
    fewest, most = _ATTENDEES_ATTACHED if attached else _ATTENDEES_OF_AREAS[unit.level]
    return Mobilization(
        unit=unit.code,
        held_at=campaign.at(day, hour, minute),
        attendees=draws.between(fewest, most),
        chaired_by=leader_of(unit.code) if unit.level < 5 and not attached else "",
        place=unit.name + ("会议室" if attached else _PLACE_OF_AREAS[unit.level]),
    )


def _same_meeting(unit: Area, meeting: Mobilization, draws: Draws) -> Mobilization:
    """Leading bodies meet in their area's own meeting, a while before it opens to everyone."""
    early = meeting.held_at - timedelta(minutes=30)
    return meeting._replace(unit=unit.code, held_at=early, attendees=draws.between(18, 42))
