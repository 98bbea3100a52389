"""The bulletin as page, paper and annex: all of it there, nothing taken for markup or formula."""

from io import BytesIO

import msgspec
from docx import Document
from openpyxl import load_workbook

from services.status.bulletin.annex import xlsx
from services.status.bulletin.page import html
from services.status.bulletin.paper import docx
from tests.unit.status.bulletin.answers import bulletin, child, full

TOLD = bulletin(full(), child("1502", 1, 3))


def test_the_page_holds_every_figure_and_its_source() -> None:
    page = html(TOLD).decode()

    for figure in TOLD.figures():
        assert f'id="{figure.key}"' in page
        assert f'title="{figure.source.pointer}"' in page
    assert "<h1>第二批活动情况通报</h1>" in page
    assert "盟市1502(1502)" in page


def test_what_looks_like_markup_is_text() -> None:
    page = html(msgspec.structs.replace(TOLD, name="<script>alert(1)</script>")).decode()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_page_asks_for_nothing_elsewhere() -> None:
    page = html(TOLD).decode()

    assert "http://" not in page
    assert "https://" not in page
    assert "src=" not in page


def test_the_paper_holds_the_text_and_a_table_for_each_section() -> None:
    paper = Document(BytesIO(docx(TOLD)))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)

    for section in TOLD.sections:
        assert section.text_zh in text
        assert section.text_en in text
    assert len(paper.tables) == len(TOLD.sections) + 1
    assert TOLD.position in text


def test_the_annex_counts_as_the_bulletin_does() -> None:
    book = load_workbook(BytesIO(xlsx(TOLD)))
    units, figures = book.worksheets
    rows = list(figures.iter_rows(min_row=2, values_only=True))

    assert units.max_row == 1 + len(TOLD.annex)
    assert [cell.value for cell in units[2]][:2] == ["1502", "盟市1502"]
    assert [row[2] for row in rows] == [figure.value for figure in TOLD.figures()]


def test_a_name_that_looks_like_a_formula_is_text() -> None:
    line = msgspec.structs.replace(TOLD.annex[0], name='=HYPERLINK("x")')
    book = load_workbook(BytesIO(xlsx(msgspec.structs.replace(TOLD, annex=[line]))))

    assert book.worksheets[0]["B2"].value == '=HYPERLINK("x")'
    assert book.worksheets[0]["B2"].data_type == "s"
