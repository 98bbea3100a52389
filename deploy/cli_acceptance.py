"""The acceptance table: what scenario nmg-2014 must show, beside what the views show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from rich.box import SIMPLE
from rich.table import Table

from deploy.cli_acceptance_report import Asked, of_ledger, reported
from deploy.cli_client import Services
from deploy.scenarios.nmg_2014 import expected
from deploy.scenarios.nmg_2014.campaign import CAMPAIGN, IMPLEMENTATION
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from shared.kernel.units import ATTACHED_KINDS

READER: Final = f"leader-{ROOT}"
_ATTACHED: Final = tuple(
    f"{kind}_l{level}"
    for kind in sorted(ATTACHED_KINDS - {"leading_bodies"})
    for level in (1, 2, 3)
)
_TOWNSHIP_ATTACHED: Final = tuple(f"{kind}_l4" for kind in sorted(ATTACHED_KINDS))

LEGEND: Final = "已动员 mobilized / 应动员 due, 迟 late, 逾 overdue"
# (Chinese, English, classes added up).
MOBILIZED: Final = (
    ("盟市", "leagues", ("league",)),
    ("旗县(市、区)", "banners", ("banner",)),
    ("开发区", "zones", ("zone",)),
    ("四大班子", "leading bodies", ("leading_bodies_l2", "leading_bodies_l3")),
    ("直属及企事业等单位", "attached", _ATTACHED),
    ("苏木乡镇、街道", "townships", ("township", "subdistrict")),
    ("嘎查村、社区", "villages", ("village", "community")),
    ("乡镇所属组织", "of townships", _TOWNSHIP_ATTACHED),
)
PLANS: Final = (
    ("盟市方案已批准", "league plans", "league"),
    ("旗县方案已批准", "banner plans", "banner"),
)
# On the other days the first, second and the broad ones tell the story.
SHORT: Final = tuple(MOBILIZED[number] for number in (0, 1, 4, 5, 6))


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; the texts name every part, so equal texts are equal figures."""

    as_of: date
    zh: str
    en: str
    expected: str
    shown: str

    @property
    def ok(self) -> bool:
        return self.expected == self.shown


def accepted(services: Services, consistency_token: str = "") -> list[Figure]:
    """Every figure of the table, read from the public status API."""

    @cache
    def answer_of(unit: str, day: date) -> Any:
        return services.get(
            "status",
            f"/campaigns/{CAMPAIGN}/units/{unit}/status",
            READER,
            consistency_token=consistency_token,
            as_of=day.isoformat(),
        )

    found: list[Figure] = []
    for day in sorted(expected.DATES, key=lambda day: (day != expected.REPORTED_ON, day)):
        found += figures_of(day, answer_of(ROOT, day))
        if day == expected.REPORTED_ON:
            found += (_figure(day, *each) for each in reported(answer_of))
        found += (_figure(day, *each) for each in of_ledger(day, answer_of(ROOT, day)))
    return found


def figures_of(day: date, answer: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures of one day: all on the day of the report, few on the others."""
    below = answer["below"]
    whole = day == expected.REPORTED_ON
    if whole:
        yield from _documents(day, answer)
    for zh, en, classes in MOBILIZED if whole else SHORT:
        yield Figure(day, zh, en, _due(day, classes), _shown(below, classes))
    if whole:
        for zh, en, name in PLANS:
            yield Figure(day, zh, en, _plans_due(day, name), _plans_shown(below, name))


def _figure(day: date, asked: Asked, shown: str) -> Figure:
    """A line of the day's table; a figure of another day says which."""
    zh = asked.zh if asked.day == day else f"{asked.zh}({asked.day})"
    return Figure(day, zh, asked.en, f"{asked.expected:,}", shown)


def tables(figures: Iterable[Figure]) -> Iterator[Table]:
    """One table for each day, the report's first."""
    by_day: dict[date, list[Figure]] = {}
    for figure in figures:
        by_day.setdefault(figure.as_of, []).append(figure)
    for day, of_day in by_day.items():
        table = Table(
            title=f"截至 As of {day}", title_justify="left", box=SIMPLE,
            show_edge=False, pad_edge=False, padding=(0, 1, 0, 0),
        )  # fmt: skip
        for heading in ("指标 Figure", "应为 Expected", "显示 Shown", "OK"):
            table.add_column(heading, no_wrap=True)
        for each in of_day:
            mark = "[green]✓[/green]" if each.ok else "[red]✗[/red]"
            table.add_row(f"{each.zh} {each.en}", each.expected, each.shown, mark)
        yield table


def _documents(day: date, answer: Mapping[str, Any]) -> Iterator[Figure]:
    by_kind = (answer["campaign_wide"] or {}).get("documents_by_kind", {})
    for zh, en, kind, count in (
        ("工作方案", "work plan", "work_plan", expected.WORK_PLANS),
        ("指导意见", "guiding opinions", "guiding_opinion", expected.GUIDING_OPINIONS),
    ):
        yield Figure(day, zh, en, str(count), str(by_kind.get(kind, 0)))


def _due(day: date, classes: Iterable[str]) -> str:
    of_region = expected.mobilization(day)[ROOT]
    due = [of_region[name] for name in classes if name in of_region]
    return _held(
        sum(each.expected for each in due),
        sum(each.mobilized for each in due),
        sum(each.late for each in due),
        sum(each.overdue for each in due),
    )


def _shown(below: Mapping[str, Any], classes: Iterable[str]) -> str:
    shown = [below[name]["figures"] for name in classes if name in below]
    done = [each["mobilization"] for each in shown]
    return _held(
        sum(each["expected"] for each in shown),
        sum(each["mobilized"] for each in done),
        sum(each["late"] for each in done),
        sum(each["overdue"] for each in done),
    )


def _plans_due(day: date, name: str) -> str:
    due = expected.plans(day)[ROOT][(name, IMPLEMENTATION)]
    return _plans(due.expected, due.approved, due.in_review, due.returned)


def _plans_shown(below: Mapping[str, Any], name: str) -> str:
    if name not in below:
        return "—"
    figures = below[name]["figures"]
    plans = figures["plans"].get(IMPLEMENTATION, {})
    states = (plans.get(state, 0) for state in ("approved", "in_review", "returned"))
    return _plans(figures["expected"], *states)


def _held(units: int, mobilized: int, late: int, overdue: int) -> str:
    parts = [f"{mobilized:,}/{units:,}"]
    parts += [f"迟{late:,}"] if late else []
    parts += [f"逾{overdue:,}"] if overdue else []
    return " ".join(parts)


def _plans(units: int, approved: int, in_review: int, returned: int) -> str:
    parts = [f"{approved:,}/{units:,}"]
    parts += [f"审核中{in_review:,}"] if in_review else []
    parts += [f"退回{returned:,}"] if returned else []
    return " ".join(parts)
