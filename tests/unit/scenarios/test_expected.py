"""The recount: consistent with itself, with the report, and with the tables written down here."""

from datetime import date

import pytest

from deploy.scenarios.nmg_2014 import campaign, expected
from deploy.scenarios.nmg_2014.expected import DATES, Figures, PlanFigures
from deploy.scenarios.nmg_2014.files import units
from shared.contracts.schedule import window_for
from shared.kernel.units import unit_class

FEB_20, MAR_1, MAR_4, MAR_15 = DATES


@pytest.mark.parametrize("as_of", DATES)
def test_every_expected_unit_is_in_exactly_one_state(as_of: date) -> None:
    for classes in expected.mobilization(as_of).values():
        for figures in classes.values():
            assert figures.expected == figures.mobilized + figures.pending + figures.overdue


@pytest.mark.parametrize("as_of", DATES)
def test_leagues_and_what_hangs_at_the_region_sum_to_the_region(as_of: date) -> None:
    tables = expected.mobilization(as_of)
    region = tables["15"]
    for name, figures in region.items():
        if name != "league" and not name.endswith("_l1"):
            below = [tables[code][name] for code in tables if code != "15" and name in tables[code]]
            assert figures.expected == sum(league.expected for league in below)
            assert figures.on_time == sum(league.on_time for league in below)
            assert figures.late == sum(league.late for league in below)


@pytest.mark.parametrize("as_of", DATES)
def test_a_league_counts_for_the_region_and_not_for_itself(as_of: date) -> None:
    tables = expected.mobilization(as_of)

    assert [code for code, classes in tables.items() if "league" in classes] == ["15"]


def test_expected_units_do_not_change_from_day_to_day() -> None:
    counts = [
        {name: figures.expected for name, figures in expected.mobilization(day)["15"].items()}
        for day in DATES
    ]

    assert counts[0] == counts[1] == counts[2] == counts[3]
    assert sum(counts[0].values()) == len(units()) - 2


def test_the_recounts_own_table_of_windows_is_that_of_the_campaign() -> None:
    for unit in units():
        window = window_for(campaign.WINDOWS, unit.level, unit.kind)
        name = unit_class(unit.level, unit.kind)
        assert expected.CLOSES_ON.get(name) == (window.closes_on if window else None)


def test_the_report_is_reproduced_on_its_day() -> None:
    region = expected.mobilization(expected.REPORTED_ON)["15"]

    assert (region["league"].mobilized, region["league"].expected) == (12, 12)
    assert (region["banner"].mobilized, region["banner"].expected) == (102, 102)
    assert (
        [kind for _, kind, *_ in campaign.DOCUMENTS].count("work_plan") == expected.WORK_PLANS == 1
    )
    opinions = [kind for _, kind, *_ in campaign.DOCUMENTS].count("guiding_opinion")
    assert opinions == expected.GUIDING_OPINIONS == 4


# (expected, on_time, late, pending, overdue) of the region, written down once: a change of the
# generator that moves a figure must be seen here.
REGION = {
    FEB_20: {
        "league": (12, 12, 0, 0, 0),
        "banner": (102, 99, 0, 3, 0),
        "zone": (6, 6, 0, 0, 0),
        "leading_bodies_l3": (108, 105, 0, 3, 0),
        "directly_affiliated_l2": (472, 53, 0, 419, 0),
        "township": (948, 0, 0, 948, 0),
    },
    MAR_1: {
        "banner": (102, 99, 3, 0, 0),
        "directly_affiliated_l2": (472, 459, 0, 13, 0),
        "directly_affiliated_l3": (1402, 1366, 0, 36, 0),
        "township": (948, 53, 0, 895, 0),
        "subdistrict": (277, 22, 0, 255, 0),
    },
    MAR_4: {
        "league": (12, 12, 0, 0, 0),
        "banner": (102, 99, 3, 0, 0),
        "directly_affiliated_l2": (472, 459, 2, 0, 11),
        "directly_affiliated_l3": (1402, 1366, 10, 0, 26),
        "township": (948, 314, 0, 634, 0),
        "subdistrict": (277, 115, 0, 162, 0),
        "village": (11612, 695, 0, 10917, 0),
        "community": (2980, 223, 0, 2757, 0),
    },
    MAR_15: {
        "directly_affiliated_l2": (472, 459, 12, 0, 1),
        "township": (948, 938, 0, 10, 0),
        "subdistrict": (277, 275, 0, 2, 0),
        "village": (11612, 11374, 0, 238, 0),
        "community": (2980, 2927, 0, 53, 0),
        "floating_branch_l4": (154, 147, 0, 7, 0),
    },
}


@pytest.mark.parametrize("as_of", DATES)
def test_the_regions_figures_are_those_written_down(as_of: date) -> None:
    shown = expected.mobilization(as_of)["15"]

    assert {name: shown[name] for name in REGION[as_of]} == {
        name: Figures(*figures) for name, figures in REGION[as_of].items()
    }


def test_what_was_pending_is_overdue_the_day_after_the_window_closes() -> None:
    before = expected.mobilization(date(2014, 2, 20))["15"]["banner"]
    after = expected.mobilization(date(2014, 2, 21))["15"]["banner"]

    assert (before.pending, before.overdue) == (3, 0)
    assert after.pending == 0
    assert after.overdue + after.late == 3


@pytest.mark.parametrize("as_of", DATES)
def test_implementation_plans_of_leagues_are_all_approved(as_of: date) -> None:
    assert expected.plans(as_of)["15"][("league", "implementation")] == PlanFigures(12, 12, 0, 0)


def test_plans_of_banners_by_state_are_those_written_down() -> None:
    on_report_day = expected.plans(MAR_4)["15"]

    assert on_report_day[("banner", "implementation")] == PlanFigures(102, 102, 0, 0)
    assert on_report_day[("banner", "gacha_villages")] == PlanFigures(102, 94, 1, 0)
    assert on_report_day[("banner", "gacha_villages")].none == 7


@pytest.mark.parametrize("as_of", DATES)
def test_no_plan_is_counted_twice(as_of: date) -> None:
    for plans in expected.plans(as_of).values():
        for figures in plans.values():
            assert 0 <= figures.none <= figures.expected
