"""Composes the API of the schedule service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.schedule.api import campaigns, mobilizations, plans, reading, trainings, uploads
from services.schedule.api.office import Office
from services.schedule.schema import SCHEMA, migrations
from services.schedule.supervising import Supervision
from services.schedule.views.campaigns import CampaignReader
from services.schedule.views.units import UnitReader
from shared.contracts.schedule import SCHEDULE
from shared.platform.auth import Authenticator
from shared.platform.client import ServiceClient, ServiceToken
from shared.platform.commands import CommandHandler
from shared.platform.consistency import Checkpoints
from shared.platform.directory import DirectoryProjection
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.parked import parked_of
from shared.platform.parked import router as parked_router
from shared.platform.postgres import open_pool
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready

_DESCRIPTION = (
    "活动、方案审核、会议、动员、培训。"
    " The campaign, its plans and their review, meetings, mobilization and training."
)


def api_app(settings: Settings, metrics: Metrics, client: httpx.AsyncClient) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches issuer and supervision."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(
                settings.database_url, SCHEMA, size=settings.pool_size, ready=settings.pool_ready
            )
        )
        store = EventStore(pool, SCHEDULE)
        token = ServiceToken(settings.issuer_url, settings.service_account, client)
        supervision = Supervision(ServiceClient(settings.supervision_url, token, client))
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.checkpoints = Checkpoints(pool, DirectoryProjection.name)
        app.state.parked = parked_of(settings, pool, (DirectoryProjection(),), client)
        app.state.follows = frozenset({"units"})
        app.state.office = Office(
            store,
            CommandHandler(store),
            CampaignReader(pool),
            metrics,
            UnitReader(pool),
            supervision,
        )
        app.include_router(feed_router(store))
        try:
            yield
        finally:
            await pool.close()
            await client.aclose()

    async def ready() -> dict[str, str]:
        office: Office | None = getattr(app.state, "office", None)
        if office is None:
            return {"database": "not open"}
        return await unready(office.store.pool, wanted)

    wanted = migrations()
    routers = [module.router for module in (mobilizations, uploads, campaigns, plans, trainings)]
    routers += [reading.router, parked_router]
    app = create_app("schedule 进度安排", _DESCRIPTION, routers, metrics, ready, lifespan)
    return app
