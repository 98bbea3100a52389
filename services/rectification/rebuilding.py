"""Rebuilding rectification's views from its events."""

from typing import Final

from services.rectification.views.lives import OF_ITEM
from services.rectification.views.programmes import PROGRAMME_LIVES
from services.rectification.views.urging import URGING_LIVES
from shared.contracts.rectification import RECTIFICATION
from shared.platform.lives import Life
from shared.platform.postgres import Connection, Pool
from shared.platform.rebuilding import refill_lives, while_writers_wait

LIVES: Final[tuple[Life, ...]] = (OF_ITEM, *PROGRAMME_LIVES, *URGING_LIVES)


async def rebuild_views(pool: Pool) -> dict[str, int]:
    """Fill every view again, while writers wait; streams by table."""
    async with while_writers_wait(pool) as connection:
        return await refill_views(connection)


async def refill_views(connection: Connection) -> dict[str, int]:
    """Do so within a transaction that goes on."""
    return await refill_lives(connection, RECTIFICATION, LIVES)
