"""XLSX in: the first visible worksheet, its cells as the strings a CSV would hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.platform.bulk.assembling import Record
from shared.platform.bulk.refusals import (
    ErrorCell,
    FormulaCell,
    MergedCells,
    TooManyColumns,
    XlsxDamaged,
)
from shared.platform.bulk.rows import Limits
from shared.platform.bulk.xlsx_package import (
    Attributes,
    Package,
    Workbook,
    chunks,
    damage_named,
    new_parser,
    unescaped,
)

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_TAGS = ("row", "c", "v", "t", "f", "rPh", "mergeCell", "mergeCells")
_TAG = {f"{namespace} {tag}": tag for namespace in _NAMESPACES for tag in _TAGS}
_LAST_ROW = 1_048_576
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([Ee][+-]?[0-9]{1,3})?")
_EXACT = 10**15
_LAST_SERIAL = 2_958_466
_RANGES_NAMED = 5


class XlsxRecords:
    """The records of a workbook, read as the archive unfolds; counts hidden rows on the way."""

    def __init__(self, body: bytes, limits: Limits) -> None:
        self._body = body
        self._limits = limits
        self.hidden_rows = 0

    def __iter__(self) -> Iterator[Record]:
        with damage_named():
            workbook = Workbook(Package(self._body, self._limits))
            walk = _SheetWalk(workbook, self._limits)
            width = 0
            for number, cells in self._walked(workbook, walk):
                width = width or len(cells)
                # A worksheet leaves out the empty cells at the end of a row.
                cells.extend([""] * (width - len(cells)))
                yield number, cells

    def _walked(self, workbook: Workbook, walk: _SheetWalk) -> Iterator[Record]:
        with workbook.package.open(workbook.sheet_path) as part:
            for chunk in chunks(part):
                walk.parser.Parse(chunk)
                yield from walk.finished()
        walk.parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword
        yield from walk.finished()
        self.hidden_rows = walk.hidden_rows


class _SheetWalk:
    """Expat's callbacks over one worksheet: one flat element at a time, no tree in memory."""

    def __init__(self, workbook: Workbook, limits: Limits) -> None:
        self._strings = workbook.strings
        self._kinds = workbook.kinds
        self._epoch = datetime(1904, 1, 1) if workbook.since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a worksheet knows no zones
        self._most_columns = limits.columns
        self._rows: list[Record] = []
        self._merged: list[str] = []
        self._columns: dict[str, int] = {}
        self._number = 0
        self._cells: list[str] = []
        self._hidden = False
        self._column = -1
        self._type = ""
        self._style = ""
        self._text: list[str] = []
        self._taking = False
        self._pronouncing = False  # within rPh, which says how a text is read aloud
        self.hidden_rows = 0
        self.parser = new_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def finished(self) -> list[Record]:
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: Attributes) -> None:
        match _TAG.get(name):
            case "c":
                self._start_cell(attributes)
            case "v" | "t":
                self._taking = not self._pronouncing
            case "rPh":
                self._pronouncing = True
            case "row":
                self._start_row(attributes)
            case "f":
                raise FormulaCell(**self._place())
            case "mergeCell":
                self._merged.append(attributes["ref"])
            case _:
                pass  # layout, validation and the like

    def _end(self, name: str) -> None:
        match _TAG.get(name):
            case "c":
                self._end_cell()
            case "v" | "t":
                self._taking = False
            case "rPh":
                self._pronouncing = False
            case "row":
                self._end_row()
            case "mergeCells" if self._merged:
                raise MergedCells(ranges=", ".join(self._merged[:_RANGES_NAMED]))
            case _:
                pass

    def _characters(self, data: str) -> None:
        if self._taking:
            self._text.append(data)

    def _start_row(self, attributes: Attributes) -> None:
        number = int(attributes.get("r", self._number + 1))
        if not self._number < number <= _LAST_ROW:
            raise XlsxDamaged(cause=f"row {number}")
        self._number = number
        self._hidden = attributes.get("hidden") in ("1", "true")
        self._cells = []
        self._column = -1

    def _end_row(self) -> None:
        if self._cells:
            self._rows.append((self._number, self._cells))
            self.hidden_rows += self._hidden

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._column = self._index(reference) if reference else self._column + 1
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._text.clear()

    def _end_cell(self) -> None:
        if not self._text:
            return
        value = self._value("".join(self._text))
        column = self._column
        if column >= self._most_columns:
            raise TooManyColumns(row=self._number, limit=self._most_columns)
        cells = self._cells
        if column == len(cells):
            cells.append(value)
        else:
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = value

    def _index(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            if not _REFERENCE.fullmatch(reference):
                raise XlsxDamaged(cause=f"cell {reference[:20]}")
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - 64
            found = self._columns[letters] = found - 1
        return found

    def _value(self, text: str) -> str:
        match self._type:
            case "s":
                return self._strings[int(text)]
            case "n":
                return self._number_text(text)
            case "inlineStr" | "str":
                return unescaped(text)
            case "b":
                return "TRUE" if text == "1" else "FALSE"
            case "d":
                return text.removesuffix("T00:00:00")
            case "e":
                raise ErrorCell(value=text[:20], **self._place())
            case unknown:
                raise XlsxDamaged(cause=f"cell type {unknown[:20]}")

    def _number_text(self, text: str) -> str:
        kind = self._kinds[int(self._style)] if self._style and self._kinds else ""
        if not kind and len(text) < 16 and text.isascii() and text.isdigit():
            return str(int(text))
        if not _NUMBER.fullmatch(text):
            raise XlsxDamaged(cause=f"number {text[:20]}")
        value = float(text)
        if kind and 0 <= value < _LAST_SERIAL:
            return self._moment(value, kind)
        # Beyond fifteen digits a worksheet's number is no longer what was typed: show it as such.
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)

    def _moment(self, serial: float, kind: str) -> str:
        moment = self._epoch + timedelta(seconds=round(serial * 86_400))
        if serial < 1 and kind == "t":
            return f"{moment:%H:%M:%S}".removesuffix(":00")
        if kind == "d" and serial.is_integer():
            return f"{moment:%Y-%m-%d}"
        return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")

    def _place(self) -> dict[str, object]:
        letters = ""
        at = self._column + 1
        while at > 0:
            at, letter = divmod(at - 1, 26)
            letters = chr(65 + letter) + letters
        return {"cell": f"{letters}{self._number}", "row": self._number, "column": letters}
