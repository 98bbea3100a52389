"""Lists of the read models, a page at a time, and single rows with their history."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import asyncpg
import msgspec

from services.schedule.views.lives import (
    DOCUMENTS,
    MEETINGS,
    MOBILIZATIONS,
    PLANS,
    PREPARATION_ORDERS,
    PREPARATIONS,
    TRAININGS,
)
from services.schedule.views.shown import (
    DocumentShown,
    MeetingShown,
    MobilizationShown,
    OrderShown,
    PlanShown,
    PreparationShown,
    TrainingShown,
)
from shared.kernel.refusals import Refusal
from shared.platform.inline_views import Table
from shared.platform.postgres import Pool

_HISTORY = """
select json_build_object(
    'event', type, 'version', stream_version, 'occurred_at', occurred_at,
    'recorded_at', recorded_at, 'actor', meta->>'actor', 'data', data
)::text as step
from events where stream = $1 order by stream_version
"""


class MalformedCursor(Refusal):
    code = "malformed-cursor"
    status = 400
    zh = "cursor 无法识别,请原样传回上一页的 next。"
    en = "The cursor cannot be read; send back the `next` of the page before as it was."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for: equal columns, subtrees of paths (None: no limit), page."""

    campaign: str
    equal: Mapping[str, object]
    under: Sequence[str] | None
    cursor: str | None
    limit: int


@dataclass(frozen=True)
class Listing:
    """One table shown as a list, in the order of its key."""

    table: Table
    shown: type[msgspec.Struct]

    @property
    def order(self) -> tuple[str, ...]:
        return self.table.key[1:]

    @cached_property
    def columns(self) -> str:
        return ", ".join(f"t.{field.name}" for field in msgspec.structs.fields(self.shown))

    @cached_property
    def page_type(self) -> type[msgspec.Struct]:
        """Documents a page of this list."""
        fields = [("items", list[self.shown]), ("next", str | None)]  # type: ignore[name-defined]
        return msgspec.defstruct(f"{self.shown.__name__}Page", fields)

    async def page(self, pool: Pool, wanted: Wanted) -> bytes:
        """JSON: `items`, and `next`, the cursor of the page after or null."""
        query, values = self._query(wanted)
        rows = await pool.fetch(query, *values)
        more = len(rows) > wanted.limit
        rows = rows[: wanted.limit]
        return _page([row["item"] for row in rows], self._cursor(rows[-1]) if more else None)

    async def one(self, pool: Pool, *key: str) -> tuple[str, int] | None:
        """The row of a whole key as JSON, and its version."""
        conditions = " and ".join(f"t.{name} = ${n}" for n, name in enumerate(self.table.key, 1))
        row = await pool.fetchrow(
            f"select to_json(x)::text as item, t.version from {self.table.name} t"  # noqa: S608
            f" cross join lateral (select {self.columns}) x where {conditions}",
            *key,
        )
        return None if row is None else (row["item"], row["version"])

    def _query(self, wanted: Wanted) -> tuple[str, list[object]]:
        values: list[object] = [wanted.campaign]
        conditions = ["t.campaign = $1"]
        for column, value in wanted.equal.items():
            if value is not None:
                values.append(value)
                conditions.append(f"t.{column} = ${len(values)}")
        join = ""
        if wanted.under is not None:
            values.append(list(wanted.under))
            join = " join unit_directory d on d.campaign = t.campaign and d.code = t.unit"
            conditions.append(_UNDER.format(n=len(values)))
        if wanted.cursor is not None:
            after = self._after(wanted.cursor)
            places = [f"${len(values) + n}" for n in range(1, len(after) + 1)]
            values += after
            conditions.append(f"({self._ordered}) > ({', '.join(places)})")
        values.append(wanted.limit + 1)
        query = (
            f"select to_json(x)::text as item, {self._ordered} from {self.table.name} t{join}"  # noqa: S608
            f" cross join lateral (select {self.columns}) x where {' and '.join(conditions)}"
            f" order by {self._ordered} limit ${len(values)}"
        )
        return query, values

    @property
    def _ordered(self) -> str:
        return ", ".join(f"t.{name}" for name in self.order)

    def _cursor(self, row: asyncpg.Record) -> str:
        return urlsafe_b64encode(msgspec.json.encode([row[name] for name in self.order])).decode()

    def _after(self, cursor: str) -> list[str]:
        try:
            after = msgspec.json.decode(b64decode(cursor, b"-_", validate=True), type=list[str])
        except ValueError as error:
            raise MalformedCursor from error
        if len(after) != len(self.order) or not all(text.isprintable() for text in after):
            raise MalformedCursor
        return after


# Of the directory's present path: a unit that has moved is listed where it stands now.
_UNDER: Final = (
    'exists (select from unnest(${n}::text[]) u(path) where d.path = u.path or (d.path collate "C"'
    " >= u.path || '.' and d.path collate \"C\" < u.path || '/'))"
)


async def history_of(pool: Pool, stream: str) -> list[str]:
    """The steps of a stream as JSON, in order."""
    return [row["step"] for row in await pool.fetch(_HISTORY, stream)]


def life_json(name: str, item: str, history: Sequence[str]) -> bytes:
    return f'{{"{name}":{item},"history":[{",".join(history)}]}}'.encode()


def _page(items: list[Any], cursor: str | None) -> bytes:
    following = "null" if cursor is None else f'"{cursor}"'
    return f'{{"items":[{",".join(items)}],"next":{following}}}'.encode()


DOCUMENT_LIST: Final = Listing(DOCUMENTS, DocumentShown)
ORDER_LIST: Final = Listing(PREPARATION_ORDERS, OrderShown)
PREPARATION_LIST: Final = Listing(PREPARATIONS, PreparationShown)
MEETING_LIST: Final = Listing(MEETINGS, MeetingShown)
PLAN_LIST: Final = Listing(PLANS, PlanShown)
MOBILIZATION_LIST: Final = Listing(MOBILIZATIONS, MobilizationShown)
TRAINING_LIST: Final = Listing(TRAININGS, TrainingShown)
