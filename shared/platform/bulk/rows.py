"""What a bulk file is to a service: the columns it asks for, and the rows and troubles it gets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `parse` turns a non-empty cell into its value or raises ValueRefused.

    `titles` are further headers that mean the same, Chinese ones among them; `number` says
    that JSON lines may give the value as a whole number instead of a string.
    """

    name: str
    parse: Callable[[str], Any]
    required: bool = False
    titles: tuple[str, ...] = ()
    number: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one upload may hold; `unpacked_bytes` is what an XLSX may unfold to."""

    bytes: int = 16 * 1024 * 1024
    rows: int = 50_000
    columns: int = 256
    unpacked_bytes: int = 96 * 1024 * 1024


class ValueRefused(Exception):
    """A cell whose value its column does not accept."""

    def __init__(self, code: str, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_zh = message_zh
        self.message_en = message_en


@dataclass(slots=True)
class Row:
    """A row whose every cell was accepted; the header of a spreadsheet is row 1."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row cannot be taken: `column` is None where the whole row is meant."""

    row: int
    column: str | None
    value: str
    code: str
    message_zh: str
    message_en: str

    @classmethod
    def of(cls, row: int, column: str | None, value: str, refused: ValueRefused) -> RowError:
        shown = value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…"
        return cls(row, column, shown, refused.code, refused.message_zh, refused.message_en)


@dataclass(slots=True)
class Sheet:
    """The accepted rows in file order and every trouble found; `hidden_rows` were read too."""

    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    hidden_rows: int = 0

    def numbers(self) -> list[int]:
        """The number of every row that held something, accepted or not."""
        return sorted({row.number for row in self.rows} | {error.row for error in self.errors})


def duplicates(rows: Iterable[Row], key: Sequence[str]) -> list[RowError]:
    """One error for each row that repeats the `key` columns of an earlier one."""
    first: dict[Hashable, int] = {}
    errors = []
    for row in rows:
        values = tuple(row.values[name] for name in key)
        earlier = first.setdefault(values, row.number)
        if earlier != row.number:
            errors.append(_repeated(row.number, earlier, key, values))
    return errors


def _repeated(
    number: int, earlier: int, key: Sequence[str], values: tuple[Hashable, ...]
) -> RowError:
    refused = ValueRefused(
        "row-duplicate",
        f"与第 {earlier} 行重复,请只保留一行。",
        f"This repeats row {earlier}; keep one of them.",
    )
    shown = ", ".join("" if value is None else str(value) for value in values)
    return RowError.of(number, ", ".join(key), shown, refused)
