"""JSON lines in: one object per line, whose keys are the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from shared.platform.bulk.assembling import Assembly, heading, titles, unknown_column
from shared.platform.bulk.csv_file import utf8
from shared.platform.bulk.refusals import FileEmpty, JsonNotLines
from shared.platform.bulk.rows import Column, Limits, Sheet, ValueRefused

_decode = msgspec.json.Decoder().decode


def read_json_lines(body: bytes, columns: Sequence[Column], limits: Limits) -> Sheet:
    """A sheet from lines numbered from 1; blank lines do not count."""
    text = utf8(body)
    if not text.strip():
        raise FileEmpty
    if text.lstrip().startswith("["):
        raise JsonNotLines
    known = titles(columns)
    assembly = Assembly(columns, limits)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        assembly.count()
        try:
            cells = _cells(_object(line), columns, known)
        except _Misplaced as misplaced:
            assembly.refuse(number, misplaced.column, misplaced.value, misplaced.refused)
        else:
            assembly.add(number, cells)
    return assembly.finish()


class _Misplaced(Exception):
    """A line whose shape is wrong, before any column has seen its cell."""

    def __init__(self, column: str | None, value: str, refused: ValueRefused) -> None:
        super().__init__(refused.message_en)
        self.column = column
        self.value = value
        self.refused = refused


def _object(line: str) -> dict[str, Any]:
    try:
        found = _decode(line)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise _Misplaced(None, line, _malformed(error)) from error
    if not isinstance(found, dict):
        raise _Misplaced(None, line, _not_an_object())
    return found


def _cells(
    found: Mapping[str, Any], columns: Sequence[Column], known: Mapping[str, Column]
) -> list[str]:
    cells = dict.fromkeys((column.name for column in columns), "")
    taken = set()
    for key, value in found.items():
        column = known.get(heading(key))
        if column is None:
            unknown = unknown_column(key, known)
            refused = ValueRefused(unknown.code, unknown.message_zh, unknown.message_en)
            raise _Misplaced(key[:80], "", refused)
        if column.name in taken:
            raise _Misplaced(column.name, "", _repeated())
        taken.add(column.name)
        cells[column.name] = _cell(column, value)
    return list(cells.values())


def _cell(column: Column, value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case int() if column.number and not isinstance(value, bool) and abs(value) < 10**18:
            return str(value)
    raise _Misplaced(column.name, type(value).__name__, _mistyped(column))


def _malformed(error: Exception) -> ValueRefused:
    return ValueRefused(
        "json-malformed",
        "不是完整的 JSON 对象,请每行写一个对象。",
        f"Not one whole JSON object ({error}); write one object per line.",
    )


def _not_an_object() -> ValueRefused:
    return ValueRefused(
        "json-not-an-object",
        "应为一个 JSON 对象,如 {“列名”: 值}。",
        "Give a JSON object whose keys are the columns.",
    )


def _repeated() -> ValueRefused:
    return ValueRefused("column-duplicate", "该列给了两次。", "The column is given twice.")


def _mistyped(column: Column) -> ValueRefused:
    return ValueRefused(
        "value-type",
        "应为整数或字符串。" if column.number else "应为字符串。",
        "Give a whole number or a string." if column.number else "Give a string.",
    )
