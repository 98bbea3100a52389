"""Composes and runs the supervision service: `api`, `worker`, `migrate` or `rebuild-views`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog
from fastapi import APIRouter, FastAPI

from services.supervision.api import uploads
from services.supervision.api.office import SupervisionOffice
from services.supervision.people import PeopleDirectory
from services.supervision.settings import SupervisionSettings
from services.supervision.views.lives import LIVES
from shared.contracts.supervision import SUPERVISION
from shared.platform import logs
from shared.platform.auth import Authenticator
from shared.platform.campaigns import DirectoriesProjection, known_campaigns
from shared.platform.client import ServiceClient, ServiceToken, direct_client
from shared.platform.commands import CommandHandler
from shared.platform.consistency import Checkpoints
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.following import Following
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.outgoing import Outgoing
from shared.platform.postgres import (
    CONSUMING,
    EVENT_STORE,
    Migration,
    migrate,
    migrations_in,
    open_pool,
)
from shared.platform.rebuilding import rebuild
from shared.platform.running import run, run_worker, serve
from shared.platform.starting import patiently, unready

SCHEMA = "supervision"
ROUTERS: tuple[APIRouter, ...] = (uploads.router,)
_DESCRIPTION = (
    "督导组、指导员、督导履职、联系点、宣传宣讲。"
    " Supervision teams, instructors, their duties and findings, liaison points, publicity."
)

log = structlog.get_logger()


def migrations() -> list[Migration]:
    """All that must have run before the service is ready."""
    return [
        *migrations_in(*EVENT_STORE),
        *migrations_in(*CONSUMING),
        *migrations_in("shared.platform.sql", "directory.sql", "campaigns.sql"),
        *migrations_in("services.supervision.migrations"),
    ]


def api_app(settings: SupervisionSettings, metrics: Metrics, client: httpx.AsyncClient) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches issuer and units."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(settings.database_url, SCHEMA, size=settings.pool_size)
        )
        store = EventStore(pool, SUPERVISION)
        token = ServiceToken(settings.issuer_url, settings.service_account, client)
        people = PeopleDirectory(ServiceClient(settings.units_url, token, client))
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.checkpoints = Checkpoints(pool, DirectoriesProjection.name)
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
    app = create_app("supervision 督导", _DESCRIPTION, ROUTERS, metrics, ready, lifespan)
    return app


async def worker(settings: SupervisionSettings, metrics: Metrics) -> None:
    """The relay of our events and the consumer that keeps units and campaigns."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=4))
    async with direct_client() as client:
        outgoing = Outgoing(settings, SCHEMA, SUPERVISION, pool, metrics)
        following = Following(
            settings, pool, DirectoriesProjection(), "supervision-directories", metrics, client
        )

        async def ready() -> dict[str, str]:
            return await unready(pool, wanted) | outgoing.missing()

        wanted = migrations()
        try:
            await run_worker(settings, metrics, ready, [*outgoing.parts, following.run])
        finally:
            await pool.close()


async def rebuild_views(settings: SupervisionSettings) -> None:
    """Fill every read model again from the events."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=2))
    try:
        log.info("views-rebuilt", rows=await rebuild(pool, SUPERVISION, LIVES))
    finally:
        await pool.close()


async def migrated(settings: SupervisionSettings) -> None:
    """Run what has not run yet."""
    ran = await patiently(lambda: migrate(settings.database_url, SCHEMA, migrations()))
    log.info("migrated", ran=ran)


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) == 2 else ""
    if mode not in {"api", "worker", "migrate", "rebuild-views"}:
        sys.exit("usage: python -m services.supervision.main api|worker|migrate|rebuild-views")
    settings = SupervisionSettings()
    logs.configure("supervision", settings.log_level)
    metrics = Metrics()
    match mode:
        case "api":
            serve(api_app(settings, metrics, direct_client()), settings)
        case "worker":
            run(worker(settings, metrics))
        case "migrate":
            run(migrated(settings))
        case _:
            run(rebuild_views(settings))


if __name__ == "__main__":
    main()
