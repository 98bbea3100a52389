"""Working days the scenario draws its dates from."""

from datetime import date, timedelta

from shared.kernel.calendar import WorkingCalendar

_CALENDAR = WorkingCalendar()


def workdays(first: date, last: date) -> tuple[date, ...]:
    """The working days from first to last, both included: shifted ones in, holidays out."""
    span = range((last - first).days + 1)
    days = (first + timedelta(days=offset) for offset in span)
    return tuple(day for day in days if _CALENDAR.is_workday(day))


def shifted(day: date, count: int) -> date:
    """So many working days later, or earlier when negative."""
    return _CALENDAR.add_workdays(day, count)
