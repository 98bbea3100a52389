"""A small read model of things that units have, with a directory to scope it by."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from shared.platform.inline_views import Row, Table
from shared.platform.listing import Listing
from shared.platform.postgres import EVENT_STORE, Migration, Pool, migrate, migrations_in

CAMPAIGN: Final = "nmg-2014"
SQL: Final = """
create table things (
    campaign text not null,
    thing text not null,
    unit text not null,
    title text not null,
    points integer not null,
    due_on date,
    tags jsonb not null,
    version integer not null,
    primary key (campaign, thing)
);
create index things_of_unit on things (campaign, unit);
create index things_by_points on things (campaign, points, thing);
create index things_by_due on things (campaign, due_on, thing);
"""
THINGS: Final = Table(
    "things",
    ("campaign", "thing"),
    {"campaign": "text", "thing": "text", "unit": "text", "title": "text", "points": "int"}
    | {"due_on": "date", "tags": "jsonb", "version": "int"},
)
PATHS: Final = ("15", "15.1502", "15.1502.150202", "15.1502.1502-D03", "15.1503", "15.15020")

_numbers = itertools.count(1)


class ThingShown(msgspec.Struct):
    thing: str
    unit: str
    unit_name: str
    title: str
    points: int
    due_on: date | None
    tags: list[str]


THING_LIST: Final = Listing(
    THINGS,
    ThingShown,
    ("thing", "points", "due_on", "title"),
    computed={"unit_name": "coalesce(d.name, '')"},
    indexed=frozenset({"points", "due_on"}),
)


async def things_schema(database_url: str) -> str:
    """A fresh schema with the table and the directories."""
    name = f"things_{next(_numbers)}"
    migrations = [
        *migrations_in(*EVENT_STORE),
        *migrations_in("shared.platform.sql", "directory.sql"),
        *migrations_in("shared.platform.sql", "campaigns.sql"),
        Migration("tests/things", SQL),
    ]
    await migrate(database_url, name, migrations)
    return name


async def place_units(pool: Pool, paths: Iterable[str] = PATHS) -> None:
    """Register the units of these paths, as the units topic would."""
    await pool.executemany(
        "insert into unit_directory (campaign, code, level, kind, name, path, registered_on)"
        " values ($1, $2, $3, 'city', $4, $5, '2000-01-01')",
        [
            (CAMPAIGN, path.rpartition(".")[2], path.count(".") + 1, f"单位{path[-4:]}", path)
            for path in paths
        ],
    )


async def put_things(pool: Pool, rows: Sequence[Row]) -> None:
    """Rows of thing, unit, title, points, due_on and tags."""
    async with pool.acquire() as connection, connection.transaction():
        await THINGS.put(
            connection,
            [(CAMPAIGN, *row[:5], msgspec.json.encode(row[5]).decode(), 1) for row in rows],
        )
