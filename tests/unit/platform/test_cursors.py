"""Cursors come back as they went out, or are refused."""

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.platform.cursors import MalformedCursor, cursor_of, values_after

KINDS = [("date", True), ("int", False), ("text", False)]


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@given(st.dates() | st.none(), st.integers(-(2**31), 2**31 - 1), st.text())
def test_a_cursor_gives_back_what_it_was_made_of(day: date | None, number: int, text: str) -> None:
    cursor = cursor_of([day, number, text], "-due_on")

    assert values_after(cursor, KINDS, "-due_on") == [day, number, text]


def test_an_instant_keeps_its_microseconds() -> None:
    at = datetime(2014, 2, 18, 1, 0, 0, 123456, tzinfo=UTC)

    assert values_after(cursor_of([at], ""), [("timestamptz", False)], "") == [at]


def test_without_a_cursor_a_list_begins_at_its_beginning() -> None:
    assert values_after(None, KINDS, "") == []


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        encoded("{}"),
        encoded("[]"),
        encoded('["-due_on"]'),
        encoded('["-due_on", {}]'),
        encoded('["-due_on", ["2014-02-18", 1]]'),
        encoded('["-due_on", ["2014-02-18", 1, "a", "b"]]'),
        encoded('["-due_on", ["2014-02-30", 1, "a"]]'),
        encoded('["-due_on", ["2014-02-18", "1", "a"]]'),
        encoded('["-due_on", ["2014-02-18", null, "a"]]'),
        encoded('["-due_on", ["2014-02-18", 1.5, "a"]]'),
        encoded('["due_on", ["2014-02-18", 1, "a"]]'),
        encoded('["-due_on", ["2014-02-18", 1, "\\ud800"]]'),
    ],
)
def test_what_is_no_cursor_of_this_order_is_refused(cursor: str) -> None:
    with pytest.raises(MalformedCursor):
        values_after(cursor, KINDS, "-due_on")
