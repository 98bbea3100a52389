"""Publicity by channel, lectures and lessons, joint meetings and rules of teams."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, areas, at_level, banners, leagues
from deploy.scenarios.nmg_2014.rows_supervision import Lecture, Publicity

CHANNELS: Final = {
    "press": "报刊专栏",
    "broadcasting": "广播电视专题",
    "microblog": "官方微博",
    "wechat": "微信公众号",
    "qq_group": "QQ群推送",
    "mobile_paper": "手机报",
}  # report: the channels; what was published is generated
_WEEKS: Final = (
    date(2014, 1, 27),
    date(2014, 2, 17),
    date(2014, 2, 24),
    date(2014, 3, 3),
    date(2014, 3, 10),
)
_PIECES: Final = {1: (10, 60), 2: (4, 30), 3: (1, 12)}
_CHANNELS_OF_BANNERS: Final = 3

TONGLIAO: Final = "1505"
CADRES_LECTURING: Final = 1_000  # report: "a thousand cadres", "a thousand branch secretaries"
SECRETARIES_TEACHING: Final = 1_000
_LECTURED: Final = workdays(date(2014, 2, 17), date(2014, 3, 3))

# report: joint meetings, working rules and discipline in Hulunbuir, Alxa; the days generated.
TEAM_RULES_IN: Final = ("1507", "1529")
TEAM_RULES: Final = (
    ("working_rules", "督导组工作制度", date(2014, 2, 12)),
    ("discipline", "督导组工作纪律守则", date(2014, 2, 12)),
)
JOINT_MEETINGS: Final = (date(2014, 2, 14), date(2014, 2, 28))


@cache
def publicity() -> tuple[Publicity, ...]:
    draws = Draws("publicity")
    units = [*(unit for unit in areas() if unit.code == ROOT), *leagues(), *banners()]
    return tuple(issue for unit in units for issue in _issues(unit, draws))


@cache
def lectures() -> tuple[Lecture, ...]:
    """A thousand cadres and a thousand branch secretaries over Tongliao's townships."""
    draws = Draws("lectures")
    townships = [unit for unit in at_level(4) if unit.code.startswith(TONGLIAO)]
    cadres = _shares(CADRES_LECTURING, len(townships))
    secretaries = _shares(SECRETARIES_TEACHING, len(townships))
    rows: list[Lecture] = []
    for unit, lecturing, teaching in zip(townships, cadres, secretaries, strict=True):
        rows.append(_lecture(unit, "cadre_lecture", "干部下基层宣讲", lecturing, draws))
        rows.append(_lecture(unit, "secretary_lesson", "支部书记讲党课", teaching, draws))
    return tuple(rows)


def _issues(unit: Area, draws: Draws) -> Iterator[Publicity]:
    channels = list(CHANNELS)
    if unit.level == 3:
        channels = draws.some(channels, _CHANNELS_OF_BANNERS)
    for channel in channels:
        for number, on in enumerate(_WEEKS, start=1):
            yield Publicity(
                f"pub-{unit.code}-{channel.replace('_', '-')}-{number}",
                unit.code,
                channel,
                f"{unit.name}{CHANNELS[channel]}",
                draws.between(*_PIECES[unit.level]),
                on,
            )


def _lecture(unit: Area, kind: str, title: str, speakers: int, draws: Draws) -> Lecture:
    code = f"lec-{unit.code}-{'c' if kind == 'cadre_lecture' else 's'}"
    lectures = speakers + draws.between(0, speakers // 2)
    on = draws.pick(_LECTURED)
    return Lecture(code, unit.code, kind, title, speakers, lectures, lectures * 32, on)


def _shares(count: int, parts: int) -> list[int]:
    """Whole numbers as equal as can be that add up to the count."""
    each, over = divmod(count, parts)
    return [each + (number < over) for number in range(parts)]
