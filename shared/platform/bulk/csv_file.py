"""CSV in: UTF-8 only, divided by comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from shared.platform.bulk.assembling import Record
from shared.platform.bulk.refusals import CellTooLong, EncodingNotUtf8, NulBytes, QuotesUnbalanced

_DELIMITERS = ",;\t"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What `write_csv` puts before a cell that a spreadsheet would run; see writing.py.
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")


def csv_records(body: bytes) -> Iterator[Record]:
    """Numbered records as a spreadsheet would number them, the header being 1."""
    text = utf8(body)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    guarded = "'" in text
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [_plain(cell) for cell in cells] if guarded else cells
    except csv.Error as error:
        if "field larger" in str(error):
            raise CellTooLong(row=number + 1, limit=csv.field_size_limit()) from error
        raise QuotesUnbalanced(row=number + 1) from error


def utf8(body: bytes) -> str:
    """The text of a file in UTF-8, with or without byte order mark, and without NUL bytes.

    Other encodings are refused, not guessed: a few bytes of GBK decode in several encodings,
    and a name read wrongly is worse than a file saved twice.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        raise EncodingNotUtf8(row=row, looks_like=_looks_like(body, error)) from error
    if "\0" in text:
        raise NulBytes(row=text.count("\n", 0, text.index("\0")) + 1)
    return text


def _looks_like(body: bytes, error: UnicodeDecodeError) -> str:
    if body.startswith(_UTF16_MARKS):
        return "UTF-16"
    if error.reason == "unexpected end of data":
        return "UTF-8, truncated"
    try:
        body.decode("gb18030")
    except UnicodeDecodeError:
        return "binary"
    return "GBK/GB18030"


def _delimiter(text: str) -> str:
    """The commonest candidate in the header; a header of one column has none, so comma."""
    header = text.lstrip("\r\n")[:4096].splitlines()[:1]
    return max(_DELIMITERS, key=header[0].count) if header else ","


def _plain(cell: str) -> str:
    return cell[1:] if _NEUTRALISED.match(cell) else cell
