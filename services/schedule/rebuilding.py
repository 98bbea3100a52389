"""Rebuilding the schedule's views from its events."""

from services.schedule.views.lives import LIVES
from shared.contracts.schedule import SCHEDULE
from shared.platform.postgres import Connection, Pool
from shared.platform.rebuilding import refill_lives, while_writers_wait


async def rebuild_views(pool: Pool) -> dict[str, int]:
    """Fill every view again, while writers wait; streams by table."""
    async with while_writers_wait(pool) as connection:
        return await refill_views(connection)


async def refill_views(connection: Connection) -> dict[str, int]:
    """Do so within a transaction that goes on."""
    return await refill_lives(connection, SCHEDULE, LIVES)
