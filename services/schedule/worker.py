"""Composes the worker of the schedule service, which follows the units."""

from services.schedule.schema import SCHEMA, migrations
from shared.contracts.schedule import SCHEDULE
from shared.platform.client import direct_client
from shared.platform.directory import DirectoryProjection
from shared.platform.following import Following
from shared.platform.metrics import Metrics
from shared.platform.outgoing import Outgoing
from shared.platform.postgres import open_pool
from shared.platform.running import run_worker
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready


async def worker(settings: Settings, metrics: Metrics) -> None:
    """Publish what the service records, and keep the unit directory."""
    async with (
        direct_client() as http,
        await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=4)) as pool,
    ):
        outgoing = Outgoing(settings, SCHEMA, SCHEDULE, pool, metrics)
        directory = Following(
            settings, pool, DirectoryProjection(), "schedule-unit-directory", metrics, http
        )

        async def ready() -> dict[str, str]:
            return await unready(pool, wanted) | outgoing.missing()

        wanted = migrations()
        await run_worker(settings, metrics, ready, [*outgoing.parts, directory.run])
