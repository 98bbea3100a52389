"""PostgreSQL: pools bound to a service's schema, and forward-only migrations."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import TypeAlias

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = (
    "asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]"
)

# What a query may raise when the server, or the way to it, is gone; asyncpg answers a connection
# killed at a bad moment with an error of its own insides.
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_MIGRATION_LOCK = 0x43414D50  # any constant: one migrating process at a time


class MigrationChanged(RuntimeError):
    """A migration that already ran differs from the file; migrations only go forward."""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


def migrations_in(package: str, *names: str) -> list[Migration]:
    """The named SQL files of a package, or all of them in order of their names."""
    folder = files(package)
    found = names or sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return [Migration(f"{package}/{name}", (folder / name).read_text("utf-8")) for name in found]


EVENT_STORE = (
    "shared.platform.sql", "event_store.sql", "append_many.sql", "idempotency.sql",
    "store_epochs.sql",
)  # fmt: skip
CONSUMING = ("shared.platform.sql", "consuming.sql", "discarded.sql")


async def _nothing_to_reset(_: Connection) -> None:
    """An open transaction is rolled back before this, and we set nothing that outlives one: so
    no round trip is spent on resetting the session at every release.
    """


# What asyncpg asks the server about when it first meets it, on each connection by itself.
_TYPES = """
select $1::date[], $2::int[], $3::bigint[], $4::timestamptz[], $5::uuid[], $6::bytea[], $7::jsonb[],
       $8::bool[]
"""


async def _learn_types(connection: Connection) -> None:
    await connection.prepare(_TYPES)


async def open_pool(database_url: str, schema: str, *, size: int = 10, ready: int = 0) -> Pool:
    """A pool whose connections see only this schema.

    So many are `ready` at once, and stay: the first who ask after a quiet hour wait for none.
    """
    return await asyncpg.create_pool(
        database_url,
        min_size=min(max(ready, 1), size),
        max_size=size,
        server_settings={
            "search_path": schema,
            "application_name": f"campaign-{schema}",
            "jit": "off",
        },
        command_timeout=120,
        reset=_nothing_to_reset,
        init=_learn_types if ready else None,
    )


async def migrate(database_url: str, schema: str, migrations: Sequence[Migration]) -> list[str]:
    """Run what has not run yet, each in its own transaction; the names of those that ran."""
    connection = await asyncpg.connect(database_url, server_settings={"search_path": schema})
    try:
        await connection.execute("select pg_advisory_lock($1)", _MIGRATION_LOCK)
        await connection.execute(f'create schema if not exists "{schema}"')
        await connection.execute(
            "create table if not exists migrations"
            " (name text primary key, checksum text not null, ran_at timestamptz default now())"
        )
        done = {
            r["name"]: r["checksum"] for r in await connection.fetch("select * from migrations")
        }
        return [m.name for m in migrations if await _run(connection, m, done.get(m.name))]
    finally:
        await connection.close()


async def _run(
    connection: "asyncpg.Connection[asyncpg.Record]", migration: Migration, done: str | None
) -> bool:
    if done is not None:
        if done != migration.checksum:
            raise MigrationChanged(migration.name)
        return False
    async with connection.transaction():
        await connection.execute(migration.sql)
        await connection.execute(
            "insert into migrations (name, checksum) values ($1, $2)",
            migration.name,
            migration.checksum,
        )
    return True
