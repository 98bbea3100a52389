"""A workbook's first visible sheet reads as the CSV of it would; what cannot be trusted is refused."""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from shared.platform.bulk import XLSX, Column, FileRefused, Limits, parsers, read_rows, write_xlsx

HEADER = ["unit", "held_at", "attendees", "place"]
ROW: list[str | int] = ["1502", "2014-02-18 09:00", 120, "礼堂"]
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _book(fill: Callable[[Worksheet], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(ROW)
    if fill:
        fill(sheet)
    return _saved(book)


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _with_parts(body: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """The package with some parts replaced, added or, where None, left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def _with_strings(body: bytes, strings: str) -> bytes:
    """The package with a part of shared strings, as Excel writes them."""
    related = (
        '<Relationship Id="rId9" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org'
        '/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    )
    path = "xl/_rels/workbook.xml.rels"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        before = archive.read(path).decode()
    after = before.replace("</Relationships>", related).encode()
    return _with_parts(body, {path: after, "xl/sharedStrings.xml": strings.encode()})


def _sheet_of(rows: str, after: str = "") -> bytes:
    """A package whose worksheet is written by hand."""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return _with_parts(_book(), {SHEET: xml.encode()})


def _refusal(body: bytes, columns: list[Column], limits: Limits | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read_rows(body, XLSX, columns, limits or Limits())
    assert caught.value.message_zh
    assert caught.value.message_en
    assert 400 <= caught.value.status < 500
    return caught.value


def _texts(body: bytes) -> list[str | None]:
    """What a text column makes of the first column of a package."""
    sheet = read_rows(body, XLSX, [Column("unit", parsers.text(200))])
    assert sheet.errors == []
    return [row.values["unit"] for row in sheet.rows]


def test_a_row_reads_as_in_a_csv(columns: list[Column]) -> None:
    sheet = read_rows(_book(), XLSX, columns)

    assert sheet.errors == []
    assert [row.number for row in sheet.rows] == [2]
    assert sheet.rows[0].values == {
        "unit": "1502",
        "held_at": datetime(2014, 2, 18, 1, 0, tzinfo=UTC),
        "attendees": 120,
        "place": "礼堂",
    }


@pytest.mark.parametrize("media_type", [None, "application/octet-stream"])
def test_a_workbook_is_recognised_without_its_type(
    media_type: str | None, columns: list[Column]
) -> None:
    assert len(read_rows(_book(), media_type, columns).rows) == 1


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (1502, "General", "1502"),
        (150202001001, "General", "150202001001"),
        (44.0, "General", "44"),
        (0.5, "General", "0.5"),
        (-3, "General", "-3"),
        (1502020010010001, "General", "1502020010010001.0"),
        (True, "General", "TRUE"),
        (date(2014, 2, 18), "yyyy-mm-dd", "2014-02-18"),
        (date(2014, 2, 18), 'yyyy"年"m"月"d"日"', "2014-02-18"),
        (date(2014, 2, 18), "[$-804]m/d;@", "2014-02-18"),
        (datetime(2014, 2, 18, 9, 0), "yyyy-mm-dd hh:mm", "2014-02-18 09:00"),  # noqa: DTZ001
        (datetime(2014, 2, 18, 9, 0, 7), "yyyy/m/d h:mm", "2014-02-18 09:00:07"),  # noqa: DTZ001
        (datetime(2014, 2, 18), "yyyy-mm-dd hh:mm", "2014-02-18 00:00"),  # noqa: DTZ001
        (datetime(2014, 2, 18, 9, 30), "yyyy-mm-dd", "2014-02-18 09:30"),  # noqa: DTZ001
        (time(9, 30), "h:mm AM/PM", "09:30"),
        (41688, "0.00", "41688"),
        (41688, '0" days"', "41688"),
    ],
)
def test_a_cell_is_the_string_a_csv_would_hold(
    value: Any, number_format: str, expected: str
) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A2"] = value
        sheet["A2"].number_format = number_format

    def only_units(sheet: Worksheet) -> None:
        fill(sheet)
        sheet.delete_cols(2, 3)

    assert [expected] == _texts(_book(only_units))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A2" t="inlineStr"><is><t>礼堂</t></is></c>', "礼堂"),
        ('<c r="A2" t="inlineStr"><is><r><t>礼</t></r><r><t>堂</t></r></is></c>', "礼堂"),
        ('<c t="inlineStr"><is><t>礼堂</t><rPh><t>litang</t></rPh></is></c>', "礼堂"),
        ('<c r="A2" t="str"><v>礼堂</v></c>', "礼堂"),
        ('<c r="A2" t="d"><v>2014-02-18T00:00:00</v></c>', "2014-02-18"),
        ('<c r="A2" t="b"><v>0</v></c>', "FALSE"),
        ('<c t="str"><v>礼堂</v></c>', "礼堂"),
        ('<c r="A2"><v>1.5E3</v></c>', "1500"),
        ('<c r="A2"><v>007</v></c>', "7"),
    ],
)
def test_every_way_to_write_a_cell_is_read(cell: str, expected: str) -> None:
    header = '<row r="1"><c r="A1" t="str"><v>unit</v></c></row>'

    assert [expected] == _texts(_sheet_of(f'{header}<row r="2">{cell}</row>'))


def test_formatted_runs_join_and_readings_are_left_out() -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>unit</t></si><si><r><t>包</t></r><r><t>头</t></r>'
        "<rPh><t>bao</t></rPh></si></sst>"
    )
    rows = '<row r="1"><c t="s"><v>0</v></c></row><row r="2"><c t="s"><v>1</v></c></row>'

    assert _texts(_with_strings(_sheet_of(rows), strings)) == ["包头"]


def test_characters_that_xml_cannot_hold_are_unescaped_once() -> None:
    body = write_xlsx(["unit"], [["_x0041_"], ["a_x000G_b"]])
    escaped = '<row r="1"><c t="str"><v>unit</v></c></row><row><c t="str"><v>_x0041_</v></c></row>'

    assert _texts(body) == ["_x0041_", "a_x000G_b"]
    assert _texts(_sheet_of(escaped)) == ["A"]


@pytest.mark.parametrize(
    ("number_format", "serial", "expected"),
    [
        (14, 41688, "2014-02-18"),
        (31, 41688, "2014-02-18"),
        (22, 41688.375, "2014-02-18 09:00"),
        (20, 0.375, "09:00"),
        (49, 41688, "41688"),
        (14, -1, "-1"),
        (14, 1e9, "1000000000"),
    ],
)
def test_built_in_formats_are_known_by_their_numbers(
    number_format: int, serial: float, expected: str
) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, "unit")
    sheet.write_number(1, 0, serial, book.add_format({"num_format": number_format}))
    sheet.write_blank(1, 400, None, book.add_format({"bold": True}))
    book.close()

    assert _texts(out.getvalue()) == [expected]


def test_dates_may_count_from_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - a worksheet knows no zones
    book.worksheets[0].append(["unit"])
    book.worksheets[0].append([date(2014, 2, 18)])

    assert _texts(_saved(book)) == ["2014-02-18"]


def test_the_first_visible_sheet_is_read() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].sheet_state = "hidden"
    for text in ("first", "second"):
        sheet = book.create_sheet(text)
        sheet.append(["unit"])
        sheet.append([text])

    assert _texts(_saved(book)) == ["first"]


def test_hidden_rows_are_read_and_counted(columns: list[Column]) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["1503", *ROW[1:]])
        sheet.row_dimensions[3].hidden = True

    sheet = read_rows(_book(fill), XLSX, columns)

    assert [row.values["unit"] for row in sheet.rows] == ["1502", "1503"]
    assert sheet.hidden_rows == 1


def test_empty_rows_keep_the_numbers_of_the_others(columns: list[Column]) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A5"], sheet["B5"] = "1503", "no time"
        sheet["A9"] = "  "

    sheet = read_rows(_book(fill), XLSX, columns)

    assert [row.number for row in sheet.rows] == [2]
    assert [(error.row, error.column) for error in sheet.errors] == [(5, "held_at")]


def test_merged_cells_are_refused_with_their_ranges(columns: list[Column]) -> None:
    refusal = _refusal(_book(lambda sheet: sheet.merge_cells("A2:A4")), columns)

    assert refusal.code == "xlsx-merged-cells"
    assert "A2:A4" in refusal.message_zh


def test_a_formula_is_refused_with_its_cell(columns: list[Column]) -> None:
    refusal = _refusal(_book(lambda sheet: sheet.append(["1503", ROW[1], "=1+1"])), columns)

    assert (refusal.code, refusal.row, refusal.column) == ("xlsx-formula", 3, "C")
    assert "C3" in refusal.message_en


def test_an_error_value_is_refused_with_its_cell(columns: list[Column]) -> None:
    body = _sheet_of('<row r="1"><c r="AB1" t="e"><v>#N/A</v></c></row>')
    refusal = _refusal(body, columns)

    assert (refusal.code, refusal.row, refusal.column) == ("xlsx-error-cell", 1, "AB")
    assert "#N/A" in refusal.message_en


def test_a_cell_far_away_costs_nothing(columns: list[Column]) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.cell(1_048_576, 16_384, "far")

    body = _book(fill)

    assert len(body) < 10_000
    assert _refusal(body, columns).code == "too-many-columns"


def test_limits_are_told(columns: list[Column]) -> None:
    body = write_xlsx(HEADER, [ROW] * 3)

    assert _refusal(body, columns, Limits(rows=2)).code == "too-many-rows"
    assert _refusal(body, columns, Limits(bytes=50)).code == "file-too-large"
    assert _refusal(body, columns, Limits(unpacked_bytes=2000)).code == "xlsx-too-large-unpacked"


def test_a_part_that_unfolds_too_far_is_refused_unread(columns: list[Column]) -> None:
    bomb = _with_parts(_book(), {"xl/media/big": b"\0" * 4_000_000})

    limits = Limits(unpacked_bytes=1_000_000)

    assert len(bomb) < 20_000
    assert _refusal(bomb, columns, limits).code == "xlsx-too-large-unpacked"


def test_a_directory_of_very_many_parts_is_refused_unopened(columns: list[Column]) -> None:
    many = _with_parts(_book(), {f"xl/media/{n}": b"" for n in range(1_100)})

    assert _refusal(many, columns).code == "xlsx-too-large-unpacked"


@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE x [<!ENTITY a "aaaa">]>', '<!DOCTYPE x SYSTEM "file:///etc/hostname">'],
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"])
def test_document_types_and_entities_are_refused(
    declared: str, part: str, columns: list[Column]
) -> None:
    body = _with_parts(_book(), {part: f'{declared}<worksheet xmlns="{MAIN}"/>'.encode()})

    assert _refusal(body, columns).code == "xlsx-forbidden-markup"


@pytest.mark.parametrize(
    "parts",
    [
        {"_rels/.rels": None},
        {"xl/workbook.xml": None},
        {"xl/_rels/workbook.xml.rels": None},
        {SHEET: None},
        {SHEET: b""},
        {SHEET: b"<worksheet"},
        {SHEET: b'<?xml version="1.0" encoding="no-such"?><worksheet/>'},
        {"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'.encode()},
    ],
)
def test_a_package_with_broken_parts_is_damaged(
    parts: Mapping[str, bytes | None], columns: list[Column]
) -> None:
    assert _refusal(_with_parts(_book(), parts), columns).code == "xlsx-damaged"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="2"/><row r="2"/>',
        '<row r="1048577"/>',
        '<row r="x"/>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="what"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>NaN</v></c></row>',
        '<row r="1"><c r="A1"><v>1_000</v></c></row>',
        '<row r="1"><c r="A1" s="999"><v>1</v></c></row>',
    ],
)
def test_a_worksheet_that_breaks_its_own_rules_is_damaged(rows: str, columns: list[Column]) -> None:
    assert _refusal(_sheet_of(rows), columns).code == "xlsx-damaged"


def test_an_encrypted_or_oddly_packed_archive_is_refused(columns: list[Column]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", b"x" * 100)
    locked = bytearray(_book())
    at = locked.index(b"PK\x01\x02")
    locked[at + 8] |= 1

    assert _refusal(out.getvalue(), columns).code == "xlsx-damaged"
    assert _refusal(bytes(locked), columns).code == "xls-unsupported"


def test_a_text_file_sent_as_a_workbook_is_damaged(columns: list[Column]) -> None:
    assert _refusal(b"unit,held_at\n", columns).code == "xlsx-damaged"


def test_an_empty_sheet_and_a_lone_header_are_told_apart(columns: list[Column]) -> None:
    assert _refusal(_sheet_of(""), columns).code == "file-empty"
    assert _refusal(write_xlsx(HEADER, []), columns).code == "rows-missing"
