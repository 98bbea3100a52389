"""Instructors of grassroots units: 16,888 as reported, one or two each; days generated."""

from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import at_level
from deploy.scenarios.nmg_2014.rows_supervision import Instructor

INSTRUCTORS: Final = 16_888  # report: townships and subdistricts have sent them by 4 March
_ASSIGNED: Final = workdays(date(2014, 2, 19), date(2014, 3, 3))


@cache
def instructors() -> tuple[Instructor, ...]:
    """In the order of the units; each township numbers its own."""
    draws = Draws("instructors")
    units = at_level(5)
    second = set(draws.some([unit.code for unit in units], INSTRUCTORS - len(units)))
    numbers: dict[str, int] = {}
    rows: list[Instructor] = []
    for unit in units:
        on = draws.pick(_ASSIGNED)
        for _ in range(1 + (unit.code in second)):
            number = numbers[unit.parent] = numbers.get(unit.parent, 0) + 1
            person = f"p-{unit.parent}-i{number:03d}"
            rows.append(Instructor(unit.code, person, unit.parent, on))
    return tuple(rows)
