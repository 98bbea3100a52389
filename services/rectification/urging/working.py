"""The worker's part: takes what falls due today in every campaign, then delivers what waits."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import uuid4

import msgspec
import structlog

from services.rectification.urging.delivering import Delivering
from services.rectification.urging.taking import Taking
from shared.kernel.time import local_date
from shared.platform.campaigns import KnownCampaign
from shared.platform.postgres import Pool
from shared.platform.recording import Origin

log = structlog.get_logger()

ACTOR: Final = "rectification-urging"
_LOCK: Final = "select pg_try_advisory_lock(hashtext($1))"
_UNLOCK: Final = "select pg_advisory_unlock(hashtext($1))"
_NAME: Final = "rectification-urging"
_UNDER_WAY: Final = "select state from campaign_directory order by campaign"


@dataclass(frozen=True, slots=True)
class UrgingPart:
    """Every so often, and one worker at a time: two would send each notice twice."""

    pool: Pool
    taking: Taking
    delivering: Delivering
    every_seconds: float

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; what fails is tried again the next time."""
        while not stop.is_set():
            try:
                await self.once(local_date(datetime.now(UTC)))
            except Exception as error:  # noqa: BLE001 - urging must not end the relay beside it
                log.warning("urging-retrying", error=repr(error), seconds=self.every_seconds)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.every_seconds)

    async def once(self, day: date) -> bool:
        """Whether this worker had its turn."""
        async with self.pool.acquire() as connection:
            if not await connection.fetchval(_LOCK, _NAME):
                return False
            try:
                await self._take(day)
                await self.delivering.run(_origin())
            finally:
                await connection.execute(_UNLOCK, _NAME)
        return True

    async def _take(self, day: date) -> None:
        for row in await self.pool.fetch(_UNDER_WAY):
            campaign = msgspec.json.decode(row["state"], type=KnownCampaign)
            if campaign.starts_on <= day <= campaign.ends_on:
                taken = await self.taking.run(campaign, day, self.taking.back_workdays, _origin())
                if taken.counts:
                    log.info("urged", campaign=campaign.campaign, counts=taken.counts)


def _origin() -> Origin:
    return Origin(ACTOR, str(uuid4()))
