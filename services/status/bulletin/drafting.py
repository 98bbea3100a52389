"""Drafts: a bulletin composed from one snapshot of the views, and the position they stood at."""

import msgspec

from services.status.bulletin.composing import composed
from services.status.bulletin.document import Bulletin
from services.status.contributions import THEN
from services.status.queries import Asked, Views
from services.status.remembered import remembered
from services.status.stored import StoredRows
from shared.kernel.positions import format_positions, parse_positions
from shared.platform.postgres import Pool

_POSITION = "select service, league, version from checkpoints where projection = $1"


class Drafts:
    """Composes bulletins of any unit and day."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection

    async def draft(self, asked: Asked) -> Bulletin:
        """What the views show now. All is read from one snapshot: the views go on meanwhile."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            rows = await connection.fetch(_POSITION, self._projection)
            position = format_positions({(service, league): n for service, league, n in rows})
            return await _composed(Views(StoredRows(connection, self._projection)), asked, position)

    async def again(self, bulletin: Bulletin) -> Bulletin:
        """What the views showed at a bulletin's position, folded anew from the history."""
        asked = Asked(bulletin.campaign, bulletin.unit, bulletin.as_of, THEN)
        async with self._pool.acquire() as connection:
            memory = await remembered(connection, parse_positions(bulletin.position))
        return await _composed(Views(memory), asked, bulletin.position)


async def _composed(views: Views, asked: Asked, position: str) -> Bulletin:
    known = await views.known(asked)
    status = await views.status(asked, known)
    children = await views.children(asked, known)
    return composed(status, msgspec.to_builtins(status), children, position)
