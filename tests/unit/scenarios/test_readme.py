"""The scenario's README shows the figures of the recount, row by row."""

from pathlib import Path

from deploy.scenarios import nmg_2014
from deploy.scenarios.nmg_2014 import expected
from deploy.scenarios.nmg_2014.census import event_counts
from deploy.scenarios.nmg_2014.expected import DATES, Figures, PlanFigures

README = Path(nmg_2014.__path__[0], "README.md").read_text(encoding="utf-8").splitlines()


def row(title: str, expected_units: int, cells: list[tuple[int, ...]]) -> str:
    shown = [" / ".join(map(str, cell)) for cell in cells]
    return f"| {title} | {expected_units} | {' | '.join(shown)} |"


def meetings(figures: Figures) -> tuple[int, ...]:
    return figures.on_time, figures.late, figures.pending, figures.overdue


def plans(figures: PlanFigures) -> tuple[int, ...]:
    return figures.approved, figures.in_review, figures.returned, figures.none


def test_it_shows_every_class_on_every_date() -> None:
    days = [expected.mobilization(day)["15"] for day in DATES]
    rows = {
        row(name, days[0][name].expected, [meetings(day[name]) for day in days]) for name in days[0]
    }

    assert rows <= set(README)


def test_it_shows_plans_by_state_on_every_date() -> None:
    days = [expected.plans(day)["15"] for day in DATES]
    rows = {
        row(", ".join(key), days[0][key].expected, [plans(day[key]) for day in days])
        for key in days[0]
    }

    assert rows <= set(README)


def test_it_shows_how_many_events_there_are() -> None:
    assert f"| **in all** | **{sum(event_counts().values()):,}** |" in README
