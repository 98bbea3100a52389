"""What things add to all above their unit."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.status.contributions import (
    ALL,
    BY_MONTH,
    NOW,
    THEN,
    Line,
    Mark,
    Picture,
    Standing,
    add_change,
    spread,
)
from services.status.pieces import Span
from tests.unit.status.things.telling import day

STOOD: Standing = ("banner", [("15.1502", day(0), None)], None)
MOVED: Standing = ("banner", [("15.1503", day(5), day(9)), ("15.1502", day(0), day(5))], "15.1503")
TEAM: Span = ("teams:station", day(2), day(7), 1)


def lines(before: Picture, after: Picture) -> dict[Line, int]:
    changes: dict[Mark, int] = {}
    add_change(changes, before, after)
    return spread(changes)


def counted(found: dict[Line, int], on: date, *, now: bool = False) -> Counter[tuple[str, str]]:
    """(ancestor, class) -> how much on a day."""
    sums: Counter[tuple[str, str]] = Counter()
    for (ancestor, tree, class_, _, effective_on, _), n in found.items():
        if effective_on <= on and tree in {THEN, NOW if now else THEN}:
            sums[(ancestor, class_)] += n
    return +sums


def test_all_above_see_it_by_class() -> None:
    found = lines((None, []), (STOOD, [TEAM]))

    assert counted(found, day(1)) == {}
    assert counted(found, day(2)) == {("15", "banner"): 1, ("1502", "banner"): 1}
    assert counted(found, day(7)) == {}


def test_a_unit_that_moves_takes_along_what_its_things_add() -> None:
    found = lines((None, []), (MOVED, [("teams:station", day(2), None, 1)]))

    assert counted(found, day(4))[("1502", "banner")] == 1
    assert counted(found, day(5))[("1502", "banner")] == 0
    assert counted(found, day(5))[("1503", "banner")] == 1
    assert counted(found, day(9)) == {}


def test_in_the_tree_of_today_it_always_stood_there() -> None:
    found = lines((None, []), (MOVED, [("teams:station", day(2), None, 1)]))

    assert counted(found, day(3), now=True)[("1503", "banner")] == 1
    assert counted(found, day(3), now=True)[("1502", "banner")] == 0


def test_details_are_told_without_the_class() -> None:
    found = lines((None, []), (STOOD, [TEAM, ("detail:duties:patrol_made", day(2), None, 3)]))

    assert counted(found, day(2)) == {
        ("15", "banner"): 1, ("15", ALL): 3, ("1502", "banner"): 1, ("1502", ALL): 3,
    }  # fmt: skip


def test_a_unit_never_registered_has_nothing() -> None:
    assert lines((None, []), (None, [TEAM])) == {}


def test_above_the_root_there_is_nothing_to_tell() -> None:
    root: Standing = ("region", [("", day(0), None)], None)

    assert lines((None, []), (root, [TEAM])) == {}


_spans = st.lists(
    st.builds(
        lambda metric, start, length, n: (
            metric,
            day(start),
            day(start + length) if length else None,
            n,
        ),
        st.sampled_from(("teams:station", "items_overdue", "detail:duties:patrol_made")),
        st.integers(0, 9),
        st.integers(0, 5),
        st.integers(1, 3),
    ),
    max_size=5,
)
_standings = st.sampled_from((None, STOOD, MOVED))


@given(_standings, _spans, _standings, _spans)
def test_a_change_is_what_was_taken_away_and_what_is_put_in_its_place(
    stood: Standing | None, had: list[Span], stands: Standing | None, has: list[Span]
) -> None:
    before, after = lines((None, []), (stood, had)), lines((None, []), (stands, has))
    expected = Counter(after)
    expected.subtract(before)

    changed = lines((stood, had), (stands, has))

    assert changed == {line: n for line, n in expected.items() if n}


@given(_standings, _spans, st.booleans())
def test_months_say_of_region_and_leagues_what_their_days_say(
    stood: Standing | None, had: list[Span], now: bool
) -> None:
    """All days here lie in January: at its end, each has one line for all."""
    found = lines((None, []), (stood, had))
    of_days: Counter[tuple[str, str, str]] = Counter()
    of_months: Counter[tuple[str, str, str]] = Counter()
    account = NOW if now else THEN
    for (ancestor, of, class_, metric, effective_on, _), n in found.items():
        if of == account and ancestor in {"15", "1502", "1503"}:
            of_days[(ancestor, class_, metric)] += n
        elif of == BY_MONTH[account]:
            assert effective_on == day(0)
            of_months[(ancestor, class_, metric)] += n

    assert {key: n for key, n in of_days.items() if n} == dict(of_months)


def test_below_a_league_no_months_are_kept() -> None:
    village: Standing = ("village", [("15.1502.150202.15020201", day(0), None)], None)

    found = lines((None, []), (village, [("teams:station", day(2), None, 1)]))

    assert {line[0] for line in found if line[1] == BY_MONTH[THEN]} == {"15", "1502"}
    assert {line[0] for line in found if line[1] == THEN} == {
        "15", "1502", "150202", "15020201",
    }  # fmt: skip


def test_a_meeting_keeps_its_day_within_its_month() -> None:
    held: Span = ("mobilized", day(12), None, 1)
    changes: dict[Mark, int] = {}
    add_change(changes, (None, []), (STOOD, [held]))

    by_month = {line[4:] for line in spread(changes) if line[1] == BY_MONTH[THEN]}

    assert by_month == {(day(0), day(12))}
