"""Preparation ordered in November 2013 and done, unit by unit, until the deployment meeting."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.days import shifted, workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import Area, at_level
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.plans import plan_steps
from deploy.scenarios.nmg_2014.rows import Preparation

PREPARED_LEVELS: Final = (2, 3, 4, 5)

_DAY_AFTER_ORDER = campaign.PREPARATION_ORDERED_ON + timedelta(days=1)
_DAYS_BY_LEVEL: Final = {
    2: workdays(_DAY_AFTER_ORDER, date(2013, 12, 13)),
    3: workdays(date(2013, 11, 25), date(2014, 1, 10)),
    4: workdays(date(2013, 12, 9), campaign.DEPLOYED_ON),
}
_ATTACHED_DAYS: Final = workdays(date(2013, 12, 2), campaign.DEPLOYED_ON)
_NEVER_RECORDED: Final = 0.01  # townships and attached organisations only


@cache
def preparations() -> tuple[Preparation, ...]:
    """Areas of levels 2 to 4, and the departments and enterprises of levels 2 and 3.

    Of grassroots units nothing is recorded before their window: they show as ordered to prepare.
    """
    draws = Draws("preparations")
    first_plan = _first_submissions()
    done = [
        Preparation(unit.code, _before_plan(draws.pick(days), first_plan.get(unit.code)))
        for unit, days in _preparing()
        if _certain(unit) or not draws.chance(_NEVER_RECORDED)
    ]
    return tuple(sorted(done, key=lambda row: (row.prepared_on, row.unit)))


def _preparing() -> Iterator[tuple[Area, tuple[date, ...]]]:
    for level, days in _DAYS_BY_LEVEL.items():
        yield from ((unit, days) for unit in at_level(level))
    for unit in organisations():
        if unit.kind in {"directly_affiliated", "enterprise_institution"}:
            yield unit, _ATTACHED_DAYS


def _certain(unit: Area) -> bool:
    return unit.level <= 3 and "-" not in unit.code


def _first_submissions() -> dict[str, date]:
    first: dict[str, date] = {}
    for step in plan_steps():
        first.setdefault(step.unit, step.at.date())
    return first


def _before_plan(day: date, submitted_on: date | None) -> date:
    """Preparing ends before a plan is handed in."""
    return day if submitted_on is None else min(day, shifted(submitted_on, -1))
