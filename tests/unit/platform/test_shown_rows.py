"""What a list selects of its rows, and the JSON made of them here and in the database."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from shared.platform.shown_rows import ShownRows


class Shown(msgspec.Struct):
    thing: str
    points: int | None
    done: bool
    due_on: date | None
    at: datetime | None
    tags: list[str]


FIELDS = {
    "thing": "t.thing",
    "points": "t.points",
    "done": "t.state = 'done'",
    "due_on": "t.due_on",
    "at": "t.at",
    "tags": "t.tags",
}
AT = '"2014-03-01T01:02:03.5+00:00"'


def row(**changed: Any) -> Any:
    """As the database gives it: what it has made JSON is text."""
    given = {
        "thing": "t-1", "points": 5, "done": True, "due_on": date(2014, 3, 1), "at": AT,
        "tags": '["a", "b"]',
    }  # fmt: skip
    return tuple((given | changed).values())


def test_what_both_write_alike_is_selected_as_it_is_and_the_rest_as_json() -> None:
    assert ShownRows(Shown, FIELDS).selected == (
        "t.thing as thing, t.points as points, t.state = 'done' as done, t.due_on as due_on,"
        " to_json(t.at)::text as at, to_json(t.tags)::text as tags"
    )


def test_rows_come_in_their_order_with_the_names_of_their_fields() -> None:
    written = ShownRows(Shown, FIELDS).json([row(), row(thing="t-2", done=False)])

    first, second = msgspec.json.decode(written)
    assert first == {
        "thing": "t-1", "points": 5, "done": True, "due_on": "2014-03-01",
        "at": "2014-03-01T01:02:03.5+00:00", "tags": ["a", "b"],
    }  # fmt: skip
    assert list(first) == list(FIELDS)
    assert second == first | {"thing": "t-2", "done": False}


def test_what_the_database_has_made_json_stays_as_it_wrote_it() -> None:
    written = ShownRows(Shown, FIELDS).json([row()])

    assert AT.encode() in written
    assert b'["a", "b"]' in written


@pytest.mark.parametrize("name", ["points", "due_on", "at"])
def test_what_is_missing_is_null(name: str) -> None:
    (shown,) = msgspec.json.decode(ShownRows(Shown, FIELDS).json([row(**{name: None})]))

    assert shown[name] is None


@pytest.mark.parametrize(
    "text", ['"', "\\", "\n", "\x1f", "é", "矿区扬尘", "𠀀", "=1+1", "</script>"]
)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    (shown,) = msgspec.json.decode(ShownRows(Shown, FIELDS).json([row(thing=text)]))

    assert shown["thing"] == text


def test_what_follows_the_fields_is_for_the_cursor_and_not_shown() -> None:
    rows = ShownRows(Shown, FIELDS)

    assert rows.json([(*row(), datetime(2014, 3, 1, tzinfo=UTC), "t-1")]) == rows.json([row()])


def test_no_row_is_an_empty_list() -> None:
    assert ShownRows(Shown, FIELDS).json([]) == b"[]"
