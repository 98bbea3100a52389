"""Working days follow the official calendar, and counting undoes adding."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.calendar import SHANGHAI, WorkingCalendar, local_date, local_instant

CALENDAR = WorkingCalendar()
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
CLOSED = st.frozensets(st.dates(date(2013, 12, 1), date(2014, 4, 1)), max_size=20)
COUNTS = st.integers(-300, 300)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2014, 1, 24), True),
        (date(2014, 1, 25), False),
        (date(2014, 1, 26), True),
        (date(2014, 1, 30), True),
        (date(2014, 1, 31), False),
        (date(2014, 2, 6), False),
        (date(2014, 2, 7), True),
        (date(2014, 2, 8), True),
        (date(2014, 2, 9), False),
    ],
)
def test_spring_festival_of_2014_is_off_and_its_shifted_weekend_days_are_worked(
    day: date, expected: bool
) -> None:
    assert expected is CALENDAR.is_workday(day)


def test_every_covered_day_agrees_with_the_library() -> None:
    first, last = date(2004, 1, 1), date(2026, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]

    assert [chinese_calendar.is_workday(day) for day in days] == [
        CALENDAR.is_workday(day) for day in days
    ]


def test_a_year_without_published_holidays_says_so_and_falls_back_to_weekdays() -> None:
    monday, saturday = date(2050, 10, 3), date(2050, 10, 1)

    assert not CALENDAR.covers(monday)
    assert CALENDAR.covers(date(2014, 1, 1))
    assert CALENDAR.is_workday(monday)
    assert not CALENDAR.is_workday(saturday)


def test_an_area_may_close_on_more_days() -> None:
    day = date(2014, 2, 18)
    calendar = WorkingCalendar(closed=frozenset({day}))

    assert not calendar.is_workday(day)
    assert date(2014, 2, 19) == calendar.add_workdays(date(2014, 2, 17), 1)


def test_five_working_days_cross_the_spring_festival() -> None:
    assert date(2014, 2, 8) == CALENDAR.add_workdays(date(2014, 1, 28), 4)
    assert CALENDAR.workdays_between(date(2014, 1, 28), date(2014, 2, 8)) == 4


@settings(deadline=None)
@given(DAYS, COUNTS, CLOSED)
def test_counting_undoes_adding(day: date, count: int, closed: frozenset[date]) -> None:
    calendar = WorkingCalendar(closed)

    assert count == calendar.workdays_between(day, calendar.add_workdays(day, count))


@settings(deadline=None)
@given(DAYS, COUNTS.filter(bool), CLOSED)
def test_adding_lands_on_a_working_day(day: date, count: int, closed: frozenset[date]) -> None:
    calendar = WorkingCalendar(closed)

    assert calendar.is_workday(calendar.add_workdays(day, count))


@settings(deadline=None)
@given(DAYS, COUNTS, CLOSED)
def test_more_working_days_is_later(day: date, count: int, closed: frozenset[date]) -> None:
    calendar = WorkingCalendar(closed)

    assert calendar.add_workdays(day, count) < calendar.add_workdays(day, count + 1)


@settings(deadline=None)
@given(DAYS, DAYS, COUNTS)
def test_a_later_start_never_ends_earlier(one: date, other: date, count: int) -> None:
    early, late = sorted((one, other))

    assert CALENDAR.add_workdays(early, count) <= CALENDAR.add_workdays(late, count)


@settings(deadline=None)
@given(st.lists(st.dates(date(2013, 1, 1), date(2016, 1, 1)), min_size=3, max_size=3))
def test_consecutive_spans_add_up(days: list[date]) -> None:
    first, middle, last = sorted(days)

    assert CALENDAR.workdays_between(first, last) == CALENDAR.workdays_between(
        first, middle
    ) + CALENDAR.workdays_between(middle, last)


def test_a_local_date_begins_at_sixteen_hours_utc() -> None:
    assert date(2014, 3, 4) == local_date(datetime(2014, 3, 4, 15, 59, tzinfo=UTC))
    assert date(2014, 3, 5) == local_date(datetime(2014, 3, 4, 16, 0, tzinfo=UTC))


@settings(deadline=None)
@given(DAYS, st.times())
def test_a_wall_clock_reading_keeps_its_date(day: date, at: time) -> None:
    instant = local_instant(day, at)

    assert day == local_date(instant)
    assert UTC is instant.tzinfo


def test_shanghai_is_eight_hours_ahead() -> None:
    expected = datetime(2014, 2, 18, 1, 0, tzinfo=UTC)

    assert expected == local_instant(date(2014, 2, 18), time(9, 0))
    assert expected == datetime(2014, 2, 18, 9, tzinfo=timezone(timedelta(hours=8)))
    assert SHANGHAI.key == "Asia/Shanghai"


def test_a_day_may_be_worked_that_is_a_holiday_elsewhere() -> None:
    calendar = WorkingCalendar(worked=frozenset({date(2014, 10, 1), date(2014, 2, 15)}))

    assert calendar.is_workday(date(2014, 10, 1))
    assert calendar.is_workday(date(2014, 2, 15))
    assert not WorkingCalendar().is_workday(date(2014, 10, 1))
