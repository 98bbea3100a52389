"""Frames: the key figures of every unit one level down, day by day, for a player to run through."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from services.status.answers import Freshness, TimelineDay
from services.status.contributions import (
    EXPECTED,
    MOBILIZED,
    NOW,
    PLAN,
    PREPARED,
    TRAINED,
    Tree,
    spans,
)
from services.status.facts import UnitFact
from services.status.figures import Sum, windows_by_class
from services.status.own import own_steps
from services.status.queries import Asked, Known
from services.status.series import Step, series
from services.status.stored import StoredRows
from shared.contracts.schedule import Window
from shared.kernel.refusals import Refusal
from shared.kernel.units import own_code

_MOBILIZATION: Final = ("mobilized", "on_time", "late", "pending", "overdue", "rate_permille")
METRICS: Final = (
    "expected", "prepared", "plans_approved", "trained", *_MOBILIZATION, "teams", "supervised",
    "instructors", "items_open", "items_overdue", "items_closed",
)  # fmt: skip

_OF_UNITS: Final = (EXPECTED, PREPARED, TRAINED, MOBILIZED)
_DAY: Final = timedelta(days=1)


class UnknownMetric(Refusal):
    code = "unknown-metric"
    status = 422
    zh = "没有指标 {metric},可用的有:{known}。"
    en = "There is no metric {metric}; there are: {known}."


class Frames(msgspec.Struct):
    """For each metric a row a unit and in it a number a day; null where the unit was not there.

    Units are judged by the windows in force on the last day.
    """

    campaign: str
    unit: str
    tree: Tree
    from_: date = msgspec.field(name="from")
    to: date
    units: list[str]
    names: list[str]
    days: list[date]
    metrics: dict[str, list[list[int | None]]]
    freshness: Freshness


def metrics_named(text: str) -> list[str]:
    """`mobilized,late`, each once, or UnknownMetric."""
    found: dict[str, None] = {}
    for name in text.split(","):
        if name.strip() not in METRICS:
            raise UnknownMetric(metric=name.strip()[:100], known=", ".join(METRICS))
        found[name.strip()] = None
    return list(found)


class Player:
    """Makes frames of the facts and roll-ups, with a few set queries however many the days."""

    def __init__(self, rows: StoredRows) -> None:
        self._rows = rows

    async def frames(
        self, asked: Asked, known: Known, first: date, metrics: Sequence[str]
    ) -> Frames:
        days = [first + offset * _DAY for offset in range((asked.day - first).days + 1)]
        facts = await self._rows.ever_below(asked.campaign, asked.unit)
        there = {code: _there(fact, days, asked) for code, fact in facts.items()}
        facts = {code: fact for code, fact in facts.items() if any(there[code])}
        below = await self._steps(asked, known, first, facts)
        own = await self._rows.own(asked.campaign, facts)
        matrices: dict[str, list[list[int | None]]] = {metric: [] for metric in metrics}
        for code, fact in facts.items():
            of_unit = _own_steps(fact, known.windows)
            of_things = own_steps(fact, own.get(code, ()), (first, asked.day))
            steps = sorted([*below[code], *of_unit, *of_things], key=lambda step: step.day)
            shown = series(steps, first, asked.day, known.windows)
            for metric in metrics:
                matrices[metric].append(_row(metric, shown, there[code]))
        return Frames(
            asked.campaign,
            asked.unit,
            asked.tree,
            first,
            asked.day,
            list(facts),
            [fact.name_on(asked.day) for fact in facts.values()],
            days,
            matrices,
            await self._rows.freshness(),
        )

    async def _steps(
        self, asked: Asked, known: Known, first: date, units: Collection[str]
    ) -> Mapping[str, list[Step]]:
        """What changes below each of the units; all before the first day counts as of that day."""
        rows = await self._rows.steps_of_many(
            asked.campaign, units, asked.tree, (first, asked.day), known.windows,
            _alike(windows_by_class(known.windows)),
        )  # fmt: skip
        found: dict[str, list[Step]] = {unit: [] for unit in units}
        for unit, day, class_, metric, in_time, n in rows:
            found[unit].append(Step(day, class_, Sum(metric, n, n if in_time else 0)))
        return found


def _alike(by_class: Mapping[str, Window]) -> dict[str, str]:
    """Class -> the first class that has the same window."""
    first_of: dict[tuple[date, date], str] = {}
    return {
        class_: first_of.setdefault((window.opens_on, window.closes_on), class_)
        for class_, window in by_class.items()
    }


def _there(fact: UnitFact, days: Iterable[date], asked: Asked) -> list[bool]:
    """On which days the unit stands below the asked one."""
    if asked.tree == NOW:
        here = own_code(_above(fact.path)) == asked.unit
        return [here and fact.exists_on(day) for day in days]
    return [
        fact.exists_on(day) and own_code(_above(fact.path_on(day))) == asked.unit for day in days
    ]


def _own_steps(fact: UnitFact, windows: tuple[Window, ...]) -> list[Step]:
    """What the unit itself adds to its figures, as if it were one of those below it."""
    by_class = windows_by_class(windows)
    window = by_class.get(fact.class_)
    class_ = _alike(by_class).get(fact.class_, "")
    ending = fact.ending
    found: list[Step] = []
    for metric, start, end, n in spans(fact):
        if metric not in _OF_UNITS and not _is_approval(metric):
            continue
        over = min((day for day in (end, ending.on if ending else None) if day), default=None)
        begins = max(start, fact.registered_on or start)
        if over is not None and begins >= over:
            continue
        in_time = n if window is not None and start <= window.closes_on else 0
        found.append(Step(begins, class_, Sum(metric, n, in_time)))
        if over is not None:
            found.append(Step(over, class_, Sum(metric, -n, -in_time)))
    return found


def _is_approval(metric: str) -> bool:
    return metric.startswith(PLAN) and metric.endswith(":approved")


def _row(metric: str, shown: Sequence[TimelineDay], there: Sequence[bool]) -> list[int | None]:
    if metric in _MOBILIZATION:
        values = [getattr(day.mobilization, metric) for day in shown]
    else:
        values = [getattr(day, metric) for day in shown]
    return [value if here else None for value, here in zip(values, there, strict=True)]


def _above(path: str) -> str:
    return path.rpartition(".")[0]
