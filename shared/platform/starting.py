"""Starting: a database that is not there yet is waited for, one not migrated is told apart."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import asyncpg
import structlog

from shared.platform.postgres import LOST, Migration, Pool, migrate, open_pool
from shared.platform.telling import say

Result = TypeVar("Result")

Ready = Callable[[], Awaitable[dict[str, str]]]
"""Names what is not ready and why; empty when all is."""

log = structlog.get_logger()

_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.25
_STARTING = (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError)


async def patiently(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Try until the database has started, a few seconds at most: servers may start after us."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + _PATIENCE_SECONDS
    while True:
        try:
            return await attempt()
        except _STARTING as error:
            if clock() > deadline:
                raise
            log.warning("database-not-yet", error=repr(error))
            await asyncio.sleep(_PAUSE_SECONDS)


async def migrated(database_url: str, schema: str, migrations: Sequence[Migration]) -> None:
    """Run what has not run yet."""
    ran = await patiently(lambda: migrate(database_url, schema, migrations))
    log.info("migrated", ran=ran)


async def rebuilt(
    database_url: str, schema: str, rebuild: Callable[[Pool], Awaitable[Mapping[str, int]]]
) -> None:
    """Fill the inline views again from the events, and say how much that was."""
    async with await patiently(lambda: open_pool(database_url, schema, size=2)) as pool:
        streams = await rebuild(pool)
    log.info("views-rebuilt", **streams)
    say("result", {"streams": dict(streams)})


async def unready(pool: Pool, migrations: Sequence[Migration]) -> dict[str, str]:
    """What keeps the database from serving: unreachable, or migrations that have not run."""
    wanted = [migration.name for migration in migrations]
    try:
        count = await pool.fetchval(
            "select count(*) from migrations where name = any($1::text[])", wanted, timeout=2
        )
    except (TimeoutError, *LOST) as error:
        return {"database": type(error).__name__}
    return {} if count == len(wanted) else {"database": "not migrated"}
