"""A bulk file in: which kind it is, and its rows and troubles by the columns asked for."""

from __future__ import annotations

from collections.abc import Sequence

from shared.platform.bulk.assembling import assemble
from shared.platform.bulk.csv_file import csv_records
from shared.platform.bulk.json_lines import read_json_lines
from shared.platform.bulk.refusals import (
    FileEmpty,
    FileTooLarge,
    MediaTypeMismatch,
    MediaTypeUnsupported,
    OldSpreadsheet,
)
from shared.platform.bulk.rows import Column, Limits, Sheet
from shared.platform.bulk.xlsx_file import XlsxRecords

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_LINES = "application/x-ndjson"

_MEANT = {
    CSV: CSV,
    "application/csv": CSV,
    XLSX: XLSX,
    JSON_LINES: JSON_LINES,
    "application/ndjson": JSON_LINES,
    "application/jsonl": JSON_LINES,
}
# What a browser says of a file it does not know; on Windows with Excel, also of a CSV.
_UNSURE = {"", "application/octet-stream", "application/vnd.ms-excel"}
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
DEFAULT_LIMITS = Limits()


def read_rows(
    body: bytes,
    media_type: str | None,
    columns: Sequence[Column],
    limits: Limits = DEFAULT_LIMITS,
) -> Sheet:
    """Read a CSV, XLSX or JSON-lines file; raises FileRefused where nothing can be taken.

    The largest XLSX takes two to three seconds of processor time: call it in a thread.
    """
    if len(body) > limits.bytes:
        raise FileTooLarge(bytes=len(body), limit=limits.bytes)
    if not body:
        raise FileEmpty
    kind = _kind(body, media_type)
    if kind == JSON_LINES:
        return read_json_lines(body, columns, limits)
    if kind == CSV:
        return assemble(csv_records(body), columns, limits)
    records = XlsxRecords(body, limits)
    sheet = assemble(iter(records), columns, limits)
    sheet.hidden_rows = records.hidden_rows
    return sheet


def _kind(body: bytes, media_type: str | None) -> str:
    declared = (media_type or "").partition(";")[0].strip().lower()
    if declared not in _MEANT and declared not in _UNSURE:
        raise MediaTypeUnsupported(media_type=declared[:80])
    if body.startswith(_OLE):
        raise OldSpreadsheet
    zipped = body.startswith(_ZIP)
    if declared in _UNSURE:
        lines = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
        return XLSX if zipped else JSON_LINES if lines else CSV
    meant = _MEANT[declared]
    if zipped and meant != XLSX:
        raise MediaTypeMismatch(declared=declared, found="XLSX")
    return meant
