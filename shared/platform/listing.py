"""Lists of read models: a page at a time, filtered, in any declared order, within subtrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import NoneType
from typing import Any, Final, get_args, get_origin

import asyncpg
import msgspec

from shared.platform.cursors import MalformedCursor, cursor_of, values_after
from shared.platform.filters import Condition
from shared.platform.inline_views import Table
from shared.platform.postgres import Pool

# Of the directory's present paths: a unit that has moved is listed where it stands now.
_CODES_WITHIN: Final = """
select array_agg(d.code) from unnest($2::text[]) u(path)
join unit_directory d on d.campaign = $1
    and d.path collate "C" >= u.path and d.path collate "C" < u.path || '/'
    and (d.path = u.path or d.path collate "C" >= u.path || '.')
"""
_HISTORY: Final = """
select json_build_object(
    'event', type, 'version', stream_version, 'occurred_at', occurred_at,
    'recorded_at', recorded_at, 'actor', meta->>'actor', 'data', data
)::text as step
from events where stream = $1 order by stream_version
"""


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and which way; rows without a value come last either way, and rows of
    the same value in the order of their key.
    """

    column: str
    descending: bool = False

    @property
    def name(self) -> str:
        return f"-{self.column}" if self.descending else self.column


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for: conditions, subtrees of paths (None: no limit), order, page."""

    campaign: str
    conditions: Sequence[Condition] = ()
    under: Sequence[str] | None = None
    order: Order | None = None
    cursor: str | None = None
    limit: int = 100


@dataclass(frozen=True)
class Listing:
    """One table shown as a list, in the order of its key unless another is asked for.

    A shown field is a column of the table, or `computed` says it in SQL over the row `t` and its
    unit's row `d` in the directory. `unit` is the column of the unit a row is about; None where
    rows concern the whole campaign. `sorts` are the columns a list may be ordered by: those that
    large tables are asked for want an index (campaign, column, rest of the key).
    """

    table: Table
    shown: type[msgspec.Struct]
    sorts: tuple[str, ...] = ()
    unit: str | None = "unit"
    computed: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """What names a row within its campaign."""
        return self.table.key[1:]

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Shown fields and the SQL each is."""
        names = [member.name for member in msgspec.structs.fields(self.shown)]
        return {name: self.computed.get(name, f"t.{name}") for name in names}

    @cached_property
    def lists(self) -> frozenset[str]:
        """Shown fields that hold several values."""
        members = msgspec.structs.fields(self.shown)
        return frozenset(member.name for member in members if get_origin(member.type) is list)

    @cached_property
    def page_type(self) -> type[msgspec.Struct]:
        """Documents a page of this list."""
        fields = [("items", list[self.shown]), ("next", str | None)]  # type: ignore[name-defined]
        return msgspec.defstruct(f"{self.shown.__name__}Page", fields)

    async def page(self, pool: Pool, wanted: Wanted) -> bytes:
        """JSON: `items`, and `next`, the cursor of the page after or null."""
        after = values_after(wanted.cursor, self._cursor_kinds(wanted), _name(wanted.order))
        try:
            rows = await self._rows(pool, wanted, after)
        except asyncpg.DataError as error:
            if wanted.cursor is None:
                raise
            raise MalformedCursor from error  # a value of the right type that its column cannot hold
        following = "null"
        if len(rows) > wanted.limit:
            rows = rows[: wanted.limit]
            last = [rows[-1][name] for name in self._ordered(wanted)]
            following = f'"{cursor_of(last, _name(wanted.order))}"'
        items = ",".join(row["shown_row"] for row in rows)
        return f'{{"items":[{items}],"next":{following}}}'.encode()

    async def count(self, pool: Pool, wanted: Wanted) -> int:
        """How many rows all pages hold together."""
        query = await self._query(pool, wanted)
        found: int = await pool.fetchval(
            f"select count(*) from {self.table.name} t where {query.where}",  # noqa: S608
            *query.values,
        )
        return found

    async def one(self, pool: Pool, *key: str) -> tuple[str, int] | None:
        """The row of a whole key as JSON, and its version."""
        conditions = " and ".join(f"t.{name} = ${n}" for n, name in enumerate(self.table.key, 1))
        row = await pool.fetchrow(
            f"select to_json(x)::text as shown_row, t.version from {self.table.name} t{self.joined}"  # noqa: S608
            f" cross join lateral (select {self.selected()}) x where {conditions}",
            *key,
        )
        return None if row is None else (row["shown_row"], row["version"])

    async def all_rows(
        self, pool: Pool, wanted: Wanted, names: Sequence[str]
    ) -> tuple[str, list[object]]:
        """A query for these fields of every row, in the order asked for, and its values."""
        query = await self._query(pool, wanted)
        direction = _direction(wanted.order)
        ordered = ", ".join(f"t.{name}{direction}" for name in self._ordered(wanted))
        if wanted.order is not None:
            ordered = f"t.{wanted.order.column} is null, {ordered}"
        source = f"{self.table.name} t{self.joined} where {query.where}"
        text = f"select {self.selected(names)} from {source} order by {ordered}"  # noqa: S608 - names are ours
        return text, query.values

    def selected(self, names: Sequence[str] | None = None) -> str:
        return ", ".join(f"{self.fields[name]} as {name}" for name in names or self.fields)

    @property
    def joined(self) -> str:
        if not self.computed or self.unit is None:
            return ""
        return f" left join unit_directory d on d.campaign = t.campaign and d.code = t.{self.unit}"

    async def _rows(self, pool: Pool, wanted: Wanted, after: Sequence[Any]) -> list[asyncpg.Record]:
        """One row more than the page holds. Rows that have a value, then those without: each is a
        range of an index, which a condition for both would not be.
        """
        query, most = await self._query(pool, wanted), wanted.limit + 1
        rows: list[asyncpg.Record]
        if wanted.order is None or not self._nullable(wanted.order.column):
            rows = await pool.fetch(*self._part(query, wanted, after, most))
            return rows
        rows, column = [], wanted.order.column
        if not after or after[0] is not None:
            valued = query.narrowed((f"t.{column} is not null", ()))
            rows = await pool.fetch(*self._part(valued, wanted, after, most))
            after = []
        if len(rows) < most:
            empty = query.narrowed((f"t.{column} is null", ()))
            rows += await pool.fetch(*self._part(empty, wanted, after[1:], most - len(rows), 1))
        return rows

    def _part(
        self, query: "_Query", wanted: Wanted, after: Sequence[Any], most: int, first: int = 0
    ) -> tuple[Any, ...]:
        """A query for at most so many rows in the order of the columns from `first` on, and its
        values.
        """
        ordered, direction = self._ordered(wanted), _direction(wanted.order)
        if after:
            names = ", ".join(f"t.{name}" for name in ordered[first:])
            places = ", ".join("{}" for _ in after)
            query.add((f"({names}) {'<' if direction else '>'} ({places})", tuple(after)))
        by = ", ".join(f"t.{name}{direction}" for name in ordered[first:])
        source, limit = f"{self.table.name} t where {query.where}", query.place(most)
        # The rows of a subtree are found by their units and then ordered: in the order asked for
        # they may all stand at the end of a large table.
        mine = f"mine as materialized (select t.* from {source}), " if wanted.under else ""  # noqa: S608
        # What is shown is made of the page's rows only: names of units may be asked for.
        text = (
            f"with {mine}t as materialized (select t.* from {'mine t' if mine else source}"  # noqa: S608
            f" order by {by} limit {limit})"
            f" select to_json(x)::text as shown_row, {', '.join(f't.{name}' for name in ordered)}"
            f" from t{self.joined} cross join lateral (select {self.selected()}) x order by {by}"
        )
        return text, *query.values

    async def _query(self, pool: Pool, wanted: Wanted) -> "_Query":
        query = _Query([wanted.campaign], ["t.campaign = $1"])
        query.add(*wanted.conditions)
        if wanted.under is not None and self.unit is not None:
            codes = await pool.fetchval(_CODES_WITHIN, wanted.campaign, list(wanted.under))
            query.add((f"t.{self.unit} = any({{}}::text[])", (codes or [],)))
        return query

    def _ordered(self, wanted: Wanted) -> tuple[str, ...]:
        if wanted.order is None:
            return self.key
        column = wanted.order.column
        return (column, *(name for name in self.key if name != column))

    def _cursor_kinds(self, wanted: Wanted) -> list[tuple[str, bool]]:
        return [(self.table.columns[n], self._nullable(n)) for n in self._ordered(wanted)]

    def _nullable(self, column: str) -> bool:
        shown = {member.name: member.type for member in msgspec.structs.fields(self.shown)}
        return column not in self.table.key and NoneType in get_args(shown.get(column, str | None))


@dataclass
class _Query:
    """Conditions and values of one question, as they are put together."""

    values: list[object]
    conditions: list[str]

    @property
    def where(self) -> str:
        return " and ".join(self.conditions)

    def place(self, value: object) -> str:
        """Bind a value; the place it takes."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, *further: Condition) -> None:
        for sql, values in further:
            self.conditions.append(sql.format(*[self.place(value) for value in values]))

    def narrowed(self, *further: Condition) -> "_Query":
        """The same question with further conditions."""
        other = _Query([*self.values], [*self.conditions])
        other.add(*further)
        return other


def _name(order: Order | None) -> str:
    return "" if order is None else order.name


def _direction(order: Order | None) -> str:
    return " desc" if order is not None and order.descending else ""


async def history_of(pool: Pool, stream: str) -> list[str]:
    """The steps of a stream as JSON, in order."""
    return [row["step"] for row in await pool.fetch(_HISTORY, stream)]


def life_json(name: str, item: str, history: Sequence[str]) -> bytes:
    """A row and its stream's history, as one JSON object."""
    return f'{{"{name}":{item},"history":[{",".join(history)}]}}'.encode()
