"""Composes the worker of the units service, which follows no other."""

from services.units.schema import SCHEMA, migrations
from shared.contracts.units import UNITS
from shared.platform.metrics import Metrics
from shared.platform.outgoing import Outgoing
from shared.platform.postgres import open_pool
from shared.platform.running import run_worker
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready


async def worker(settings: Settings, metrics: Metrics) -> None:
    """Publish what the service records."""
    async with await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=2)) as pool:
        outgoing = Outgoing(settings, SCHEMA, UNITS, pool, metrics)

        async def ready() -> dict[str, str]:
            return await unready(pool, wanted) | outgoing.missing()

        wanted = migrations()
        await run_worker(settings, metrics, ready, outgoing.parts)
