"""Composes the worker of supervision: it follows units and schedule, and hands findings over."""

from services.supervision.handing_over import HandingOver
from services.supervision.schema import SCHEMA, migrations
from shared.contracts.supervision import SUPERVISION
from shared.platform.campaigns import DirectoriesProjection
from shared.platform.client import ServiceClient, ServiceToken, direct_client
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.following import Following
from shared.platform.metrics import Metrics
from shared.platform.outgoing import Outgoing
from shared.platform.postgres import open_pool
from shared.platform.running import run_worker
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready


async def worker(settings: Settings, metrics: Metrics) -> None:
    """Publish what the service records, keep units and campaigns, hand findings to the ledger."""
    async with (
        direct_client() as http,
        await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=4)) as pool,
    ):
        outgoing = Outgoing(settings, SCHEMA, SUPERVISION, pool, metrics)
        directories = Following(
            settings, pool, DirectoriesProjection(), "supervision-directories", metrics, http
        )
        token = ServiceToken(settings.issuer_url, settings.service_account, http)
        findings = HandingOver(
            pool,
            CommandHandler(EventStore(pool, SUPERVISION)),
            ServiceClient(settings.rectification_url, token, http),
        )

        async def ready() -> dict[str, str]:
            return await unready(pool, wanted) | outgoing.missing()

        wanted = migrations()
        parts = [*outgoing.parts, directories.run, findings.run]
        await run_worker(settings, metrics, ready, parts)
