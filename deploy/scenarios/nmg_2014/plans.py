"""Implementation plans on their way through the gates: returned, resubmitted, approved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Final

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.days import shifted, workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import Area, areas, at_level, banners
from deploy.scenarios.nmg_2014.mobilizations import held_on
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.rows import PlanStep

# How often a plan of that level is returned: each entry is as likely as the others.
_RETURNS_OF_AREAS: Final = {2: (0, 0, 1, 1, 1, 2, 2, 3), 3: (0, 0, 0, 1, 1, 2), 4: (0,) * 6 + (1,)}
_RETURNS_OF_CATEGORIES: Final = (0, 0, 0, 1)
_RETURNS_OF_ORGANISATIONS: Final = (0,) * 11 + (1,)
_SLOW_CATEGORY_PLANS: Final = 0.06
_SLOW_DAYS: Final = workdays(date(2014, 3, 3), date(2014, 3, 12))
_LEFT_WHERE_THEY_STOOD: Final = 0.012
_UNDECIDED_UNTIL: Final = date(2014, 3, 14)
_NOTES: Final = ("请按退回原因修改后重新报送", "请结合本地实际细化后再报", "请补充时间表和责任分工")
_HOURS: Final = (9, 10, 11, 15, 16, 17)


@dataclass(frozen=True, slots=True)
class _Life:
    """A plan to be told: how it ends, how often it came back, when it was decided."""

    unit: Area
    category: str
    returns: int
    decided_on: date
    finished: bool = True


@cache
def plan_steps() -> tuple[PlanStep, ...]:
    """All steps of all plans in the order of time; those of one plan are on different days."""
    draws = Draws("plan steps")
    steps = [step for life in _lives() for step in _told(life, draws)]
    return tuple(sorted(steps, key=lambda step: (step.at, step.unit, step.category)))


def gates_of(unit: str, category: str) -> tuple[str, ...]:
    """The gates a plan passes, in order."""
    baotou_banner = unit in _children_of_baotou()
    if baotou_banner and category == campaign.IMPLEMENTATION:
        return tuple(gate.gate for gate in campaign.BAOTOU_GATES)
    return (campaign.DEFAULT_GATE,)


@cache
def _children_of_baotou() -> frozenset[str]:
    return frozenset(unit.code for unit in at_level(3) if unit.parent == campaign.BAOTOU)


def categories_of(unit: Area) -> list[str]:
    """The categories a league or banner plans for: those it has units of."""
    below = {
        found.kind for found in areas() if found.level == 5 and found.code.startswith(unit.code)
    }
    lacking = set()
    if not below - {"community"}:
        lacking.add("gacha_villages")
    if "community" not in below:
        lacking.add("communities")
    return [category for category in campaign.CATEGORIES if category not in lacking]


def _lives() -> Iterator[_Life]:
    draws = Draws("plan lives")
    for level in (2, 3, 4):
        for unit in at_level(level):
            yield _implementation(unit, draws.pick(_RETURNS_OF_AREAS[level]), draws)
    for unit in (*at_level(2), *banners()):
        for category in categories_of(unit):
            yield _by_category(unit, category, draws)
    for unit in organisations():
        if unit.level == 2 and unit.kind in {"directly_affiliated", "enterprise_institution"}:
            yield _implementation(unit, draws.pick(_RETURNS_OF_ORGANISATIONS), draws)


def _implementation(unit: Area, returns: int, draws: Draws) -> _Life:
    """Approved a few days before the meeting; a unit that never met has it still in review."""
    held = held_on().get(unit.code)
    if held is None:
        return _Life(unit, campaign.IMPLEMENTATION, returns, _UNDECIDED_UNTIL, finished=False)
    return _Life(unit, campaign.IMPLEMENTATION, returns, shifted(held, -draws.between(1, 4)))


def _by_category(unit: Area, category: str, draws: Draws) -> _Life:
    """Approved before the window of those it is for opens, but for a few banners' plans."""
    grassroots = category in {"gacha_villages", "communities"}
    opens_on = campaign.ATTACHED_CLOSE_ON if grassroots else campaign.LEADING_CLOSE_ON
    returns = draws.pick(_RETURNS_OF_CATEGORIES)
    in_time = shifted(opens_on, -draws.between(1, 6))
    if unit.level == 3 and draws.chance(_LEFT_WHERE_THEY_STOOD):
        return _Life(unit, category, returns, in_time, finished=False)
    if unit.level == 3 and draws.chance(_SLOW_CATEGORY_PLANS):
        return _Life(unit, category, returns, draws.pick(_SLOW_DAYS))
    return _Life(unit, category, returns, in_time)


def _told(life: _Life, draws: Draws) -> list[PlanStep]:
    """The steps of one plan, dated backwards from the day of its decision."""
    moves = _moves(gates_of(life.unit.code, life.category), life.returns, draws)
    days = _days_before(life.decided_on, moves, draws)
    version = 0
    steps = []
    for (action, gate), day in zip(moves, days, strict=True):
        version += action == "submit"
        steps.append(_step(life, action, gate, version, day, draws))
    return steps if life.finished else steps[: -len(gates_of(life.unit.code, life.category))]


def _moves(gates: Sequence[str], returns: int, draws: Draws) -> list[tuple[str, str]]:
    """Each version starts again at the first gate; the last one passes them all."""
    moves: list[tuple[str, str]] = []
    for _ in range(returns):
        reached = draws.between(0, len(gates) - 1)
        moves.append(("submit", ""))
        moves.extend(("pass", gate) for gate in gates[:reached])
        moves.append(("return", gates[reached]))
    return [*moves, ("submit", ""), *(("pass", gate) for gate in gates)]


def _days_before(last: date, moves: Sequence[tuple[str, str]], draws: Draws) -> list[date]:
    days = [last]
    for action, _ in reversed(moves[1:]):
        # Rewriting a plan takes longer than reading one.
        pause = draws.between(2, 5) if action == "submit" else draws.between(1, 3)
        days.append(shifted(days[-1], -pause))
    return days[::-1]


def _step(life: _Life, action: str, gate: str, version: int, day: date, draws: Draws) -> PlanStep:
    title = _title(life, version) if action == "submit" else ""
    reasons = draws.some(campaign.RETURN_REASONS, draws.between(1, 3)) if action == "return" else ()
    return PlanStep(
        unit=life.unit.code,
        category=life.category,
        action=action,
        at=campaign.at(day, draws.pick(_HOURS), draws.between(0, 11) * 5),
        title=title,
        digest=sha256(title.encode()).hexdigest() if title else "",
        gate=gate,
        reasons=tuple(reasons),
        note=draws.pick(_NOTES) if action == "return" else "",
    )


def _title(life: _Life, version: int) -> str:
    about = campaign.CATEGORIES.get(life.category, "第二批")
    draft = "" if version == 1 else f"(第{version}稿)"
    return f"{life.unit.name}{about}教育实践活动实施方案{draft}"
