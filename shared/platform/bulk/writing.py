"""Bulk files out: CSV and XLSX that open rightly in a spreadsheet and run nothing there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.platform.bulk.cells import Value, cell_text
from shared.platform.bulk.rows import RowError, Sheet
from shared.platform.bulk.xlsx_writing import XlsxFile

# A spreadsheet takes such a cell for a formula. One apostrophe more makes it text, and
# reading takes one off, so a cell that already has one survives the way out and back.
_RUNNABLE = re.compile(r"'*[=+\-@\t\r]")
_BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads Chinese as GBK
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
