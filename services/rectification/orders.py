"""The worker's part for orders: none stays closed while an item below it is not.

Closing an order looks at the items below it without locking them, as they may be of other
leagues: one may be reopened at that moment, or at any time after. What is found here is put right
on record, with the day of the later of the two.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import asyncpg
import structlog

from services.rectification.domain.item_steps import ReopenOrder
from services.rectification.urging.taking import nothing_to_report
from services.rectification.views.lives import OF_ITEM
from shared.kernel.setting import Setting
from shared.platform.campaigns import known_campaigns
from shared.platform.commands import CommandHandler, Work
from shared.platform.pausing import pause
from shared.platform.recording import Origin
from shared.platform.units_at_hand import units_at_hand

log = structlog.get_logger()

ACTOR: Final = "rectification-orders"
_EVERY_SECONDS: Final = 5.0
_AT_ONCE: Final = 1_000

_FOUND: Final = """
select p.campaign, p.item, p.unit, c.item as child, greatest(p.last_on, c.last_on) as day
from items p
cross join lateral (
    select item, last_on from items
    where campaign = p.campaign and parent = p.item and parent <> '' and state <> 'closed'
    order by last_on desc, item limit 1
) c
where p.cascades and p.state = 'closed'
order by p.campaign, p.item limit $1
"""


@dataclass(frozen=True, slots=True)
class OrdersPart:
    """Any worker may look: what one reopens, another finds open."""

    handler: CommandHandler
    every_seconds: float = _EVERY_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; what fails is tried again the next time."""
        while not stop.is_set():
            try:
                await self.once(datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - it must not end the relay beside it
                log.warning("orders-retrying", error=repr(error), seconds=self.every_seconds)
            await pause(stop, self.every_seconds)

    async def once(self, now: datetime) -> int:
        """Reopen what must not be closed; how many orders that were."""
        found: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
        for row in await self.handler.store.pool.fetch(_FOUND, _AT_ONCE):
            found[row["campaign"]].append(row)
        return sum([await self._reopen(campaign, rows, now) for campaign, rows in found.items()])

    async def _reopen(self, campaign: str, rows: list[asyncpg.Record], now: datetime) -> int:
        pool = self.handler.store.pool
        known = await known_campaigns(pool).campaign(campaign)
        units = await units_at_hand(pool, campaign, {row["unit"] for row in rows})
        works = []
        for number, row in enumerate(rows):
            setting = Setting(known, units[row["unit"]], now)
            command = ReopenOrder(setting, row["item"], row["day"], row["child"])
            stream = OF_ITEM.stream(campaign, row["item"])
            works.append(
                Work(stream, campaign, row["unit"], setting.unit.path, command, row=number)
            )
        outcome = await self.handler.many(
            OF_ITEM.decider,
            works,
            Origin(ACTOR, str(uuid4())),
            nothing_to_report,
            view=OF_ITEM.view,
            accept_valid=True,  # one that was reopened meanwhile is as it should be
        )
        reopened = [rows[number]["item"] for number in outcome.accepted_rows]
        log.info("orders-reopened", campaign=campaign, items=reopened)
        return len(reopened)
