"""Drafts: a bulletin composed from one snapshot of the views, and the position they stood at."""

from datetime import datetime

import msgspec

from services.status.bulletin.composing import composed
from services.status.bulletin.document import Bulletin
from services.status.contributions import THEN
from services.status.knowing.positions import position_now
from services.status.knowing.recalls import Recalls
from services.status.queries import Asked, Views
from services.status.stored import StoredRows
from shared.kernel.positions import format_positions, parse_positions
from shared.platform.postgres import Pool


class Drafts:
    """Composes bulletins of any unit and day."""

    def __init__(self, pool: Pool, projection: str, recalls: Recalls) -> None:
        self._pool = pool
        self._projection = projection
        self._recalls = recalls

    async def draft(self, asked: Asked) -> Bulletin:
        """What the views show now. All is read from one snapshot: the views go on meanwhile."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            position = format_positions(await position_now(connection, self._projection))
            return await _composed(Views(StoredRows(connection, self._projection)), asked, position)

    async def known_at(self, asked: Asked, known_at: datetime) -> Bulletin:
        """What the views showed of the day at an instant, and how much of it was late."""
        recall = await self._recalls.at(asked.campaign, asked.unit, known_at)
        bulletin = await _composed(Views(recall.rows), asked, recall.token, known_at)
        late = await self._recalls.late(recall, asked)
        return msgspec.structs.replace(bulletin, known_at=known_at, late=late)

    async def again(self, bulletin: Bulletin) -> Bulletin:
        """What the views showed at a bulletin's position, folded anew from the history."""
        asked = Asked(bulletin.campaign, bulletin.unit, bulletin.as_of, THEN)
        position = parse_positions(bulletin.position)
        rows = await self._recalls.up_to(bulletin.campaign, bulletin.unit, position)
        return await _composed(Views(rows), asked, bulletin.position)


async def _composed(
    views: Views, asked: Asked, position: str, known_at: datetime | None = None
) -> Bulletin:
    known = await views.known(asked)
    status = await views.status(asked, known)
    children = await views.children(asked, known)
    return composed(status, msgspec.to_builtins(status), children, position, known_at)
