"""A CSV is read as a spreadsheet shows it, or refused with what to do."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.platform.bulk import CSV, Column, FileRefused, Limits, Sheet, read_rows

HEADER = "unit,held_at,attendees,place\n"
LINE = "1502,2014-02-18 09:00,120,礼堂\n"
EXPECTED = {
    "unit": "1502",
    "held_at": datetime(2014, 2, 18, 1, 0, tzinfo=UTC),
    "attendees": 120,
    "place": "礼堂",
}


def _refusal(body: bytes, columns: Sequence[Column], limits: Limits | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read_rows(body, CSV, columns, limits or Limits())
    assert caught.value.message_zh
    assert caught.value.message_en
    assert 400 <= caught.value.status < 500
    return caught.value


def _read(text: str, columns: Sequence[Column]) -> Sheet:
    return read_rows(text.encode(), CSV, columns)


def _troubles(sheet: Sheet) -> list[tuple[int, str | None, str, str]]:
    return [(error.row, error.column, error.value, error.code) for error in sheet.errors]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + LINE,
        "\ufeff" + HEADER + LINE,
        HEADER.replace(",", ";") + LINE.replace(",", ";"),
        HEADER.replace(",", "\t") + LINE.replace(",", "\t"),
        (HEADER + LINE).replace("\n", "\r\n"),
        (HEADER + LINE).replace("\n", "\r"),
        "单位代码,召开时间*,到会人数,地点\n" + LINE,
        " Unit ,HELD_AT,attendees,place\n" + LINE,
        "place,attendees,held_at,unit\n礼堂,120,2014-02-18 09:00,1502\n",
        HEADER + '"1502","2014-02-18 09:00","120","礼堂"',
        HEADER + "1502 ,\u30002014-02-18 09:00, 120 ,\u200b礼堂\u00a0\n",
        "unit,held_at,attendees,place,,\n1502,2014-02-18 09:00,120,礼堂,,\n",
        HEADER + LINE + "\n,,,\n  ,\n",
    ],
)
def test_what_spreadsheets_save_is_read(text: str, columns: list[Column]) -> None:
    sheet = _read(text, columns)

    assert sheet.errors == []
    assert [(row.number, row.values) for row in sheet.rows] == [(2, EXPECTED)]


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(columns: list[Column]) -> None:
    sheet = _read("\n" + HEADER + LINE + "\n" + "1503,bad,,\n" + LINE, columns)

    assert [row.number for row in sheet.rows] == [3, 6]
    assert _troubles(sheet) == [(5, "held_at", "bad", "datetime-malformed")]
    assert sheet.numbers() == [3, 5, 6]


def test_optional_columns_may_be_empty_or_left_out(columns: list[Column]) -> None:
    empty = _read(HEADER + "1502,2014-02-18 09:00,,\n", columns)
    absent = _read("unit,held_at\n1502,2014-02-18 09:00\n", columns)

    assert empty.rows == absent.rows
    assert absent.rows[0].values["place"] is None


@pytest.mark.parametrize(
    ("cell", "expected"), [("'=1+1", "=1+1"), ("''-x", "'-x"), ("'x", "'x"), ("=1+1", "=1+1")]
)
def test_the_apostrophe_that_kept_a_cell_from_running_is_taken_off(
    cell: str, expected: str, columns: list[Column]
) -> None:
    sheet = _read(HEADER + f"1502,2014-02-18 09:00,1,{cell}\n", columns)

    assert sheet.rows[0].values["place"] == expected


def test_every_wrong_cell_of_a_row_is_named(columns: list[Column]) -> None:
    sheet = _read(HEADER + ",2014-02-30 09:00,many,\x01\n", columns)

    assert sheet.rows == []
    assert _troubles(sheet) == [
        (2, "unit", "", "value-missing"),
        (2, "held_at", "2014-02-30 09:00", "date-impossible"),
        (2, "attendees", "many", "integer-malformed"),
        (2, "place", "\x01", "text-control-character"),
    ]


def test_a_long_wrong_value_is_shown_shortened(columns: list[Column]) -> None:
    sheet = _read(HEADER + f"1502,2014-02-18 09:00,1,{'长' * 500}\n", columns)

    assert len(sheet.errors[0].value) == 81


@pytest.mark.parametrize("line", ["1502,2014-02-18 09:00\n", LINE.strip() + ",more\n"])
def test_a_row_with_another_number_of_cells_is_an_error(line: str, columns: list[Column]) -> None:
    sheet = _read(HEADER + LINE + line, columns)

    assert [row.number for row in sheet.rows] == [2]
    assert [(e.row, e.column, e.code) for e in sheet.errors] == [(3, None, "column-count")]


@pytest.mark.parametrize(
    ("body", "code", "row"),
    [
        (b"", "file-empty", None),
        (b"\n\n", "file-empty", None),
        (b"\xef\xbb\xbf", "file-empty", None),
        (b",,,\n", "file-empty", None),
        (HEADER.encode(), "rows-missing", None),
        ((HEADER + ",,,\n\n").encode(), "rows-missing", None),
        ((HEADER + LINE).encode("gbk"), "encoding-not-utf8", 2),
        ((HEADER + LINE).encode("utf-16"), "encoding-not-utf8", 1),
        ((HEADER + LINE).encode()[:-2], "encoding-not-utf8", 2),
        ((HEADER + LINE).encode() + b"\xff\xfe\n", "encoding-not-utf8", 3),
        ((HEADER + LINE).encode() + b"15\x0002,\n", "file-has-nul-bytes", 3),
        ((HEADER + LINE + '"1503,2014').encode(), "quotes-unbalanced", 3),
        ((HEADER + LINE + '"15"03,2014').encode(), "quotes-unbalanced", 3),
        ((HEADER + "x" * 200_000).encode(), "cell-too-long", 2),
        (("unit,held_at,leader\n" + LINE).encode(), "column-unknown", 1),
        (("unit,,held_at\n" + LINE).encode(), "column-unknown", 1),
        ((b"unit,place\n1502,x\n"), "column-missing", 1),
        (("unit,held_at,单位代码\n" + LINE).encode(), "column-duplicate", 1),
    ],
)
def test_a_file_nothing_can_be_taken_from_is_refused(
    body: bytes, code: str, row: int | None, columns: list[Column]
) -> None:
    refusal = _refusal(body, columns)

    assert (code, row) == (refusal.code, refusal.row)


@pytest.mark.parametrize(
    ("body", "looks_like"),
    [
        ((HEADER + LINE).encode("gb18030"), "GBK/GB18030"),
        ((HEADER + LINE).encode("utf-16"), "UTF-16"),
        ((HEADER + "礼堂").encode()[:-1], "UTF-8, truncated"),
        (HEADER.encode() + b"\x80\xff\xff", "binary"),
    ],
)
def test_a_refused_encoding_is_named(body: bytes, looks_like: str, columns: list[Column]) -> None:
    refusal = _refusal(body, columns)

    assert looks_like in refusal.message_zh
    assert looks_like in refusal.message_en


def test_a_refused_column_is_named_with_the_known_ones(columns: list[Column]) -> None:
    refusal = _refusal(b"unit,held_at,leader\n1,2,3\n", columns)

    assert refusal.column == "leader"
    assert "unit, held_at, attendees, place" in refusal.message_en


def test_limits_are_told(columns: list[Column]) -> None:
    body = (HEADER + LINE * 3).encode()

    assert _refusal(body, columns, Limits(rows=2)).code == "too-many-rows"
    assert _refusal(body, columns, Limits(bytes=50)).code == "file-too-large"
    assert _refusal(body, columns, Limits(bytes=50)).status == 413
    assert len(read_rows(body, CSV, columns, Limits(rows=3)).rows) == 3


@pytest.mark.parametrize(
    ("media_type", "code", "status"),
    [
        ("application/pdf", "media-type-unsupported", 415),
        ("text/html; charset=utf-8", "media-type-unsupported", 415),
    ],
)
def test_other_media_types_are_refused(
    media_type: str, code: str, status: int, columns: list[Column]
) -> None:
    with pytest.raises(FileRefused) as caught:
        read_rows((HEADER + LINE).encode(), media_type, columns)

    assert (code, status) == (caught.value.code, caught.value.status)


@pytest.mark.parametrize(
    ("start", "code"),
    [(b"PK\x03\x04", "media-type-mismatch"), (b"\xd0\xcf\x11\xe0", "xls-unsupported")],
)
def test_a_workbook_sent_as_csv_is_recognised(
    start: bytes, code: str, columns: list[Column]
) -> None:
    assert code == _refusal(start + b"...", columns).code


@pytest.mark.parametrize(
    "media_type", [None, "", "text/csv; charset=utf-8", "application/vnd.ms-excel", "TEXT/CSV"]
)
def test_a_csv_is_recognised_whatever_the_browser_says(
    media_type: str | None, columns: list[Column]
) -> None:
    assert len(read_rows((HEADER + LINE).encode(), media_type, columns).rows) == 1


def test_reading_leaves_the_csv_modules_settings_alone(columns: list[Column]) -> None:
    before = csv.field_size_limit()
    _read(HEADER + LINE, columns)

    assert before == csv.field_size_limit()


def test_a_column_parses_each_different_cell_once() -> None:
    seen: list[str] = []

    def parse(cell: str) -> Any:
        seen.append(cell)
        return cell

    sheet = read_rows(b"kind\na\nb\na\na\n", CSV, [Column("kind", parse)])

    assert seen == ["a", "b"]
    assert [row.values["kind"] for row in sheet.rows] == ["a", "b", "a", "a"]
