"""Comparing the views that serve with the ones made anew, row by row, and naming what differs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from services.status.rebuilding.beside import LONG_SECONDS, TABLES, Beside
from shared.platform.postgres import Connection

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "unit_facts": ("campaign", "unit"),
    "former_parents": ("campaign", "parent", "unit"),
    "campaign_facts": ("campaign",),
    "thing_facts": ("campaign", "kind", "id"),
    "thing_units": ("campaign", "unit", "kind", "id"),
    "rollup_daily": (
        "campaign", "ancestor", "tree", "class", "metric", "effective_on", "judged_on",
    ),
}  # fmt: skip
# A revision counts how often a row was written, which no two ways to it share.
_NOT_COMPARED: Final = frozenset({"revision"})
_NAMES: Final = """
select a.attname from pg_attribute a
where a.attrelid = ('"' || $1 || '".' || $2)::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""


class Difference(msgspec.Struct):
    """A row that differs: what serves says, and what was made anew; null where one lacks the row."""

    table: str
    key: dict[str, str]
    live: dict[str, Any] | None
    rebuilt: dict[str, Any] | None


class Comparison(msgspec.Struct):
    """How many rows differ in each table, and the first of them."""

    events: int
    counts: dict[str, int]
    shown: list[Difference]

    @property
    def different(self) -> int:
        return sum(self.counts.values())


async def compared(connection: Connection, beside: Beside, events: int, shown: int) -> Comparison:
    """All tables, within one snapshot; of each no more differences are shown than asked for."""
    comparison = Comparison(events, {}, [])
    for table in TABLES:
        names = [name for (name,) in await connection.fetch(_NAMES, beside.live, table)]
        values = [name for name in names if name not in {*_KEYS[table], *_NOT_COMPARED}]
        rows = await connection.fetch(
            _query(table, beside, values), max(1, shown), timeout=LONG_SECONDS
        )
        comparison.counts[table] = rows[0]["of"] if rows else 0
        comparison.shown += [_difference(table, values, row) for row in rows[:shown]]
    return comparison


def _query(table: str, beside: Beside, values: Sequence[str]) -> str:
    keys = ", ".join(_KEYS[table])
    return f"""
    select count(*) over () as of, {keys},
        {_as_json("l", values)} as live, {_as_json("r", values)} as rebuilt
    from "{beside.live}".{table} l full join "{beside.schema}".{table} r using ({keys})
    where {_differs(table, values)}
    order by {keys} limit $1
    """  # noqa: S608 - tables and columns are ours


def _as_json(side: str, values: Sequence[str]) -> str:
    pairs = ", ".join(f"'{name}', {side}.{name}" for name in values)
    return f"case when {side}.campaign is not null then jsonb_build_object({pairs})::text end"


def _differs(table: str, values: Sequence[str]) -> str:
    if not values:
        # What was once so and is no more may stay named there: it is looked at, and adds nothing.
        return "l.campaign is null"
    if table == "rollup_daily":
        # Lines that cancelled out to nothing say nothing.
        return "coalesce(l.n, 0) <> coalesce(r.n, 0)"
    left, right = (", ".join(f"{side}.{name}" for name in values) for side in "lr")
    return f"({left}) is distinct from ({right})"


def _difference(table: str, values: Sequence[str], row: Mapping[str, Any]) -> Difference:
    live, rebuilt = _told(row["live"]), _told(row["rebuilt"])
    if live is not None and rebuilt is not None:
        changed = [name for name in values if live[name] != rebuilt[name]]
        live = {name: live[name] for name in changed}
        rebuilt = {name: rebuilt[name] for name in changed}
    key = {name: str(row[name]) for name in _KEYS[table]}
    return Difference(table, key, live, rebuilt)


def _told(text: str | None) -> dict[str, Any] | None:
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])
