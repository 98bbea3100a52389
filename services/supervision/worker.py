"""Composes the worker of the supervision service, which follows units and schedule."""

from services.supervision.schema import SCHEMA, migrations
from shared.contracts.supervision import SUPERVISION
from shared.platform.campaigns import DirectoriesProjection
from shared.platform.client import direct_client
from shared.platform.following import Following
from shared.platform.metrics import Metrics
from shared.platform.outgoing import Outgoing
from shared.platform.postgres import open_pool
from shared.platform.running import run_worker
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready


async def worker(settings: Settings, metrics: Metrics) -> None:
    """Publish what the service records, and keep units and campaigns."""
    async with (
        direct_client() as http,
        await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=4)) as pool,
    ):
        outgoing = Outgoing(settings, SCHEMA, SUPERVISION, pool, metrics)
        directories = Following(
            settings, pool, DirectoriesProjection(), "supervision-directories", metrics, http
        )

        async def ready() -> dict[str, str]:
            return await unready(pool, wanted) | outgoing.missing()

        wanted = migrations()
        await run_worker(settings, metrics, ready, [*outgoing.parts, directories.run])
