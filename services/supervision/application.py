"""Composes the API of the supervision service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.supervision.api import duties, liaison, publicity, reading, teams, uploads
from services.supervision.api.office import SupervisionOffice
from services.supervision.people import PeopleDirectory
from services.supervision.schema import SCHEMA, migrations
from shared.contracts.supervision import SUPERVISION
from shared.platform.auth import Authenticator
from shared.platform.campaigns import DirectoriesProjection, known_campaigns
from shared.platform.client import ServiceClient, ServiceToken
from shared.platform.commands import CommandHandler
from shared.platform.consistency import Checkpoints
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
    "督导组、指导员、督导履职、联系点、宣传宣讲。"
    " Supervision teams, instructors, their duties and findings, liaison points, publicity."
)


def api_app(settings: Settings, metrics: Metrics, client: httpx.AsyncClient) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches issuer and units."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(
                settings.database_url, SCHEMA, size=settings.pool_size, ready=settings.pool_ready
            )
        )
        store = EventStore(pool, SUPERVISION)
        token = ServiceToken(settings.issuer_url, settings.service_account, client)
        people = PeopleDirectory(ServiceClient(settings.units_url, token, client))
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.checkpoints = Checkpoints(pool, DirectoriesProjection.name)
        app.state.parked = parked_of(settings, pool, (DirectoriesProjection(),), client)
        app.state.follows = frozenset({"units", "schedule"})
        app.state.office = SupervisionOffice(
            store, CommandHandler(store), known_campaigns(pool), metrics, people
        )
        app.include_router(feed_router(store))
        try:
            yield
        finally:
            await pool.close()
            await client.aclose()

    async def ready() -> dict[str, str]:
        office: SupervisionOffice | None = getattr(app.state, "office", None)
        if office is None:
            return {"database": "not open"}
        return await unready(office.store.pool, wanted)

    wanted = migrations()
    routers = [module.router for module in (uploads, teams, duties, liaison, publicity, reading)]
    routers.append(parked_router)
    app = create_app("supervision 督导", _DESCRIPTION, routers, metrics, ready, lifespan)
    return app
