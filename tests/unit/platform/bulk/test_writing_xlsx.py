"""Workbooks written row by row read as they were written, whatever a cell holds."""

import io
import zipfile
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.platform.bulk import XLSX, Column, read_rows
from shared.platform.bulk.cells import Value
from shared.platform.bulk.xlsx_writing import XlsxFile

TITLES = ["n", "text"]


def written(*parts: Sequence[Sequence[Value]], titles: Sequence[str] = TITLES) -> bytes:
    out = io.BytesIO()
    file = XlsxFile(out, titles)
    for rows in parts:
        file.add(rows)
    file.close()
    return out.getvalue()


def read(body: bytes, titles: Sequence[str] = TITLES) -> list[tuple[object, ...]]:
    columns = [Column(title, str) for title in titles]
    return [tuple(row.values.values()) for row in read_rows(body, XLSX, columns).rows]


def sheet_of(body: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(
    "text",
    ["=1+1", "<b>&amp;</b>", "_x0041_", "a\x01b", "a\rb", "两行\n字", "a  b", "'x", "]]>", "😀"],
)
def test_text_stays_text(text: str) -> None:
    assert read(written([[1, text]])) == [("1", text)]


def test_spaces_at_the_edges_are_in_the_file() -> None:
    assert '<t xml:space="preserve"> a </t>' in sheet_of(written([[1, " a "]]))


@given(
    st.lists(st.tuples(st.integers(-999, 999), st.text(st.characters(codec="utf-8"))), max_size=5)
)
def test_every_sheet_is_well_formed(rows: list[tuple[int, str]]) -> None:
    sheet = ET.fromstring(sheet_of(written(rows)))  # noqa: S314 - our own

    assert len([row for row in sheet.iter() if row.tag.endswith("}row")]) == len(rows) + 1


def test_rows_go_on_from_part_to_part() -> None:
    body = written([[1, "a"], [2, "b"]], [], [[3, "c"]])

    assert read(body) == [("1", "a"), ("2", "b"), ("3", "c")]
    assert '<c r="A4">' in sheet_of(body)


def test_columns_beyond_z_have_two_letters() -> None:
    titles = [f"c{n}" for n in range(60)]
    body = written([[f"v{n}" for n in range(60)]], titles=titles)

    assert read(body, titles) == [tuple(f"v{n}" for n in range(60))]
    assert all(f'<c r="{at}2"' in sheet_of(body) for at in ("A", "Z", "AA", "AZ", "BA", "BH"))


def test_a_row_of_another_width_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="zip"):
        written([[1]])
