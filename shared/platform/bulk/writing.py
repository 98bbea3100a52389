"""Bulk files out: CSV and XLSX that open rightly in a spreadsheet and run nothing there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

import xlsxwriter

from shared.kernel.calendar import SHANGHAI
from shared.platform.bulk.rows import RowError, Sheet

Value = str | int | float | bool | date | datetime | None

# A spreadsheet takes such a cell for a formula. One apostrophe more makes it text, and
# reading takes one off, so a cell that already has one survives the way out and back.
_RUNNABLE = re.compile(r"'*[=+\-@\t\r]")
_BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads Chinese as GBK
_TITLE_FORMAT = {"bold": True, "bg_color": "#DDEBF7", "border": 1}
_WIDTH_CHARACTERS = 18
_RESULT_TITLES = ("行 row", "结果 status", "列 column", "值 value", "代码 code", "说明 message")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: `status` is recorded, unchanged, refused or not-tried."""

    status: str
    code: str = ""
    message_zh: str = ""
    message_en: str = ""


class CsvPart:
    """A CSV in UTF-8 with byte order mark, part by part: instants in Shanghai time, None as an
    empty cell.
    """

    def __init__(self) -> None:
        self._out = io.StringIO(newline="")
        self._writer = csv.writer(self._out)

    def head(self, titles: Sequence[str]) -> bytes:
        self._out.write(_BYTE_ORDER_MARK)
        self._writer.writerow([_neutral(title) for title in titles])
        return self._taken()

    def rows(self, rows: Iterable[Sequence[Value]]) -> bytes:
        self._writer.writerows([_csv_cell(value) for value in row] for row in rows)
        return self._taken()

    def _taken(self) -> bytes:
        text = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return text.encode()


class XlsxFile:
    """An XLSX with one sheet, its header frozen; every cell but numbers is text. Rows go to a
    file of their own as they come, so that memory holds one of them.
    """

    def __init__(self, out: IO[bytes], titles: Sequence[str]) -> None:
        self._book = xlsxwriter.Workbook(out, {"constant_memory": True})
        self._sheet = self._book.add_worksheet("数据")
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(titles) - 1, _WIDTH_CHARACTERS)
        title_format = self._book.add_format(_TITLE_FORMAT)
        for at, title in enumerate(titles):
            self._sheet.write_string(0, at, title, title_format)
        self._number = 0

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            self._number += 1
            for at, value in enumerate(row):
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    self._sheet.write_number(self._number, at, value)
                elif value is not None and value != "":
                    self._sheet.write_string(self._number, at, cell_text(value))

    def close(self) -> None:
        """The rest is written; `out` stays open."""
        self._book.close()


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A whole CSV at once."""
    part = CsvPart()
    return part.head(titles) + part.rows(rows)


def write_xlsx(titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A whole XLSX at once."""
    out = io.BytesIO()
    file = XlsxFile(out, titles)
    file.add(rows)
    file.close()
    return out.getvalue()


def result_file(sheet: Sheet, errors: Iterable[RowError], outcomes: Mapping[int, Outcome]) -> bytes:
    """A CSV that says of every row what became of it and, where refused, why and in which cell."""
    troubles: dict[int, list[RowError]] = {}
    for error in errors:
        troubles.setdefault(error.row, []).append(error)
    lines: list[Sequence[Value]] = []
    for number in sorted({*sheet.numbers(), *troubles, *outcomes}):
        if number in troubles:
            lines.extend(map(_refused, troubles[number]))
        else:
            lines.append(_became(number, outcomes.get(number, _NOT_TRIED)))
    return write_csv(_RESULT_TITLES, lines)


def cell_text(value: Value) -> str:
    """A value as the reader's parsers take it back."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}".removesuffix(":00")
        case date():
            return value.isoformat()
        case _:
            return str(value)


_NOT_TRIED = Outcome(
    "not-tried",
    "",
    "因其他行有误,整个文件未办理。",
    "Not tried, since other rows are wrong and the file is taken whole or not at all.",
)


def _csv_cell(value: Value) -> str:
    return _neutral(value) if isinstance(value, str) else cell_text(value)


def _neutral(text: str) -> str:
    return f"'{text}" if _RUNNABLE.match(text) else text


def _refused(error: RowError) -> Sequence[Value]:
    message = _both(error.message_zh, error.message_en)
    return (error.row, "refused", error.column, error.value, error.code, message)


def _became(number: int, outcome: Outcome) -> Sequence[Value]:
    message = _both(outcome.message_zh, outcome.message_en)
    return (number, outcome.status, None, None, outcome.code, message)


def _both(zh: str, en: str) -> str:
    return f"{zh} {en}".strip()
