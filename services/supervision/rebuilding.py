"""Rebuilding supervision's views from its events."""

from services.supervision.views.lives import LIVES
from shared.contracts.supervision import SUPERVISION
from shared.platform.postgres import Pool
from shared.platform.rebuilding import rebuild


async def rebuild_views(pool: Pool) -> dict[str, int]:
    """Fill every view again; streams by table."""
    return await rebuild(pool, SUPERVISION, LIVES)
