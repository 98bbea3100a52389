"""What was answered is on disk: proven by the log's own positions, not by waiting for a crash."""

import asyncio

from shared.platform.commands import CommandHandler
from shared.platform.durable import FLUSH, Flusher
from shared.platform.postgres import Pool, open_pool
from tests.integration.platform.tally import DECIDER, ORIGIN, hold

TIMES = 20


async def on_disk(pool: Pool, written: str) -> bool:
    """Whether the log is on disk up to where it stood."""
    found: bool = await pool.fetchval(
        "select pg_current_wal_flush_lsn() >= $1::text::pg_lsn", written
    )
    return found


async def position(pool: Pool) -> str:
    found: str = await pool.fetchval("select pg_current_wal_insert_lsn()::text")
    return found


async def commit_unhurried(pool: Pool) -> None:
    """A commit that does not wait for the disk, as a command's under its league's lock."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local synchronous_commit = off")
        await connection.execute("insert into histories (league) values (gen_random_uuid()::text)")


async def test_a_flush_puts_on_disk_what_was_committed_before_it(pool: Pool) -> None:
    for _ in range(TIMES):
        await commit_unhurried(pool)
        written = await position(pool)
        await pool.execute(FLUSH)
        assert await on_disk(pool, written)


async def test_everyone_who_waits_is_answered_after_the_disk(pool: Pool) -> None:
    flusher = Flusher(pool)

    async def committed() -> bool:
        await commit_unhurried(pool)
        written = await position(pool)
        await flusher.flushed()
        return await on_disk(pool, written)

    assert await asyncio.gather(*(committed() for _ in range(TIMES))) == [True] * TIMES


async def test_an_answered_command_is_on_disk(handler: CommandHandler, pool: Pool) -> None:
    for number in range(TIMES):
        before = await position(pool)
        await handler.one(DECIDER, hold(f"会场 {number}"), ORIGIN)
        assert await pool.fetchval("select pg_current_wal_flush_lsn() > $1::text::pg_lsn", before)


async def test_who_waits_for_a_flush_that_fails_hears_of_it(database_url: str, schema: str) -> None:
    pool = await open_pool(database_url, schema, size=2)
    flusher = Flusher(pool)
    await flusher.flushed()
    await pool.close()

    outcomes = await asyncio.wait_for(
        asyncio.gather(*(flusher.flushed() for _ in range(3)), return_exceptions=True), 10
    )

    assert all(isinstance(outcome, Exception) for outcome in outcomes)
