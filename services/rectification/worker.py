"""Composes the worker of the rectification service, which follows units and schedule, and urges."""

from services.rectification.orders import OrdersPart
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
from shared.platform.postgres import open_pool
from shared.platform.running import run_worker
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready


async def worker(settings: Settings, urging: UrgingConfig, metrics: Metrics) -> None:
    """Publish what the service records, keep its directories and milestones, urge, watch orders."""
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
        handler = CommandHandler(EventStore(pool, RECTIFICATION))
        parts = [*outgoing.parts, *(following.run for following in followings)]
        parts += [urging_part(handler, urging).run, OrdersPart(handler).run]
        await run_worker(settings, metrics, ready, parts)


def urging_part(handler: CommandHandler, urging: UrgingConfig) -> UrgingPart:
    """What takes and delivers the steps of the ladder."""
    taking = Taking(handler, urging.channels, urging.back_workdays)
    return UrgingPart(
        handler.store.pool, taking, Delivering(handler, urging.opened()), urging.every_seconds
    )
