"""Following other services: one projection consumed, measured and audited, a part of a worker."""

import asyncio

import httpx

from shared.platform.client import feeds_of
from shared.platform.completeness import CompletenessAudit
from shared.platform.consuming import Applier, Projection
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from shared.platform.settings import Settings
from shared.platform.worker import UNHURRIED_MILLISECONDS, Consuming


class Following:
    """Keeps a projection in step with the services whose contracts it reads.

    By default within half a second at a broker that wakes nobody: what others recorded is looked up
    here, and who cannot wait says so with a consistency token.
    """

    def __init__(
        self,
        settings: Settings,
        pool: Pool,
        projection: Projection,
        group: str,
        metrics: Metrics,
        http: httpx.AsyncClient,
        fetch_wait_milliseconds: int = UNHURRIED_MILLISECONDS,
    ) -> None:
        feeds = feeds_of(settings, projection.contracts, http)
        applier = Applier(pool, projection, feeds.events)
        self._consuming = Consuming(
            settings.kafka, pool, projection, applier, group, metrics, fetch_wait_milliseconds
        )
        self._audit = CompletenessAudit(
            pool, projection, applier, feeds, metrics, self._consuming.behind,
            interval_seconds=settings.completeness_seconds,
        )  # fmt: skip

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to stop."""
        await self._consuming.start()
        auditing = asyncio.create_task(self._audit.run())
        try:
            await self._consuming.measure(stop)
        finally:
            # What it was filling is rolled back, and found again by the next audit.
            auditing.cancel()
            await asyncio.gather(auditing, return_exceptions=True)
            await self._consuming.stop()
