"""Lights: grey not yet due, yellow near, red overdue, green done; each names its rule."""

from datetime import date
from functools import lru_cache
from typing import Final, Literal

import msgspec

from shared.contracts.schedule import Window
from shared.kernel.calendar import WorkingCalendar

Colour = Literal["grey", "yellow", "red", "green"]


class Nearness(msgspec.Struct, frozen=True):
    """Yellow from so many working days before the window closes, by this calendar."""

    workdays: int = 3
    calendar: WorkingCalendar = WorkingCalendar()


NEAR: Final = Nearness()
"""As is the rule."""


class Light(msgspec.Struct, frozen=True):
    """A colour and why; `late` stays visible on what was done after its window closed."""

    colour: Colour
    late: bool
    rule: str
    rule_zh: str
    rule_en: str
    reason_zh: str
    reason_en: str


class Standing(msgspec.Struct, frozen=True):
    """How many units a light stands for, and how far they are."""

    expected: int
    mobilized: int
    late: int


class ItemsStanding(msgspec.Struct, frozen=True):
    """How the items a light stands for are; `late` were closed after their due date."""

    raised: int
    open: int
    due_soon: int
    overdue: int
    late: int


def ledger_light(items: ItemsStanding) -> Light:
    """The light of one unit's ledger, or of a whole class's."""
    late = items.late > 0
    if items.overdue:
        return _ledger(
            "red", late, f"{items.overdue} 项问题逾期未销号", f"{items.overdue} items are overdue"
        )
    if items.due_soon:
        return _ledger(
            "yellow",
            late,
            f"{items.due_soon} 项问题临近时限",
            f"{items.due_soon} items are due soon",
        )
    if items.open:
        return _ledger(
            "grey", late, f"{items.open} 项问题未到时限", f"{items.open} items are open, none near"
        )
    if items.raised:
        return _ledger("green", late, "问题已全部销号", "All items are closed")
    return _ledger("grey", late, "台账没有问题", "No items on the ledger")


def mobilization_light(
    day: date, window: Window | None, standing: Standing, near: Nearness = NEAR
) -> Light:
    """The light of one unit or of a whole class of them under the mobilization window."""
    late = standing.late > 0
    if standing.expected == 0:
        return _light("grey", late, "没有应开动员会的单位", "No unit is expected to mobilize")
    if standing.mobilized >= standing.expected:
        if late:
            return _light(
                "green",
                late,
                "已动员,其中有逾期后补开的",
                "Mobilized, some after the window closed",
            )
        return _light("green", late, "已在时限内动员", "Mobilized in time")
    if window is None:
        return _light("grey", late, "没有规定动员时限", "No window is set")
    return _missing(day, window, near, late=late)


def _missing(day: date, window: Window, near: Nearness, *, late: bool) -> Light:
    closes = window.closes_on
    if day > closes:
        return _light(
            "red", late, f"{closes} 截止,尚未全部动员", f"Closed on {closes}, not all mobilized"
        )
    if is_near(day, closes, near):
        return _light("yellow", late, f"临近截止({closes})", f"Closing soon, on {closes}")
    if day < window.opens_on:
        opens = window.opens_on
        return _light("grey", late, f"{opens} 起方可动员", f"The window opens on {opens}")
    return _light("grey", late, f"未到截止日期({closes})", f"Not due before {closes}")


@lru_cache(10_000)
def is_near(day: date, closes_on: date, near: Nearness = NEAR) -> bool:
    """Whether a window that is still open closes within a few working days."""
    return near.calendar.workdays_between(day, closes_on) <= near.workdays


def _ledger(colour: Colour, late: bool, reason_zh: str, reason_en: str) -> Light:
    return Light(
        colour,
        late,
        rule="ledger-due-dates",
        rule_zh="台账完成时限",
        rule_en="Due dates of the ledger",
        reason_zh=reason_zh,
        reason_en=reason_en,
    )


def _light(colour: Colour, late: bool, reason_zh: str, reason_en: str) -> Light:
    return Light(
        colour,
        late,
        rule="mobilization-window",
        rule_zh="动员会时限",
        rule_en="Mobilization window",
        reason_zh=reason_zh,
        reason_en=reason_en,
    )
