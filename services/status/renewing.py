"""Renewing: views whose rows mean something else since a migration are made anew."""

import asyncio
from typing import Final

import structlog

from services.status.projections import StatusProjection
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.refusals import RebuildRunning
from services.status.rebuilding.sources import FromHistory
from shared.platform.postgres import Pool
from shared.platform.running import unless_stopped

log = structlog.get_logger()

_WAIT_SECONDS: Final = 1.0
_OUTDATED: Final = "select exists (select from views_outdated)"


async def renewed(pool: Pool, stop: asyncio.Event) -> None:
    """Make the views anew where a migration asks for it, or until told to stop.

    Nothing is to be consumed before: a batch would add to rows that are about to go.
    """
    if await pool.fetchval(_OUTDATED):
        await unless_stopped(_renew(pool), stop)


async def _renew(pool: Pool) -> None:
    """Unless another worker does: then this one waits for it."""
    while await pool.fetchval(_OUTDATED):
        try:
            events = await Rebuild(pool, StatusProjection.name).run(FromHistory(pool))
        except RebuildRunning:
            await asyncio.sleep(_WAIT_SECONDS)
        else:
            await pool.execute("delete from views_outdated")
            log.info("views-renewed", events=events)
