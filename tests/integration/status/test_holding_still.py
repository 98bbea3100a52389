"""Whoever only counts things works beside others; whoever moves units works alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import pytest

from services.status.storage import FactsChanged
from services.status.thing_storage import hold_still
from shared.platform.postgres import Connection, Pool

UNIT = ("nmg-2014", "150202")
PATIENCE_SECONDS = 10


@pytest.fixture
async def workers(pool: Pool) -> AsyncIterator[tuple[Connection, Connection]]:
    """Two of them, each in the midst of a batch; they wait for a lock no longer than a moment."""
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(2):
            connection = await stack.enter_async_context(pool.acquire())
            await stack.enter_async_context(connection.transaction())
            await connection.execute("set local lock_timeout = '100ms'")
            found.append(connection)
        yield found[0], found[1]


async def test_those_who_only_count_do_not_wait_for_one_another(
    workers: tuple[Connection, Connection],
) -> None:
    for worker in workers:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await hold_still(worker, {}, (), {})

    held = await workers[0].fetchval("select count(*) from pg_locks where locktype = 'advisory'")
    assert held >= 2


async def test_who_moves_a_unit_waits_for_those_who_count(
    workers: tuple[Connection, Connection],
) -> None:
    counting, moving = workers
    await hold_still(counting, {}, (), {})

    with pytest.raises(asyncpg.LockNotAvailableError):
        async with moving.transaction():
            await hold_still(moving, {}, {UNIT}, {})


async def test_who_counts_waits_for_one_who_moves_a_unit(
    workers: tuple[Connection, Connection],
) -> None:
    counting, moving = workers
    await hold_still(moving, {}, {UNIT}, {})

    with pytest.raises(asyncpg.LockNotAvailableError):
        async with counting.transaction():
            await hold_still(counting, {}, (), {})


async def test_who_counted_with_a_unit_that_has_changed_since_counts_again(
    workers: tuple[Connection, Connection],
) -> None:
    counting, _ = workers

    with pytest.raises(FactsChanged):
        async with counting.transaction():
            await hold_still(counting, {UNIT: 3}, (), {})
    await hold_still(counting, {UNIT: 0}, (), {})


async def test_who_moves_a_unit_without_what_hangs_on_it_by_now_counts_again(
    workers: tuple[Connection, Connection],
) -> None:
    _, moving = workers
    campaign, unit = UNIT
    await moving.execute("insert into thing_units values ($1, $2, 'item', 'i-1')", campaign, unit)
    await moving.execute("insert into thing_facts values ($1, 'item', 'i-1', 1, '{}')", campaign)

    with pytest.raises(FactsChanged):
        await hold_still(moving, {}, {UNIT}, {})
