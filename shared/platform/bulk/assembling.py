"""How cells become a sheet: the header finds the columns, the columns accept the cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.platform.bulk.refusals import (
    ColumnMissing,
    ColumnRepeated,
    ColumnUnknown,
    FileEmpty,
    RowsMissing,
    TooManyRows,
)
from shared.platform.bulk.rows import Column, Limits, Row, RowError, Sheet, ValueRefused

# Spaces of every width and the marks that pasting from web pages leaves; control characters
# are not stripped but refused.
_EDGES = " \t\r\n\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2009\u200a\u200b\u202f\u3000\ufeff"

Record = tuple[int, list[str]]


class Assembly:
    """A sheet in the making: takes rows of cells in the order of `columns`."""

    def __init__(self, columns: Sequence[Column], limits: Limits) -> None:
        self.sheet = Sheet()
        # Cells repeat down a column; what was accepted once need not be parsed again.
        self._columns = [
            (column.name, column.parse, column.required, dict[str, Any]()) for column in columns
        ]
        self._limit = limits.rows
        self._taken = 0

    def count(self) -> None:
        self._taken += 1
        if self._taken > self._limit:
            raise TooManyRows(limit=self._limit)

    def refuse(self, number: int, column: str | None, value: str, refused: ValueRefused) -> None:
        self.sheet.errors.append(RowError.of(number, column, value, refused))

    def add(self, number: int, cells: Iterable[str]) -> None:
        """Accept one row, or note every cell of it that its column does not accept."""
        values = {}
        accepted = True
        for (name, parse, required, seen), untrimmed in zip(self._columns, cells, strict=True):
            cell = untrimmed.strip(_EDGES)
            try:
                if cell in seen:
                    values[name] = seen[cell]
                elif cell:
                    values[name] = seen[cell] = parse(cell)
                elif required:
                    raise _missing()
                else:
                    values[name] = None
            except ValueRefused as refused:
                self.refuse(number, name, cell, refused)
                accepted = False
        if accepted:
            self.sheet.rows.append(Row(number, values))

    def finish(self) -> Sheet:
        if not self._taken:
            raise RowsMissing
        return self.sheet


def assemble(records: Iterator[Record], columns: Sequence[Column], limits: Limits) -> Sheet:
    """A sheet from numbered records, the first of which is the header; blank ones do not count."""
    header = next((record for record in records if not _blank(record[1])), None)
    if header is None:
        raise FileEmpty
    places, width = _places(header[1], columns)
    assembly = Assembly(columns, limits)
    for number, cells in records:
        if _blank(cells):
            continue
        assembly.count()
        if len(cells) != width and (len(cells) < width or not _blank(cells[width:])):
            shown = ", ".join(cells)
            assembly.refuse(number, None, shown, _miscounted(len(cells), width))
        else:
            assembly.add(number, ["" if at is None else cells[at] for at in places])
    return assembly.finish()


def titles(columns: Sequence[Column]) -> dict[str, Column]:
    """Every accepted header, as `heading` writes it, with the column it means."""
    return {heading(title): column for column in columns for title in (column.name, *column.titles)}


def heading(cell: str) -> str:
    """A header without what varies: edges, width, case and the mark of a required column."""
    return unicodedata.normalize("NFKC", cell).strip(_EDGES).rstrip("*").rstrip().casefold()


def unknown_column(cell: str, known: Mapping[str, Column]) -> ColumnUnknown:
    names = dict.fromkeys(column.name for column in known.values())
    return ColumnUnknown(row=1, column=cell.strip(_EDGES)[:80], known=", ".join(names))


def _places(header: list[str], columns: Sequence[Column]) -> tuple[list[int | None], int]:
    """Where each column stands in a record, and how many cells a record has."""
    known = titles(columns)
    width = len(header)
    while not header[width - 1].strip(_EDGES):
        width -= 1
    found: dict[str, int] = {}
    for at, cell in enumerate(header[:width]):
        column = known.get(heading(cell))
        if column is None:
            raise unknown_column(cell, known)
        if column.name in found:
            raise ColumnRepeated(row=1, column=column.name)
        found[column.name] = at
    for column in columns:
        if column.required and column.name not in found:
            raise ColumnMissing(row=1, column=column.name)
    return [found.get(column.name) for column in columns], width


def _blank(cells: Sequence[str]) -> bool:
    return not any(cells) or not any(cell.strip(_EDGES) for cell in cells)


def _missing() -> ValueRefused:
    return ValueRefused("value-missing", "必填,不能为空。", "Required; fill it in.")


def _miscounted(cells: int, width: int) -> ValueRefused:
    return ValueRefused(
        "column-count",
        f"本行有 {cells} 列,表头有 {width} 列,请检查分隔符和引号。",
        f"The row has {cells} cells and the header {width}; check separators and quotes.",
    )
