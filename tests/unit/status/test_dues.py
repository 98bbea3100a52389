"""What lines kept by due dates say of any day is what the items say of it themselves."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.status.contributions import (
    BY_MONTH,
    THEN,
    Line,
    Mark,
    Standing,
    add_change,
    spread,
)
from services.status.dues import BY_DUE_DATE, DueRow, due_soon_until, lines_of, told
from services.status.pieces import DETAIL
from services.status.things import items
from services.status.things.kinds import rolled_by_unit
from shared.kernel.events import Event
from tests.unit.status.things import said, telling
from tests.unit.status.things.lives import lives
from tests.unit.status.things.telling import adds, day, known, learnt

UNIT = "150202"
STANDS: Standing = ("banner", [("15.1502", day(0), None)], None)


def rolled_up(life: Iterable[Event]) -> dict[Line, int]:
    marks: dict[Mark, int] = {}
    item = learnt("item", telling.told(list(life)))
    for spans in rolled_by_unit(item).values():
        add_change(marks, (None, []), (STANDS, spans))
    return spread(marks)


def read(lines: dict[Line, int], on: date, *, months: bool = False) -> Counter[str]:
    """What the region's lines say of a day; with `months`, whole ones before the day's own."""
    since = on.replace(day=1) if months else date.min
    rows: list[DueRow] = []
    for (ancestor, account, class_, metric, effective_on, judged_on), n in lines.items():
        of_month = account == BY_MONTH[THEN] and effective_on < since
        of_day = account == THEN and since <= effective_on <= on
        if ancestor == "15" and (of_month or of_day):
            overdue = n if judged_on < on else 0
            soon = n if on <= judged_on <= due_soon_until(on) else 0
            rows.append((ancestor, class_, metric, n, 0, overdue, soon))
    found: Counter[str] = Counter()
    for _, _, metric, n, _ in told(rows):
        found[metric] += n
    return Counter({metric: n for metric, n in found.items() if n})


@given(lives("item"), st.booleans())
def test_any_life_of_an_item_reads_as_it_went(life: list[Event], months: bool) -> None:
    lines, item = rolled_up(life), learnt("item", telling.told(life))

    for number in range(0, 70, 3):
        expected = adds(item, day(number)).get(UNIT, {})

        assert read(lines, day(number), months=months) == {m: n for m, n in expected.items() if n}


def test_an_item_closed_before_it_was_due_takes_one_line_of_each_and_its_details() -> None:
    lines = rolled_up([said.raised(0, 20), said.closed(5)])

    assert {line[3:] for line in lines if line[:2] == ("15", THEN)} == {
        ("items_raised", day(0), day(20)), ("items_closed_in_time", day(5), day(20)),
        (f"{DETAIL}items_raised:finding:service", day(0), day(0)),
        (f"{DETAIL}items_closed:finding:service", day(5), day(5)),
    }  # fmt: skip


def test_a_clock_that_stands_still_is_due_on_no_day() -> None:
    lines = rolled_up([said.raised(0, 20), said.paused(5), said.resumed(40, 55)])

    raised = {line[4:]: n for line, n in lines.items() if line[:2] == ("15", THEN) and not (
        line[3].startswith(DETAIL)
    )}  # fmt: skip
    assert raised == {
        (day(0), day(20)): 1, (day(5), day(20)): -1, (day(5), items.NEVER): 1,
        (day(40), items.NEVER): -1, (day(40), day(55)): 1,
    }  # fmt: skip
    assert [read(lines, day(n))["items_overdue"] for n in (20, 21, 39, 55, 56)] == [0, 0, 0, 0, 1]


def test_a_day_is_held_against_the_due_date_when_it_is_asked_about() -> None:
    lines = rolled_up([said.raised(0, 20)])

    assert [read(lines, day(n))["items_due_soon"] for n in (16, 17, 20, 21)] == [0, 1, 1, 0]
    assert [read(lines, day(n))["items_overdue"] for n in (16, 17, 20, 21)] == [0, 0, 0, 1]
    assert due_soon_until(day(17)) - day(17) == timedelta(items.STANDARD.due_soon_days)


def test_rows_of_all_else_are_told_as_they_are() -> None:
    rows: list[DueRow] = [("15", "banner", "mobilized", 3, 2, 1, 1)]

    assert told(rows) == [("15", "banner", "mobilized", 3, 2)]


def test_what_is_told_by_due_dates_is_read_from_lines_of_other_names() -> None:
    assert set(lines_of(["items_overdue", "prepared"])) == {
        "items_overdue", "prepared", "items_raised", "items_closed_in_time", "items_closed_late",
    }  # fmt: skip
    assert lines_of(["prepared"]) == ["prepared"]


def test_an_item_keeps_no_lines_but_these_by_due_date() -> None:
    item = known("item", said.raised(0, 20), said.closed(30))

    by_due = {span[0][0] for span in rolled_by_unit(item)[UNIT] if isinstance(span[0], tuple)}
    assert by_due == {items.RAISED, items.CLOSED_LATE}
    assert by_due < set(BY_DUE_DATE)
