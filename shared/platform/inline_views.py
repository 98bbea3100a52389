"""Inline read models: tables that show streams' states, written with the events they show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.platform.postgres import Connection

Row = tuple[Any, ...]

_AT_ONCE = 1_000


@dataclass(frozen=True, eq=False)
class Table:
    """`columns` maps names to PostgreSQL types; writes replace the row of a key.

    Compared and hashed by identity: statements are remembered by table.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, str]

    def upsert_from(self, first: int) -> str:
        """A set write whose parameters, an array a column, are numbered from `first`."""
        names = ", ".join(self.columns)
        values = ", ".join(f"${n}::{t}[]" for n, t in enumerate(self.columns.values(), first))
        changed = ", ".join(f"{c} = excluded.{c}" for c in self.columns if c not in self.key)
        return (
            f"insert into {self.name} ({names}) select * from unnest({values})"  # noqa: S608 - names are ours
            f" on conflict ({', '.join(self.key)}) do update set {changed}"
        )

    @cached_property
    def upsert(self) -> str:
        return self.upsert_from(1)

    async def put(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write rows a part at a time: between parts other requests get their turn."""
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            await connection.execute(self.upsert, *zip(*part, strict=True))


@dataclass(frozen=True)
class Showing:
    """Shows streams in a table: one row a stream, made of what a command changed."""

    table: Table
    row_of: Callable[[Any], Row]

    async def __call__(self, connection: Connection, changes: Sequence[Any]) -> None:
        await self.table.put(connection, [self.row_of(change) for change in changes])
