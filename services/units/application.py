"""Composes the API of the units service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.units.api import groups, people, rehearsals, units, uploads
from services.units.api.office import Office
from services.units.handling import UnitHandler
from services.units.people import People
from services.units.schema import SCHEMA, migrations
from shared.contracts.units import UNITS
from shared.platform.auth import Authenticator
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.postgres import open_pool
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready

_DESCRIPTION = (
    "单位层级、领导小组、人员名录。"
    " The hierarchy of units, their leading groups, the people directory."
)


def api_app(settings: Settings, metrics: Metrics, client: httpx.AsyncClient) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches the issuer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(
                settings.database_url, SCHEMA, size=settings.pool_size, ready=settings.pool_ready
            )
        )
        store = EventStore(pool, UNITS)
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.office = Office(
            store, UnitHandler(store), CommandHandler(store), People(store), metrics
        )
        app.include_router(feed_router(store))
        try:
            yield
        finally:
            await pool.close()

    async def ready() -> dict[str, str]:
        office: Office | None = getattr(app.state, "office", None)
        if office is None:
            return {"database": "not open"}
        return await unready(office.store.pool, wanted)

    wanted = migrations()
    routers = [module.router for module in (uploads, units, rehearsals, groups, people)]
    app = create_app("units 单位", _DESCRIPTION, routers, metrics, ready, lifespan)
    return app
