"""Composes what keeps the status views in step: the worker."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.status.far_behind import POOL_OF_LANE, FarBehind
from services.status.learning import CONTRACTS
from services.status.projections import StatusProjection
from services.status.renewing import renewed
from services.status.schema import SCHEMA, migrations
from shared.platform.client import direct_client, feeds_of
from shared.platform.following import Following
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool, open_pool
from shared.platform.running import run_worker
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready
from shared.platform.worker import PROMPT_MILLISECONDS

_GROUP = "campaign-status"


async def worker(settings: Settings, metrics: Metrics, fill_at_least: int) -> None:
    """Keep the views in step with the topics until told to stop; where so many records are new at
    the start, the views are filled first. 0 for never.
    """
    collect_seldom()
    async with direct_client() as http, await patiently(lambda: _pool(settings)) as pool:
        views = Following(
            settings, pool, StatusProjection(), _GROUP, metrics, http, PROMPT_MILLISECONDS
        )

        async def ready() -> dict[str, str]:
            return await unready(pool, wanted)

        async def follow(stop: asyncio.Event) -> None:
            await renewed(pool, stop)
            if fill_at_least:
                await behind.filled(stop)
            await views.run(stop)

        behind = FarBehind(
            settings.kafka, pool, _GROUP, feeds_of(settings, CONTRACTS, http),
            lambda: _lane(settings), at_least=fill_at_least,
        )  # fmt: skip
        wanted = migrations()
        await run_worker(settings, metrics, ready, [follow])


def collect_seldom() -> None:
    """Batches make many objects and no cycles: looking for cycles took a sixth of a catch-up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@asynccontextmanager
async def _lane(settings: Settings) -> AsyncIterator[Pool]:
    async with await patiently(
        lambda: open_pool(settings.database_url, SCHEMA, size=POOL_OF_LANE)
    ) as pool:
        yield pool


async def _pool(settings: Settings) -> Pool:
    return await open_pool(settings.database_url, SCHEMA, size=settings.pool_size)
