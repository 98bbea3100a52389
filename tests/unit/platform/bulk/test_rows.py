"""Rows that repeat an earlier one are named with it."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.platform.bulk import Row, RowError, Sheet, ValueRefused, duplicates


def _rows(*keys: Any) -> list[Row]:
    return [Row(number, {"unit": key, "n": number}) for number, key in enumerate(keys, start=2)]


def test_a_repeated_row_names_the_first() -> None:
    errors = duplicates(_rows("1502", "1503", "1502", "1502"), ["unit"])

    assert [(error.row, error.column, error.value, error.code) for error in errors] == [
        (4, "unit", "1502", "row-duplicate"),
        (5, "unit", "1502", "row-duplicate"),
    ]
    assert "第 2 行" in errors[0].message_zh
    assert "row 2" in errors[1].message_en


def test_a_key_of_several_columns_repeats_only_as_a_whole() -> None:
    rows = [
        Row(2, {"unit": "1502", "on": None}),
        Row(3, {"unit": "1502", "on": "a"}),
        Row(4, {"unit": "1502", "on": None}),
    ]
    [error] = duplicates(rows, ["unit", "on"])

    assert (error.row, error.column, error.value) == (4, "unit, on", "1502, ")


@settings(deadline=None)
@given(st.lists(st.integers(0, 5)))
def test_without_the_duplicates_every_key_stands_once(keys: list[int]) -> None:
    rows = _rows(*keys)
    repeated = {error.row for error in duplicates(rows, ["unit"])}
    kept = [row.values["unit"] for row in rows if row.number not in repeated]

    assert list(dict.fromkeys(keys)) == kept


def test_a_sheet_numbers_every_row_that_held_something() -> None:
    refused = ValueRefused("code", "错", "wrong")
    errors = [RowError.of(4, "unit", "x", refused), RowError.of(4, "on", "y", refused)]

    assert Sheet(_rows("a", "b"), errors).numbers() == [2, 3, 4]
