"""Inline read models: tables that show streams' states, written with the events they show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import asyncpg

from shared.kernel.refusals import Refusal
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

    def upsert_from(self, first: int, only: str = "") -> str:
        """A set write whose parameters, an array a column, are numbered from `first`; `only` may
        choose among the rows by their `nth_row`, which no table has for a column.
        """
        names = ", ".join(self.columns)
        values = ", ".join(f"${n}::{t}[]" for n, t in enumerate(self.columns.values(), first))
        changed = ", ".join(f"{c} = excluded.{c}" for c in self.columns if c not in self.key)
        kept = f"do update set {changed}" if changed else "do nothing"
        return (
            f"insert into {self.name} ({names}) select {names}"  # noqa: S608 - names are ours
            f" from unnest({values}) with ordinality as u({names}, nth_row) {only}"
            f" on conflict ({', '.join(self.key)}) {kept}"
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
class Details:
    """Further rows of a stream in a table of their own, say the members of a team: written anew
    with every change. `owner` are the leading key columns that name the stream; `clash` says what
    to refuse where a row breaks a unique index of the table.
    """

    table: Table
    owner: tuple[str, ...]
    rows_of: Callable[[Any], Sequence[Row]]
    clash: Callable[[asyncpg.UniqueViolationError], Refusal] | None = None

    @cached_property
    def _clearing(self) -> str:
        names = " and ".join(f"t.{name} = u.{name}" for name in self.owner)
        values = ", ".join(
            f"${n}::{self.table.columns[name]}[]" for n, name in enumerate(self.owner, 1)
        )
        return (
            f"delete from {self.table.name} t"  # noqa: S608 - names are ours
            f" using unnest({values}) as u({', '.join(self.owner)}) where {names}"
        )

    async def __call__(
        self, connection: Connection, owners: Sequence[Row], changes: Sequence[Any]
    ) -> None:
        """Replace the rows of these owners by those of the changes."""
        await connection.execute(self._clearing, *zip(*owners, strict=True))
        try:
            await self.table.put(connection, [r for c in changes for r in self.rows_of(c)])
        except asyncpg.UniqueViolationError as error:
            if self.clash is None:
                raise
            raise self.clash(error) from error


@dataclass(frozen=True)
class Showing:
    """Shows streams in a table: one row a stream, made of what a command changed, and what
    details it has.
    """

    table: Table
    row_of: Callable[[Any], Row]
    details: tuple[Details, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """All that it writes: what a rebuild empties."""
        return (self.table, *(part.table for part in self.details))

    async def __call__(self, connection: Connection, changes: Sequence[Any]) -> None:
        if not changes:
            return
        rows = [self.row_of(change) for change in changes]
        await self.table.put(connection, rows)
        for part in self.details:
            places = [list(self.table.columns).index(name) for name in part.owner]
            await part(connection, [tuple(row[at] for at in places) for row in rows], changes)
