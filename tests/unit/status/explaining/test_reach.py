"""As much is opened at once as a page of rows is likely to come of."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.status.explaining.entries import Below, Entry, Found, Hanging, Place, Siblings
from services.status.explaining.measuring import Amount
from services.status.explaining.reach import as_many_as, unopened
from services.status.facts import UnitFact

DAY = date(2014, 2, 1)
WANTED = 10


def place(code: str) -> Place:
    return Place(("15", code), UnitFact())


def row(code: str = "1501") -> Found:
    return Found(place(code), [Amount("expected", DAY, DAY, 1)], 0)


def below(weight: int) -> Below:
    return Below(place("1501"), weight, {"village": weight})


def siblings(parents: Sequence[bool], weight: int, seen: int = 0) -> Siblings:
    """Units of one parent, and whether others stand below each."""
    places = [place(f"15{number:02}") for number in range(len(parents))]
    codes = {each.code for each, is_parent in zip(places, parents, strict=True) if is_parent}
    return Siblings(places, weight, {"village": weight}, frozenset(codes), seen)


def test_a_page_of_rows_opens_nothing() -> None:
    entries: list[Entry] = [row() for _ in range(WANTED)]

    assert unopened([*entries, below(500)], WANTED, 0) == {}


def test_what_lies_behind_enough_is_left_closed() -> None:
    assert unopened([row(), below(500), below(500)], WANTED, 0) == {1: 9}


def test_as_many_are_opened_as_rows_are_lacking() -> None:
    assert unopened([row(), below(4), row(), below(4), below(4)], WANTED, 0) == {1: 9, 3: 4}


def test_things_that_hang_on_units_count_for_what_they_are_likely_to_add() -> None:
    entries = [Hanging(place(f"15{number:02}"), 0.25) for number in range(50)]

    assert len(unopened(entries, WANTED, 0)) == WANTED / 0.25


def test_after_many_turns_more_is_opened_at_once() -> None:
    entries = [below(WANTED) for _ in range(8)]

    assert [len(unopened(entries, WANTED, turn)) for turn in (0, 5, 6, 7)] == [1, 1, 2, 4]


def test_only_the_first_of_large_units_are_looked_into() -> None:
    assert as_many_as(siblings([True] * 20, 60_000), rows=100) == 2


def test_all_are_looked_into_where_little_is_below() -> None:
    assert as_many_as(siblings([True] * 20, 3), rows=100) == 20


def test_units_without_others_below_them_cost_nothing() -> None:
    attached = [False] * 16

    assert as_many_as(siblings([*attached, True, False, True, False, True], 60_000), rows=100) == 20


def test_twice_as_many_are_looked_into_where_the_first_had_little() -> None:
    assert as_many_as(siblings([True] * 20, 60_000, seen=8), rows=100) == 8


@given(
    parents=st.lists(st.booleans(), min_size=1, max_size=30),
    weight=st.integers(-3, 5_000),
    seen=st.integers(0, 30),
    rows=st.floats(0.1, 500),
)
def test_some_are_always_looked_into(
    parents: list[bool], weight: int, seen: int, rows: float
) -> None:
    assert 1 <= as_many_as(siblings(parents, weight, seen), rows) <= len(parents)
