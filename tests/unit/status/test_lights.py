"""Lights and figures: what a day says of what is done, missing and late."""

from datetime import date

import pytest
from msgspec import UNSET

from services.status.figures import (
    Counts,
    Mobilization,
    Plans,
    Sum,
    class_figures,
    counted,
    total,
    windows_by_class,
)
from services.status.lights import (
    ItemsStanding,
    Light,
    Nearness,
    Standing,
    is_near,
    ledger_light,
    mobilization_light,
)
from shared.contracts.schedule import Window
from shared.kernel.calendar import WorkingCalendar

WINDOW = Window((2, 3), ("area",), date(2014, 1, 24), date(2014, 2, 20))
MISSING = Standing(expected=4, mobilized=3, late=0)
DONE = Standing(expected=4, mobilized=4, late=0)
DONE_LATE = Standing(expected=4, mobilized=4, late=1)


@pytest.mark.parametrize(
    ("day", "standing", "colour"),
    [
        (date(2014, 1, 10), MISSING, "grey"),
        (date(2014, 2, 16), MISSING, "grey"),
        (date(2014, 2, 17), MISSING, "yellow"),
        (date(2014, 2, 20), MISSING, "yellow"),
        (date(2014, 2, 21), MISSING, "red"),
        (date(2014, 2, 16), DONE, "green"),
        (date(2014, 3, 1), DONE_LATE, "green"),
        (date(2014, 3, 1), Standing(0, 0, 0), "grey"),
    ],
)
def test_the_colour_follows_the_day_and_what_is_missing(
    day: date, standing: Standing, colour: str
) -> None:
    assert mobilization_light(day, WINDOW, standing).colour == colour


def test_late_stays_visible_on_green() -> None:
    light = mobilization_light(date(2014, 3, 1), WINDOW, DONE_LATE)

    assert (light.colour, light.late) == ("green", True)


def test_every_light_names_its_rule_and_reason_in_both_languages() -> None:
    for standing in (MISSING, DONE, DONE_LATE, Standing(0, 0, 0)):
        for window in (WINDOW, None):
            light = mobilization_light(date(2014, 2, 18), window, standing)

            assert light.rule == "mobilization-window"
            assert light.rule_zh == "动员会时限"
            assert light.reason_zh
            assert light.reason_en.isascii()


def test_near_is_told_in_working_days() -> None:
    """4 to 6 February 2014 were holidays: from 3 to 10 February there are three working days."""
    assert is_near(date(2014, 2, 6), date(2014, 2, 10))
    assert not is_near(date(2014, 2, 14), date(2014, 2, 20))


def test_near_may_be_told_otherwise_by_other_days_and_another_calendar() -> None:
    closed = frozenset(date(2014, 2, number) for number in range(17, 20))
    worked = frozenset({date(2014, 2, 8), date(2014, 2, 9)})

    assert is_near(date(2014, 2, 14), date(2014, 2, 20), Nearness(workdays=4))
    assert is_near(date(2014, 2, 14), date(2014, 2, 20), Nearness(3, WorkingCalendar(closed)))
    assert not is_near(
        date(2014, 2, 6), date(2014, 2, 10), Nearness(2, WorkingCalendar(worked=worked))
    )


def test_without_a_window_nothing_is_late_or_overdue() -> None:
    found = class_figures([Sum("expected", 3, 0), Sum("mobilized", 1, 0)], date(2014, 3, 1), None)

    assert found.figures.mobilization == Mobilization(
        mobilized=1, on_time=1, unscheduled=2, rate_permille=333
    )
    assert found.light.colour == "grey"
    assert found.window is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2014, 1, 20), Mobilization(3, 2, 1, 7, 0, 7, 0, 300)),
        (date(2014, 2, 20), Mobilization(3, 2, 1, 7, 0, 0, 0, 300)),
        (date(2014, 2, 21), Mobilization(3, 2, 1, 0, 7, 0, 0, 300)),
    ],
)
def test_what_is_missing_is_pending_until_the_window_closes(
    day: date, expected: Mobilization
) -> None:
    sums = [Sum("expected", 10, 0), Sum("mobilized", 3, 2)]

    assert counted(sums, day, WINDOW).mobilization == expected


def test_plans_leave_those_that_handed_in_none() -> None:
    sums = [
        Sum("expected", 12, 0),
        Sum("plan:implementation:approved", 7, 0),
        Sum("plan:implementation:in_review", 2, 0),
        Sum("plan:implementation:returned", 1, 0),
    ]

    found = counted(sums, date(2014, 2, 1), WINDOW).plans

    assert found == {"implementation": Plans(in_review=2, returned=1, approved=7, none=2)}


def test_every_metric_finds_its_place() -> None:
    sums = [
        Sum("expected", 5, 0),
        Sum("prepared", 4, 0),
        Sum("mobilization_planned", 2, 0),
        Sum("trained", 3, 0),
        Sum("training_sessions", 6, 0),
        Sum("training_participants:organisers", 80, 0),
        Sum("group:leading_group", 5, 0),
        Sum("group:office", 4, 0),
        Sum("working_rules", 1, 0),
    ]

    found = counted(sums, date(2014, 2, 1), None)

    assert found == Counts(
        expected=5, prepared=4, mobilization_planned=2, trained=3, training_sessions=6,
        participants={"organisers": 80}, leading_groups=5, offices=4, working_rules=1,
        mobilization=Mobilization(unscheduled=5, rate_permille=0),
    )  # fmt: skip


def test_a_total_adds_everything_and_takes_the_rate_anew() -> None:
    one = counted([Sum("expected", 2, 0), Sum("mobilized", 2, 2)], date(2014, 2, 21), WINDOW)
    other = counted(
        [Sum("expected", 2, 0), Sum("plan:communities:approved", 1, 0)], date(2014, 2, 21), WINDOW
    )

    found = total([one, other])

    assert found.mobilization == Mobilization(2, 2, 0, 0, 2, 0, 0, 500)
    assert found.plans == {"communities": Plans(approved=1, none=1)}
    assert total([]).mobilization.rate_permille is None


def test_each_class_has_the_first_window_that_covers_it() -> None:
    narrow = Window((2, 3), ("area",), date(2014, 1, 1), date(2014, 1, 2))
    wide = Window((1, 2, 3, 4, 5), ("area", "window_unit"), date(2014, 3, 1), date(2014, 3, 15))

    found = windows_by_class((narrow, wide))

    assert {name for name, window in found.items() if window is narrow} == {
        "league", "banner", "zone",
    }  # fmt: skip
    assert found["community"] is wide
    assert found["window_unit_l3"] is wide
    assert "leading_bodies_l2" not in found


@pytest.mark.parametrize(
    ("items", "colour", "late"),
    [
        (ItemsStanding(raised=0, open=0, due_soon=0, overdue=0, late=0), "grey", False),
        (ItemsStanding(raised=9, open=4, due_soon=0, overdue=0, late=0), "grey", False),
        (ItemsStanding(raised=9, open=4, due_soon=2, overdue=0, late=1), "yellow", True),
        (ItemsStanding(raised=9, open=4, due_soon=2, overdue=1, late=0), "red", False),
        (ItemsStanding(raised=9, open=0, due_soon=0, overdue=0, late=0), "green", False),
        (ItemsStanding(raised=9, open=0, due_soon=0, overdue=0, late=3), "green", True),
    ],
)
def test_the_ledger_has_a_light_by_its_worst_item(
    items: ItemsStanding, colour: str, late: bool
) -> None:
    light = ledger_light(items)

    assert (light.colour, light.late, light.rule) == (colour, late, "ledger-due-dates")
    assert light.rule_zh == "台账完成时限"
    assert light.reason_zh
    assert light.reason_en.isascii()


def test_a_class_without_items_has_no_light_for_them() -> None:
    without = class_figures([Sum("expected", 3, 0)], date(2014, 3, 1), None)
    with_items = class_figures(
        [Sum("items_raised", 3, 0), Sum("items_overdue", 1, 0)],
        date(2014, 3, 1),
        None,
    )

    assert without.ledger_light is UNSET
    assert isinstance(with_items.ledger_light, Light)
    assert with_items.ledger_light.colour == "red"
