"""Ledger items: Hohhot's 9 and Wuhai's 110 as reported, every other unit's own generated."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import shifted, workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import Area, area, area_of, areas, at_level
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.people import office_head_of
from deploy.scenarios.nmg_2014.problems import HOHHOT, OPINIONS, PROBLEMS, Problem
from deploy.scenarios.nmg_2014.rows_rectification import Item

HOHHOT_UNIT: Final = "1501"
HOHHOT_PROGRAMME: Final = "hohhot-special"
HOHHOT_ITEMS: Final = 9  # report
WUHAI: Final = "1503"
WUHAI_OPINIONS: Final = 110  # report: each with person, unit and due date; ecology, safety first
_FIRST_MATTERS: Final = ("ecology", "public_safety")
_FIRST_MATTERS_SHARE: Final = 0.45

_HOHHOT_RAISED_ON: Final = date(2014, 2, 17)
_WUHAI_RAISED: Final = workdays(date(2014, 2, 10), date(2014, 2, 21))
_RAISED: Final = {
    2: workdays(date(2014, 2, 17), date(2014, 3, 7)),
    3: workdays(date(2014, 2, 20), date(2014, 3, 10)),
    4: workdays(date(2014, 3, 3), date(2014, 3, 13)),
    5: workdays(date(2014, 3, 4), date(2014, 3, 14)),
}
_WORKDAYS_TO_MEND: Final = (4, 60)
# How many problems a unit of that level finds with itself: (fewest, most).
_OF_AREAS: Final = {2: (6, 10), 3: (6, 10), 4: (2, 3)}
_OF_ORGANISATIONS: Final = {2: (1, 3), 3: (1, 2)}
_OF_VILLAGES: Final = 0.85


@cache
def items() -> tuple[Item, ...]:
    """Every item in the order of days; those that findings become are not among them."""
    draws = Draws("items")
    rows = [*_of_hohhot(draws), *_of_wuhai(draws), *_self_checked(draws)]
    return tuple(sorted(rows, key=lambda row: (row.raised_on, row.item)))


def verifier_of(unit: str) -> str:
    """Who verifies: the office of the area, or of the township for a village."""
    found = area_of(unit)
    return office_head_of(area(found.parent) if found.level == 5 else found)


def _of_hohhot(draws: Draws) -> Iterator[Item]:
    """The city's own programme of special rectification; units and dates generated."""
    for number, problem in enumerate(HOHHOT, start=1):
        yield Item(
            f"hohhot-{number:02d}", HOHHOT_UNIT, "special_rectification", "", problem.category,
            problem.summary, f"p-{HOHHOT_UNIT}-{number:04d}",
            shifted(_HOHHOT_RAISED_ON, draws.between(12, 60)), _HOHHOT_RAISED_ON, "",
            HOHHOT_PROGRAMME,
        )  # fmt: skip


def _of_wuhai(draws: Draws) -> Iterator[Item]:
    units = [
        area(WUHAI),
        *(unit for unit in at_level(3) if unit.parent == WUHAI),
        *(unit for unit in organisations() if unit.parent == WUHAI and "-D" in unit.code),
    ]
    first = [opinion for opinion in OPINIONS if opinion.category in _FIRST_MATTERS]
    others = [opinion for opinion in OPINIONS if opinion.category not in _FIRST_MATTERS]
    for number in range(1, WUHAI_OPINIONS + 1):
        opinion = draws.pick(first if draws.chance(_FIRST_MATTERS_SHARE) else others)
        unit = draws.pick(units)
        on = draws.pick(_WUHAI_RAISED)
        yield _item(f"wuhai-{number:03d}", unit, "opinion", opinion, on, draws)


def _self_checked(draws: Draws) -> Iterator[Item]:
    for unit in (*areas(), *organisations()):
        for number in range(1, _own_problems(unit, draws) + 1):
            on = draws.pick(_RAISED[unit.level])
            problem = draws.pick(PROBLEMS)
            yield _item(f"it-{unit.code}-{number:02d}", unit, "self_check", problem, on, draws)


def _own_problems(unit: Area, draws: Draws) -> int:
    if "-" in unit.code:
        return draws.between(*_OF_ORGANISATIONS.get(unit.level, (0, 0)))
    if unit.level == 5:
        return int(draws.chance(_OF_VILLAGES))
    return draws.between(*_OF_AREAS.get(unit.level, (0, 0)))


def _item(
    code: str, unit: Area, source: str, problem: Problem, raised_on: date, draws: Draws
) -> Item:
    return Item(
        code, unit.code, source, "", problem.category, problem.summary,
        draws.pick(_responsible(unit)), shifted(raised_on, draws.between(*_WORKDAYS_TO_MEND)),
        raised_on, "", "",
    )  # fmt: skip


def _responsible(unit: Area) -> Sequence[str]:
    """Leaders of the area; never the head of its office, who verifies."""
    found = area_of(unit.code)
    if found.level == 5:
        return (f"p-{found.parent}-0001",)
    count = {2: 8, 3: 6, 4: 1}[found.level]
    return [f"p-{found.code}-{number:04d}" for number in range(1, count + 1)]
