"""Bulk files in and out: CSV, XLSX and JSON lines, each trouble with row, column and reason."""

from shared.platform.bulk.reading import CSV, DEFAULT_LIMITS, JSON_LINES, XLSX, read_rows
from shared.platform.bulk.refusals import FileRefused
from shared.platform.bulk.rows import (
    Column,
    Limits,
    Row,
    RowError,
    Sheet,
    ValueRefused,
    duplicates,
)
from shared.platform.bulk.writing import Outcome, result_file, write_csv, write_xlsx

__all__ = [
    "CSV",
    "DEFAULT_LIMITS",
    "JSON_LINES",
    "XLSX",
    "Column",
    "FileRefused",
    "Limits",
    "Outcome",
    "Row",
    "RowError",
    "Sheet",
    "ValueRefused",
    "duplicates",
    "read_rows",
    "result_file",
    "write_csv",
    "write_xlsx",
]
