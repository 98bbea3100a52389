"""The bulletin as a DOCX file, for printing and for filing."""

from io import BytesIO
from typing import Final

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.run import Run

from services.status.bulletin.document import Bulletin, Section

_SONG: Final = "宋体"
_TITLE_POINTS: Final = 20


def docx(bulletin: Bulletin) -> bytes:
    """A document in Chinese with the English beside it, a table of figures for each section."""
    paper = Document()
    paper.core_properties.title = bulletin.title_zh
    paper.core_properties.author = ""
    _write_in_song(paper)
    _head(paper, bulletin)
    for section in bulletin.sections:
        _section(paper, section)
    if bulletin.behind:
        _behind(paper, bulletin)
    paper.add_paragraph(f"日志位置 Position in the log: {bulletin.position}")
    written = BytesIO()
    paper.save(written)
    return written.getvalue()


def _write_in_song(paper: Paper) -> None:
    """Word takes Chinese letters from the East Asian font, which a style names apart."""
    for name in ("Normal", "Heading 2"):
        style = paper.styles[name]
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _SONG)


def _head(paper: Paper, bulletin: Bulletin) -> None:
    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run: Run = title.add_run(bulletin.title_zh)
    run.bold = True
    run.font.size = Pt(_TITLE_POINTS)
    below = paper.add_paragraph(bulletin.title_en)
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paper.add_paragraph(f"{bulletin.name}  截至 As of {bulletin.as_of}")


def _section(paper: Paper, section: Section) -> None:
    paper.add_heading(f"{section.title_zh} {section.title_en}", level=2)
    paper.add_paragraph(section.text_zh)
    paper.add_paragraph(section.text_en)
    _table(
        paper,
        ("指标 Figure", "数值 Value", "总数 Of"),
        [
            (f"{figure.zh} {figure.en}", f"{figure.value:,}", _of(figure.of))
            for figure in section.figures
        ],
    )


def _behind(paper: Paper, bulletin: Bulletin) -> None:
    paper.add_heading("需催办单位 To be urged", level=2)
    _table(
        paper,
        ("单位 Unit", "动员逾期 Mobilization overdue", "整改逾期 Items overdue"),
        [
            (f"{each.name}({each.unit})", f"{each.mobilization_overdue:,}", f"{each.items_overdue:,}")
            for each in bulletin.behind
        ],
    )  # fmt: skip


def _table(paper: Paper, headings: tuple[str, str, str], rows: list[tuple[str, str, str]]) -> None:
    table = paper.add_table(rows=len(rows) + 1, cols=len(headings), style="Light Grid")
    cells = table._cells  # noqa: SLF001 - `cell(row, column)` walks the whole table each time
    for number, text in enumerate((*headings, *(text for row in rows for text in row))):
        cells[number].text = text


def _of(total: int | None) -> str:
    return "" if total is None else f"{total:,}"
