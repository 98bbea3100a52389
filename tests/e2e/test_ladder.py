"""Whom the urging ladder would urge in the scenario, against a naive recount of its rows."""

from datetime import date

import httpx
import pytest

from deploy.cli_client import Services
from deploy.local import Stack
from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.hierarchy import Area, areas
from deploy.scenarios.nmg_2014.mobilizations import held_on
from deploy.scenarios.nmg_2014.organisations import organisations
from shared.contracts.schedule import window_for
from shared.kernel.calendar import WorkingCalendar

CALENDAR = WorkingCalendar()


def closes_on(unit: Area) -> date | None:
    window = window_for(campaign.WINDOWS, unit.level, unit.kind)
    return None if window is None else window.closes_on


def urged(day: date, workdays: int) -> int:
    """Units not mobilized by `day` whose step, so many workdays off, fell in the ten before it."""
    oldest = CALENDAR.add_workdays(day, -10)
    held = held_on()
    found = 0
    for unit in (*areas(), *organisations()):
        due_on = closes_on(unit)
        if due_on is None or held.get(unit.code, date.max) <= day:
            continue
        found += oldest <= CALENDAR.add_workdays(due_on, workdays) <= day
    return found


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("day", [date(2014, 2, 17), date(2014, 2, 21), date(2014, 3, 12)])
def test_a_preview_counts_the_units_that_are_late_or_near(
    stack: Stack, services: Services, day: date
) -> None:
    answer = httpx.get(
        f"{stack.urls['rectification']}/campaigns/{campaign.CAMPAIGN}/urging/preview?day={day}",
        headers={"Authorization": f"Bearer {services.token('service-15')}"},
        timeout=60,
        trust_env=False,
    )
    counts = {
        count["step"]: count["steps"]
        for count in answer.json()["counts"]
        if count["subject"] == "mobilization"
    }

    steps = {"reminder": -3, "notice": 1, "bulletin": 5, "interview": 10}
    expected = {step: urged(day, workdays) for step, workdays in steps.items()}
    assert counts == {step: count for step, count in expected.items() if count}
    assert counts
