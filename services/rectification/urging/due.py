"""What is to be urged at a day: rules, windows, items and units met in one query."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final

import msgspec

from services.rectification.domain.urging import DEFAULT_STEPS, falling
from shared.contracts.rectification import URGED_SUBJECTS, LadderStep
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.units import ATTACHED_KINDS
from shared.platform.campaigns import KnownCampaign
from shared.platform.postgres import Pool

Rules = Mapping[tuple[str, str], Sequence[LadderStep]]
"""Steps by (area, subject); the area '' holds the default."""

_DUE: Final = (files("services.rectification.urging") / "due.sql").read_text("utf-8")
_RULES: Final = "select area, subject, steps from urging_rules where campaign = $1"
_CALENDAR: Final = WorkingCalendar()


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step to be taken about `thing`, an item or a unit; `falls_on` is its first day."""

    subject: str
    thing: str
    unit: str
    due_on: date
    addressee: str
    step: str
    falls_on: date
    path: str


async def due_steps(
    pool: Pool, campaign: KnownCampaign, day: date, back_workdays: int
) -> list[DueStep]:
    """Every step that fell on `day` or the working days just before it and is not on record."""
    rules = await rules_of(pool, campaign.campaign)
    rows = await pool.fetch(
        _DUE,
        campaign.campaign,
        campaign.root,
        day,
        sorted(ATTACHED_KINDS),
        *_columns(list(window_rows(campaign)), 4),
        *_columns(list(ladder_rows(rules, day, back_workdays)), 5),
        *_columns([place for place in rules if place[0]], 2),
    )
    return [DueStep(*row) for row in rows]


async def rules_of(pool: Pool, campaign: str) -> Rules:
    """The rules areas have set, and the default for each subject under the area ''."""
    rules: dict[tuple[str, str], Sequence[LadderStep]] = {
        ("", subject): DEFAULT_STEPS for subject in URGED_SUBJECTS
    }
    for area, subject, steps in await pool.fetch(_RULES, campaign):
        rules[area, subject] = msgspec.json.decode(steps, type=tuple[LadderStep, ...])
    return rules


def window_rows(campaign: KnownCampaign) -> Iterator[tuple[int, str, date, date]]:
    """One row a class of units: the first window that covers it."""
    seen = set()
    for window in campaign.windows:
        for place in [(level, kind) for level in window.levels for kind in window.kinds]:
            if place not in seen:
                seen.add(place)
                yield *place, window.opens_on, window.closes_on


def ladder_rows(
    rules: Rules, day: date, back_workdays: int
) -> Iterator[tuple[str, str, date, str, date]]:
    for (area, subject), steps in rules.items():
        for fall in falling(steps, day, back_workdays, _CALENDAR):
            yield area, subject, fall.due_on, fall.step, fall.falls_on


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[Sequence[object]]:
    return list(zip(*rows, strict=True)) if rows else [() for _ in range(width)]
