"""Rows of a list as JSON: selected as they are and encoded as the type that documents them."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import NoneType, UnionType
from typing import Any, Final, get_args

import asyncpg
import msgspec
from msgspec.structs import FieldInfo

# PostgreSQL and msgspec write these alike; of anything else PostgreSQL's own JSON is asked for.
_ALIKE: Final = frozenset({str, int, bool, date, NoneType})


class ShownRows:
    """The fields of `shown`, in their order, each by the SQL that `fields` gives.

    A hundred rows made JSON by PostgreSQL cost it more than all that finds them.
    """

    def __init__(self, shown: type[msgspec.Struct], fields: Mapping[str, str]) -> None:
        self._shown = shown
        members = msgspec.structs.fields(shown)
        self._width = len(members)
        self._as_json = [n for n, member in enumerate(members) if not _is_alike(member)]
        self.selected: Final = ", ".join(
            f"to_json({fields[m.name]})::text as {m.name}"
            if n in self._as_json
            else f"{fields[m.name]} as {m.name}"
            for n, m in enumerate(members)
        )

    def json(self, rows: Sequence[asyncpg.Record]) -> bytes:
        """A JSON array of rows that begin with what was selected; what follows is not shown."""
        return msgspec.json.encode([self._shown(*self._values(row)) for row in rows])

    def _values(self, row: asyncpg.Record) -> Sequence[Any]:
        values: Sequence[Any] = row[: self._width]
        if not self._as_json:
            return values
        written = list(values)
        for n in self._as_json:
            if written[n] is not None:
                written[n] = msgspec.Raw(written[n])
        return written


def _is_alike(member: FieldInfo) -> bool:
    kind = member.type
    return set(get_args(kind) if isinstance(kind, UnionType) else (kind,)) <= _ALIKE
