"""A pool's connections: those that are ready wait for nobody, the others come when needed."""

import asyncio

import pytest

from shared.platform.postgres import Pool, open_pool

_OPEN = """
select count(*) from pg_stat_activity where application_name = 'campaign-ready'
"""


@pytest.mark.parametrize(("size", "ready", "opened"), [(5, 3, 3), (5, 0, 1), (2, 4, 2)])
async def test_so_many_are_open_at_once(
    database_url: str, size: int, ready: int, opened: int
) -> None:
    async with await open_pool(database_url, "ready", size=size, ready=ready) as pool:
        assert await pool.fetchval(_OPEN) == opened
        assert pool.get_size() == opened


async def test_those_ready_know_the_types_they_will_meet(database_url: str) -> None:
    async with await open_pool(database_url, "ready", size=2, ready=2) as pool:
        asked = await _questions_about_types(pool)
        await pool.fetchval("select $1::date[]", [])
        await pool.fetchval("select $1::uuid[]", [])

        assert await _questions_about_types(pool) == asked == 1


async def _questions_about_types(pool: Pool) -> int:
    """How often the connection asked the server what a type is."""
    async with pool.acquire() as connection:
        found = await connection.fetch("select statement from pg_prepared_statements")
    return sum("typeinfo_tree" in statement for (statement,) in found)


async def test_more_come_when_needed(database_url: str) -> None:
    async with await open_pool(database_url, "ready", size=4, ready=1) as pool:
        await asyncio.gather(*(pool.execute("select pg_sleep(0.1)") for _ in range(4)))

        assert pool.get_size() == 4
