"""The bulletin's annex as XLSX: a line for each unit one level down, and a sheet of all figures."""

from io import BytesIO
from typing import Any, Final

import msgspec
import xlsxwriter

from services.status.bulletin.document import Bulletin, Line

_HEADINGS: Final = {
    "unit": "单位代码 Unit",
    "name": "单位 Name",
    "expected": "应动员 Expected",
    "mobilized": "已动员 Mobilized",
    "on_time": "按时 In time",
    "late": "逾期补开 Late",
    "pending": "未到时限 Pending",
    "overdue": "逾期 Overdue",
    "teams": "督导组 Teams",
    "instructors": "指导员 Instructors",
    "items_raised": "台账问题 Items",
    "items_closed": "销号 Closed",
    "items_open": "整改中 Open",
    "items_overdue": "整改逾期 Items overdue",
}
_WIDE: Final = 28


def xlsx(bulletin: Bulletin) -> bytes:
    """Texts are written as texts: none is read as a formula, whatever it begins with."""
    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True, "text_wrap": True})
    _units(book.add_worksheet("各单位 Units"), bulletin.annex, bold)
    _figures(book.add_worksheet("指标 Figures"), bulletin, bold)
    book.close()
    return written.getvalue()


def _units(sheet: Any, lines: list[Line], bold: Any) -> None:
    sheet.freeze_panes(1, 2)
    sheet.set_column(1, 1, _WIDE)
    sheet.write_row(0, 0, list(_HEADINGS.values()), bold)
    for number, line in enumerate(lines, start=1):
        for column, value in enumerate(msgspec.structs.astuple(line)):
            _write(sheet, number, column, value)


def _figures(sheet: Any, bulletin: Bulletin, bold: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 1, _WIDE)
    sheet.write_row(
        0, 0, ["类别 Section", "指标 Figure", "数值 Value", "总数 Of", "查询 Query"], bold
    )
    row = 1
    for section in bulletin.sections:
        for figure in section.figures:
            query = f"{figure.source.query}#{figure.source.pointer}"
            of = "" if figure.of is None else figure.of
            told = (section.title_zh, f"{figure.zh} {figure.en}", figure.value, of, query)
            for column, value in enumerate(told):
                _write(sheet, row, column, value)
            row += 1


def _write(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, int):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))
