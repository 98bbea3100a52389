"""Supposed rules: other windows, thresholds or working days than those in force."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from pydantic import Field

from services.status.lights import NEAR, Nearness
from services.status.queries import Known
from services.status.things.items import STANDARD, Thresholds
from shared.contracts.schedule import Window
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.refusals import Refusal
from shared.platform.fields import Body, LocalDate
from shared.platform.window_fields import Windows, windows_of

_MOST_DAYS = 366

Days = Annotated[tuple[LocalDate, ...], Field(max_length=_MOST_DAYS)]
Threshold = Annotated[int, Field(strict=True, le=1_000)]


class CalendarBody(Body):
    """Days that are holidays, or are worked, besides what the official calendar says."""

    holidays: Days = ()
    workdays: Days = ()


class SupposedBody(Body):
    """What is supposed; what is left out stays as it is."""

    windows: Windows | None = None
    near_workdays: Threshold = NEAR.workdays
    due_soon_days: Threshold = STANDARD.due_soon_days
    satisfied_score: Threshold = STANDARD.satisfied_score
    calendar: CalendarBody = CalendarBody()


class WindowReversed(Refusal):
    code = "window-closes-before-it-opens"
    status = 422
    zh = "{field}:截止日 {closes_on} 早于起始日 {opens_on}。"
    en = "{field}: the window closes on {closes_on}, before it opens on {opens_on}."


class ClassTwice(Refusal):
    code = "class-in-two-windows"
    status = 422
    zh = "{field}:第 {level} 级的“{kind}”已在前一个窗口中,每类单位只能有一个窗口。"
    en = "{field}: level {level} {kind} is in a window before; each class of units has one."


class DayTwofold(Refusal):
    code = "day-both-holiday-and-workday"
    status = 422
    zh = "{field}:{date} 不能既是假日又是工作日。"
    en = "{field}: {date} cannot be both a holiday and a working day."


class ThresholdNegative(Refusal):
    code = "threshold-negative"
    status = 422
    zh = "{field} 不能为负数,现为 {value}。"
    en = "{field} must not be negative; it is {value}."


class RuleSet(msgspec.Struct, frozen=True):
    """By what figures and lights are judged."""

    windows: tuple[Window, ...]
    near_workdays: int
    due_soon_days: int
    satisfied_score: int
    holidays: list[date]
    workdays: list[date]


class Supposed(msgspec.Struct, frozen=True):
    """Rules that do not contradict themselves; `windows` is None where those in force stay."""

    windows: tuple[Window, ...] | None
    near: Nearness
    thresholds: Thresholds

    def judging(self, known: Known) -> Known:
        """The same facts under these rules."""
        windows = known.windows if self.windows is None else self.windows
        return Known(known.unit, known.campaign, windows, self.near)


def supposed_of(body: SupposedBody) -> Supposed:
    """What a body supposes, or a refusal that names the field that contradicts another."""
    windows = None if body.windows is None else windows_of(body.windows)
    _allow_windows(windows or ())
    for field in ("near_workdays", "due_soon_days", "satisfied_score"):
        if getattr(body, field) < 0:
            raise ThresholdNegative(field=field, value=getattr(body, field))
    closed, worked = frozenset(body.calendar.holidays), frozenset(body.calendar.workdays)
    for day in sorted(closed & worked):
        raise DayTwofold(field="calendar.workdays", date=day)
    return Supposed(
        windows,
        Nearness(body.near_workdays, WorkingCalendar(closed, worked)),
        Thresholds(body.due_soon_days, body.satisfied_score),
    )


def in_force(known: Known) -> RuleSet:
    return _rule_set(known, STANDARD)


def supposing(known: Known, supposed: Supposed) -> RuleSet:
    return _rule_set(supposed.judging(known), supposed.thresholds)


def _rule_set(known: Known, thresholds: Thresholds) -> RuleSet:
    calendar = known.near.calendar
    return RuleSet(
        known.windows,
        known.near.workdays,
        thresholds.due_soon_days,
        thresholds.satisfied_score,
        sorted(calendar.closed),
        sorted(calendar.worked),
    )


def _allow_windows(windows: Sequence[Window]) -> None:
    covered: set[tuple[int, str]] = set()
    for number, window in enumerate(windows):
        if window.closes_on < window.opens_on:
            raise WindowReversed(
                field=f"windows.{number}.closes_on",
                opens_on=window.opens_on,
                closes_on=window.closes_on,
            )
        for level, kind in {(level, kind) for level in window.levels for kind in window.kinds}:
            if (level, kind) in covered:
                raise ClassTwice(field=f"windows.{number}", level=level, kind=kind)
            covered.add((level, kind))
