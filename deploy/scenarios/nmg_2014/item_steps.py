"""What was done about the items until 14 March: generated, one life after another."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import shifted, workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import area, area_of
from deploy.scenarios.nmg_2014.items import HOHHOT_PROGRAMME, items, verifier_of
from deploy.scenarios.nmg_2014.people import leader_of
from deploy.scenarios.nmg_2014.rows_rectification import Item, ItemStep

UNTIL: Final = date(2014, 3, 14)
_WORKED_ON: Final = 0.62
_ASKED: Final = 0.5  # of those worked on
_REJECTED: Final = 0.08
_VERIFIED: Final = 0.85
_REVIEWED: Final = 0.15
_RATED: Final = 0.3
_POOR: Final = 0.04
_EXTENDED: Final = 0.04
_HOHHOT_CLOSED: Final = 3
_POOR_SCORE: Final = 2
_EXTENSION_WORKDAYS: Final = 10
_VILLAGE: Final = 5


@cache
def item_steps() -> tuple[ItemStep, ...]:
    """Each item's steps, in the order of days; a day's steps in the order they were taken."""
    draws = Draws("item steps")
    steps = [step for item in items() for step in _life(item, draws)]
    return tuple(sorted(steps, key=lambda step: step.on))


def _life(item: Item, draws: Draws) -> Iterator[ItemStep]:
    days = workdays(shifted(item.raised_on, 1), UNTIL)
    hohhot = item.programme == HOHHOT_PROGRAMME
    if not days or not (hohhot or draws.chance(_WORKED_ON)):
        return
    first = days[draws.between(0, len(days) // 2)]
    yield _step(item, "progress", first, note="已制定整改措施", percent=draws.between(2, 6) * 10)
    if draws.chance(_EXTENDED):
        yield _extension(item, first)
    closes = item.item <= f"hohhot-{_HOHHOT_CLOSED:02d}" if hohhot else draws.chance(_ASKED)
    if closes:
        yield from _closing(item, first, certain=hohhot, draws=draws)


def _extension(item: Item, on: date) -> ItemStep:
    due_on = shifted(item.due_on, _EXTENSION_WORKDAYS)
    approver = _approver(item.unit)
    return _step(item, "extend", on, person=approver, note="涉及多部门,需延期", due_on=due_on)


def _approver(unit: str) -> str:
    """Who leads the level above; for a village, whose own township answers, the banner."""
    found = area_of(unit)
    above = area(found.parent) if found.level > 1 else found
    return leader_of(area(above.parent).code if found.level == _VILLAGE else above.code)


def _closing(item: Item, first: date, *, certain: bool, draws: Draws) -> Iterator[ItemStep]:
    """A request, perhaps rejected once, verified; then looked at again, and rated."""
    on = _later(first, 1, draws)
    yield _requested(item, on)
    verifier = verifier_of(item.unit)
    if not certain and draws.chance(_REJECTED):
        yield _step(item, "reject", on, person=verifier, note="佐证材料不足,请补充")
        if on == UNTIL:
            return
        on = _later(on, 1, draws)
        yield _requested(item, on)
    if not certain and not draws.chance(_VERIFIED):
        return
    on = _later(on, 0, draws)
    yield _step(item, "close", on, person=verifier, note="经核实,已整改到位")
    if draws.chance(_RATED):
        score = _POOR_SCORE if draws.chance(_POOR) else draws.between(3, 5)
        yield _step(item, "rate", on, score=score, raters=draws.between(5, 40))
        if score <= _POOR_SCORE:
            return  # the rule reopens it
    if draws.chance(_REVIEWED):
        on = _later(on, 0, draws)
        yield _step(item, "review", on, person=verifier, note="回头看未反弹", holds="yes")


def _requested(item: Item, on: date) -> ItemStep:
    return _step(
        item, "request_closure", on, person=item.responsible_person, note="已整改完成,申请销号"
    )


def _later(on: date, fewest: int, draws: Draws) -> date:
    return min(shifted(on, draws.between(fewest, 3)), UNTIL)


def _step(
    item: Item,
    action: str,
    on: date,
    *,
    person: str = "",
    note: str = "",
    percent: int | None = None,
    due_on: date | None = None,
    score: int | None = None,
    raters: int | None = None,
    holds: str = "",
) -> ItemStep:
    return ItemStep(item.item, action, on, person, note, percent, due_on, score, raters, holds)
