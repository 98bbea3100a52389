"""What is written opens rightly in a spreadsheet, runs nothing there, and reads back the same."""

import csv
import io
import string
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.platform.bulk import (
    CSV,
    XLSX,
    Column,
    Outcome,
    ValueRefused,
    parsers,
    read_rows,
    result_file,
    write_csv,
    write_xlsx,
)
from shared.platform.bulk.rows import Row, RowError, Sheet

WRITERS = {CSV: write_csv, XLSX: write_xlsx}
COLUMNS = [
    Column("code", parsers.code, required=True),
    Column("on", parsers.local_date),
    Column("at", parsers.local_datetime),
    Column("count", parsers.integer(-(10**12), 10**12)),
    Column("text", parsers.text(200)),
]
# Without control characters, which a text parser refuses, and without edges, which it trims.
TEXTS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30
)
NFC_TEXTS = TEXTS.map(parsers.text(200))
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2190, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(microsecond=0, tzinfo=UTC)
)
ROWS = st.tuples(
    st.text(string.ascii_letters + string.digits, min_size=1, max_size=20),
    st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    st.none() | INSTANTS,
    st.none() | st.integers(-(10**12), 10**12),
    st.none() | NFC_TEXTS,
)


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=5), st.sampled_from(sorted(WRITERS)))
def test_what_is_written_reads_back_the_same(rows: list[tuple[Any, ...]], kind: str) -> None:
    body = WRITERS[kind]([column.name for column in COLUMNS], rows)
    sheet = read_rows(body, kind, COLUMNS)

    assert sheet.errors == []
    assert rows == [tuple(row.values.values()) for row in sheet.rows]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "'=", "''+"])
def test_a_csv_cell_that_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    body = write_csv(["text"], [[f"{start}1+1"]])
    [_, [cell]] = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))

    assert f"'{start}1+1" == cell


def test_numbers_and_inner_signs_are_left_as_they_are() -> None:
    body = write_csv(["count", "text"], [[-5, "a=b"]])

    assert body.decode("utf-8-sig").splitlines()[1] == "-5,a=b"


def test_an_xlsx_cell_is_never_a_formula_nor_a_link() -> None:
    body = write_xlsx(["text"], [["=1+1"], ["{=1}"], ["https://example.org"], ["+1"]])
    markup = zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml")

    assert b"<f>" not in markup
    assert b"hyperlink" not in markup
    assert [row.values["text"] for row in read_rows(body, XLSX, [COLUMNS[-1]]).rows] == [
        "=1+1",
        "{=1}",
        "https://example.org",
        "+1",
    ]


def test_other_programs_read_the_xlsx_alike() -> None:
    body = write_xlsx(["code", "count"], [["1502", 12], ["1503", None]])
    expected = [["code", "count"], ["1502", 12], ["1503", ""]]

    assert (
        expected
        == python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
        .get_sheet_by_index(0)
        .to_python()
    )
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    assert expected == [[value or "" for value in row] for row in sheet.iter_rows(values_only=True)]


def test_a_csv_begins_with_the_mark_that_excel_needs_for_chinese() -> None:
    body = write_csv(["单位"], [["包头市"]])

    assert body.startswith(b"\xef\xbb\xbf")
    assert "包头市" in body.decode("utf-8-sig")


def test_instants_are_written_in_shanghai_time() -> None:
    body = write_csv(["at"], [[datetime(2014, 2, 18, 1, 0, tzinfo=UTC)]])

    assert "2014-02-18 09:00" in body.decode("utf-8-sig")


def test_truth_values_are_words_in_both_files() -> None:
    for kind, write in WRITERS.items():
        [row] = read_rows(write(["text"], [[True]]), kind, [COLUMNS[-1]]).rows
        assert row.values["text"] == "TRUE"


def _lines(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_a_result_file_says_of_every_row_what_became_of_it() -> None:
    sheet = Sheet([Row(2, {}), Row(3, {}), Row(5, {})])
    refused = ValueRefused("date-malformed", "应为日期。", "Give a date.")
    errors = [RowError.of(4, "held_at", "=cmd()", refused), RowError.of(4, "unit", "", refused)]
    outcomes = {2: Outcome("recorded"), 3: Outcome("unchanged", "same", "已登记。", "Known.")}
    header, *lines = _lines(result_file(sheet, errors, outcomes))

    assert header[0] == "行 row"
    assert lines[0] == ["2", "recorded", "", "", "", ""]
    assert lines[1] == ["3", "unchanged", "", "", "same", "已登记。 Known."]
    assert lines[2] == [
        "4", "refused", "held_at", "'=cmd()", "date-malformed", "应为日期。 Give a date."
    ]  # fmt: skip
    assert lines[3][:3] == ["4", "refused", "unit"]
    assert lines[4][:2] == ["5", "not-tried"]
    assert "整个文件未办理" in lines[4][5]
