"""JSON lines say the same as a CSV, one object per line."""

import pytest

from shared.platform.bulk import JSON_LINES, Column, FileRefused, Limits, read_rows

LINE = '{"unit": "1502", "held_at": "2014-02-18 09:00", "attendees": 120, "place": "礼堂"}\n'


def test_lines_give_the_rows_a_csv_would(columns: list[Column]) -> None:
    lines = read_rows((LINE + "\n" + LINE).encode(), JSON_LINES, columns)
    table = read_rows(
        "unit,held_at,attendees,place\n1502,2014-02-18 09:00,120,礼堂\n".encode(), None, columns
    )

    assert [row.number for row in lines.rows] == [1, 3]
    assert lines.rows[0].values == table.rows[0].values


def test_titles_order_and_null_are_as_free_as_in_a_csv(columns: list[Column]) -> None:
    text = '{"召开时间": "2014-02-18 09:00", "单位代码": "1502", "place": null}'
    sheet = read_rows(text.encode(), None, columns)

    assert sheet.rows[0].values["unit"] == "1502"
    assert sheet.rows[0].values["place"] is None


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("{", None, "json-malformed"),
        ('{"unit": "1502"', None, "json-malformed"),
        ('{"unit": "1502"} extra', None, "json-malformed"),
        ('{"unit": "\\ud800"}', None, "json-malformed"),
        ('{"a":' * 5000, None, "json-malformed"),
        ('"1502"', None, "json-not-an-object"),
        ("17", None, "json-not-an-object"),
        ('{"leader": "p-1"}', "leader", "column-unknown"),
        ('{"unit": "1502", "单位代码": "1503"}', "unit", "column-duplicate"),
        ('{"unit": 1502}', "unit", "value-type"),
        ('{"unit": true}', "unit", "value-type"),
        ('{"unit": ["1502"]}', "unit", "value-type"),
        ('{"attendees": 1.5}', "attendees", "value-type"),
        ('{"attendees": true}', "attendees", "value-type"),
        ('{"attendees": 99999999999999999999999}', "attendees", "value-type"),
        ('{"unit": "1502", "held_at": "2014-02-18 09:00", "attendees": -1}', "attendees",
         "integer-out-of-range"),
        ('{"unit": "1502"}', "held_at", "value-missing"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_and_the_others_are_read(
    line: str, column: str | None, code: str, columns: list[Column]
) -> None:
    sheet = read_rows((LINE + line + "\n" + LINE).encode(), JSON_LINES, columns)

    assert [(2, column, code)] == [(e.row, e.column, e.code) for e in sheet.errors]
    assert [row.number for row in sheet.rows] == [1, 3]


@pytest.mark.parametrize(
    ("text", "code"),
    [("\n \n", "file-empty"), (f"[{LINE}]", "json-not-lines"), ("\ufeff[]", "json-not-lines")],
)
def test_what_is_not_lines_is_refused(text: str, code: str, columns: list[Column]) -> None:
    with pytest.raises(FileRefused) as caught:
        read_rows(text.encode(), JSON_LINES, columns)

    assert code == caught.value.code


def test_the_row_limit_counts_lines(columns: list[Column]) -> None:
    with pytest.raises(FileRefused) as caught:
        read_rows((LINE * 3).encode(), JSON_LINES, columns, Limits(rows=2))

    assert caught.value.code == "too-many-rows"


def test_gbk_is_refused_here_too(columns: list[Column]) -> None:
    with pytest.raises(FileRefused) as caught:
        read_rows(LINE.encode("gbk"), JSON_LINES, columns)

    assert caught.value.code == "encoding-not-utf8"
