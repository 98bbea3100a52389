"""Composes the worker of the rectification service, which follows units and schedule, and urges."""

from services.rectification.schema import SCHEMA, migrations
from services.rectification.urging.configured import UrgingConfig
from services.rectification.urging.delivering import Delivering
from services.rectification.urging.milestones import MilestonesProjection
from services.rectification.urging.taking import Taking
from services.rectification.urging.working import UrgingPart
from shared.contracts.rectification import RECTIFICATION
from shared.platform.campaigns import DirectoriesProjection
from shared.platform.client import direct_client
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.following import Following
from shared.platform.metrics import Metrics
from shared.platform.outgoing import Outgoing
from shared.platform.postgres import Pool, open_pool
from shared.platform.running import run_worker
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready


async def worker(settings: Settings, urging: UrgingConfig, metrics: Metrics) -> None:
    """Publish what the service records, keep its directories and milestones, and urge."""
    async with (
        direct_client() as http,
        await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=6)) as pool,
    ):
        outgoing = Outgoing(settings, SCHEMA, RECTIFICATION, pool, metrics)
        followings = [
            Following(settings, pool, projection, f"rectification-{projection.name}", metrics, http)
            for projection in (DirectoriesProjection(), MilestonesProjection())
        ]

        async def ready() -> dict[str, str]:
            return await unready(pool, wanted) | outgoing.missing()

        wanted = migrations()
        parts = [*outgoing.parts, *(following.run for following in followings)]
        await run_worker(settings, metrics, ready, [*parts, urging_part(pool, urging).run])


def urging_part(pool: Pool, urging: UrgingConfig) -> UrgingPart:
    """What takes and delivers the steps of the ladder."""
    handler = CommandHandler(EventStore(pool, RECTIFICATION))
    taking = Taking(handler, urging.channels, urging.back_workdays)
    return UrgingPart(pool, taking, Delivering(handler, urging.opened()), urging.every_seconds)
