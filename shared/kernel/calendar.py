"""The working-day calendar of China, by which dates fall due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chinese_calendar import constants

from shared.kernel.time import SHANGHAI, local_date

__all__ = ["SHANGHAI", "WorkingCalendar", "local_date", "local_instant"]

# The tables are read, not the library's functions: those search the whole table on every call.
_HOLIDAYS: frozenset[date] = frozenset(constants.holidays)
_SHIFTED_WORKDAYS: frozenset[date] = frozenset(constants.workdays)
_FIRST_YEAR = min(_HOLIDAYS).year
_LAST_YEAR = max(_HOLIDAYS).year
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working days of China; `closed` adds the days on which one area does not work, `worked`
    those on which it does.
    """

    closed: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def covers(self, day: date) -> bool:
        """Whether the official holidays of that year are known; elsewhere weekdays are assumed."""
        return _FIRST_YEAR <= day.year <= _LAST_YEAR

    def is_workday(self, day: date) -> bool:
        if day in self.worked:
            return True
        if day in self.closed or day in _HOLIDAYS:
            return False
        return day.weekday() < _SATURDAY or day in _SHIFTED_WORKDAYS

    def add_workdays(self, day: date, count: int) -> date:
        """The count-th working day after `day` (before it, when negative); zero is `day` itself."""
        step = _ONE_DAY if count > 0 else -_ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Working days from `start`, not counted, to `end`, counted; negative when end is first."""
        if start <= end:
            return sum(map(self.is_workday, _days(start + _ONE_DAY, end)))
        return -sum(map(self.is_workday, _days(end, start - _ONE_DAY)))


def local_instant(day: date, at: time) -> datetime:
    """The instant, in UTC, of a wall clock reading in Shanghai."""
    return datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
