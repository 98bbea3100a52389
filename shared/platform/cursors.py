"""Cursors: where a page ended, in a form that callers hand back without reading it."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from shared.kernel.refusals import Refusal

_KINDS: Final[dict[str, Any]] = {
    "text": str,
    "int": int,
    "smallint": int,
    "bigint": int,
    "bool": bool,
    "date": date,
    "timestamptz": datetime,
}


class MalformedCursor(Refusal):
    code = "malformed-cursor"
    status = 400
    zh = "游标无法识别,请原样传回上一页给出的游标,并保持排序不变。"
    en = "The cursor cannot be read; send it back as the page before gave it, in the same order."


class _Cursor(msgspec.Struct, array_like=True):
    order: str
    values: list[msgspec.Raw]


def cursor_of(values: Sequence[Any], order: str) -> str:
    """The cursor of the row with these values of the columns it is ordered by."""
    return urlsafe_b64encode(msgspec.json.encode([order, list(values)])).decode()


def values_after(cursor: str | None, kinds: Sequence[tuple[str, bool]], order: str) -> list[Any]:
    """The values in a cursor, none where there is no cursor; `kinds` are the columns' types in
    PostgreSQL and whether null may stand there. Raises MalformedCursor.
    """
    if cursor is None:
        return []
    try:
        read = msgspec.json.decode(b64decode(cursor, b"-_", validate=True), type=_Cursor)
        if read.order != order or len(read.values) != len(kinds):
            raise MalformedCursor
        return [_value(raw, *kind) for raw, kind in zip(read.values, kinds, strict=True)]
    except ValueError as error:
        raise MalformedCursor from error


def _value(raw: msgspec.Raw, kind: str, nullable: bool) -> Any:
    expected = _KINDS[kind]
    return msgspec.json.decode(raw, type=expected | None if nullable else expected)
