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
from shared.platform.page_queries import Part, Question
from shared.platform.postgres import Pool
from shared.platform.shown_rows import ShownRows
from shared.platform.subtrees import many_units

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
    large tables are asked for want an index (campaign, column, rest of the key), and `indexed`
    names those that have one: in their order rows can be read without reading all.
    """

    table: Table
    shown: type[msgspec.Struct]
    sorts: tuple[str, ...] = ()
    unit: str | None = "unit"
    computed: Mapping[str, str] = field(default_factory=dict)
    indexed: frozenset[str] = frozenset()

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
    def _shown_rows(self) -> ShownRows:
        return ShownRows(self.shown, self.fields)

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
            last = rows[-1][-len(self._ordered(wanted)) :]
            following = f'"{cursor_of(last, _name(wanted.order))}"'
        return b'{"items":%b,"next":%b}' % (self._shown_rows.json(rows), following.encode())

    async def count(self, pool: Pool, wanted: Wanted) -> int:
        """How many rows all pages hold together."""
        query = self._query(wanted)
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
        query = self._query(wanted)
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
        query, most = self._query(wanted), wanted.limit + 1
        walks = await self._walks(pool, wanted)
        if wanted.order is None or not self._nullable(wanted.order.column):
            return await self._part(query, wanted, after, most).rows(pool, walks=walks)
        rows: list[asyncpg.Record] = []
        column = wanted.order.column
        if not after or after[0] is not None:
            valued = query.from_here(f"t.{column} is not null")
            rows = await self._part(valued, wanted, after, most).rows(pool, walks=walks)
            after = []
        if len(rows) < most:
            empty = query.from_here(f"t.{column} is null")
            part = self._part(empty, wanted, after[1:], most - len(rows), 1)
            rows += await part.rows(pool, walks=walks)
        return rows

    async def _walks(self, pool: Pool, wanted: Wanted) -> bool:
        """Whether the page's rows are looked for in the order asked for: where many of all rows
        are wanted, soon enough are found. What else is asked leaves few, and the look is in vain.
        """
        indexed = wanted.order is None or wanted.order.column in self.indexed
        if not indexed or wanted.conditions or wanted.under is None or self.unit is None:
            return False
        return await many_units(pool, wanted.campaign, wanted.under)

    def _part(
        self, query: Question, wanted: Wanted, after: Sequence[Any], most: int, first: int = 0
    ) -> Part:
        """At most so many rows in the order of the columns from `first` on."""
        ordered, direction = self._ordered(wanted), _direction(wanted.order)
        if after:
            names = ", ".join(f"t.{name}" for name in ordered[first:])
            places = ", ".join(query.place(value) for value in after)
            query = query.from_here(f"({names}) {'<' if direction else '>'} ({places})")
        by = ", ".join(f"t.{name}{direction}" for name in ordered[first:])
        # What is shown is made of the page's rows only: names of units may be asked for.
        last = ", ".join(f"t.{name}" for name in ordered)
        shown = f"select {self._shown_rows.selected}, {last} from t{self.joined} order by {by}"  # noqa: S608 - names are ours
        return Part(query, self.table, ordered[first:], by, query.place(most), shown, most)

    def _query(self, wanted: Wanted) -> Question:
        query = Question([wanted.campaign])
        query.add(*wanted.conditions)
        if wanted.under is not None and self.unit is not None:
            query.under = (f"t.{self.unit}", query.place(list(wanted.under)))
        return query

    def _ordered(self, wanted: Wanted) -> tuple[str, ...]:
        if wanted.order is None:
            return self.key
        column = wanted.order.column
        return (column, *(name for name in self.key if name != column))

    def _cursor_kinds(self, wanted: Wanted) -> list[tuple[str, bool]]:
        return [(self.table.columns[n], self._nullable(n)) for n in self._ordered(wanted)]

    def _nullable(self, column: str) -> bool:
        return column not in self.table.key and column not in self._always

    @cached_property
    def _always(self) -> frozenset[str]:
        """Shown fields that every row has a value of."""
        members = msgspec.structs.fields(self.shown)
        return frozenset(each.name for each in members if NoneType not in get_args(each.type))


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
