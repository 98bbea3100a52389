"""Views that a migration has outdated are made anew from the history before anything is added."""

import asyncio

from services.status.projections import StatusProjection
from services.status.rebuilding.rebuild import alone
from services.status.renewing import renewed
from services.status.schema import migrations
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool, migrate, open_pool
from tests.integration.status.tables import Feed, everything, records
from tests.integration.status.worlds import small

_OUTDATED = "insert into views_outdated default values"


async def filled(pool: Pool) -> None:
    told = small().told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


async def test_outdated_views_are_made_anew_once(pool: Pool) -> None:
    await filled(pool)
    before = await everything(pool)
    await pool.execute("update rollup_daily set n = n + 1")
    await pool.execute(_OUTDATED)

    await renewed(pool, asyncio.Event())

    assert await everything(pool) == before
    assert await pool.fetchval("select count(*) from views_outdated") == 0


async def test_views_in_order_are_left_alone(pool: Pool) -> None:
    await filled(pool)
    await pool.execute("update rollup_daily set n = n + 1")
    before = await everything(pool)

    await renewed(pool, asyncio.Event())

    assert await everything(pool) == before


async def test_who_is_told_to_stop_leaves_them_for_the_next(pool: Pool) -> None:
    await filled(pool)
    await pool.execute(_OUTDATED)
    stop = asyncio.Event()

    async with alone(pool, "status"):
        waiting = asyncio.create_task(renewed(pool, stop))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        stop.set()
        await asyncio.wait_for(waiting, 5)

    assert await pool.fetchval("select count(*) from views_outdated") == 1
    await renewed(pool, asyncio.Event())
    assert await pool.fetchval("select count(*) from views_outdated") == 0


async def test_only_views_made_before_due_dates_were_kept_are_outdated(database_url: str) -> None:
    known = migrations()
    before = [each for each in known if "0016" not in each.name]
    for schema, filled_before in (("status_new", False), ("status_old", True)):
        await migrate(database_url, schema, before)
        pool = await open_pool(database_url, schema, size=2)
        try:
            if filled_before:
                await pool.execute("""
                    insert into history values ('units', '15', 1, gen_random_uuid(), 'UnitRegistered',
                        'c', '15', now(), now(), '')
                """)
            await migrate(database_url, schema, known)

            found = await pool.fetchval("select count(*) from views_outdated")
            assert found == int(filled_before)
        finally:
            await pool.execute(f"drop schema {schema} cascade")
            await pool.close()
