"""Composes and runs the supervision service: `api`, `worker`, `migrate` or `rebuild-views`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog
from fastapi import FastAPI

from services.supervision.settings import SupervisionSettings
from shared.contracts.supervision import SUPERVISION
from shared.platform import logs
from shared.platform.auth import Authenticator
from shared.platform.client import FeedClients, ServiceClient, ServiceToken
from shared.platform.consistency import Checkpoints
from shared.platform.consuming import Applier
from shared.platform.directory import DirectoryProjection
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.postgres import (
    CONSUMING,
    EVENT_STORE,
    Migration,
    Pool,
    migrate,
    migrations_in,
    open_pool,
)
from shared.platform.relay import Relay
from shared.platform.running import run, run_worker, serve
from shared.platform.starting import patiently, unready
from shared.platform.worker import Consuming

SCHEMA = "supervision"
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
        *migrations_in("shared.platform.sql", "directory.sql"),
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
        app.state.pool = pool
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.checkpoints = Checkpoints(pool, DirectoryProjection.name)
        app.state.follows = frozenset({"units"})
        app.include_router(feed_router(store))
        try:
            yield
        finally:
            await pool.close()
            await client.aclose()

    async def ready() -> dict[str, str]:
        pool: Pool | None = getattr(app.state, "pool", None)
        return {"database": "not open"} if pool is None else await unready(pool, migrations())

    app = create_app("supervision 督导", _DESCRIPTION, [], metrics, ready, lifespan)
    return app


async def worker(settings: SupervisionSettings, metrics: Metrics) -> None:
    """The relay of our events and the consumer that keeps the unit directory."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=4))
    async with _direct_client() as client:
        token = ServiceToken(settings.issuer_url, settings.service_account, client)
        units = ServiceClient(settings.units_url, token, client)
        relay = Relay(settings.database_url, SCHEMA, SUPERVISION, settings.kafka, metrics)
        projection = DirectoryProjection()
        applier = Applier(pool, projection, FeedClients({"units": units}).events)
        consuming = Consuming(
            settings.kafka, pool, projection, applier, "supervision-unit-directory", metrics
        )

        async def follow(stop: asyncio.Event) -> None:
            await consuming.start()
            try:
                await consuming.measure(stop)
            finally:
                await consuming.stop()

        async def ready() -> dict[str, str]:
            missing = await unready(pool, migrations())
            if relay.state not in {"leading", "standby"}:
                missing["relay"] = relay.state
            return missing

        try:
            await run_worker(settings, metrics, ready, [relay.run, follow])
        finally:
            await pool.close()


async def rebuild_views(settings: SupervisionSettings) -> None:
    """Fill every read model again from the events."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=2))
    try:
        log.info("views-rebuilt", rows={})
    finally:
        await pool.close()


async def migrated(settings: SupervisionSettings) -> None:
    """Run what has not run yet."""
    ran = await patiently(lambda: migrate(settings.database_url, SCHEMA, migrations()))
    log.info("migrated", ran=ran)


def _direct_client() -> httpx.AsyncClient:
    """Services and issuer are neighbours: no proxy of the environment stands between."""
    return httpx.AsyncClient(trust_env=False)


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) == 2 else ""
    if mode not in {"api", "worker", "migrate", "rebuild-views"}:
        sys.exit("usage: python -m services.supervision.main api|worker|migrate|rebuild-views")
    settings = SupervisionSettings()
    logs.configure("supervision", settings.log_level)
    metrics = Metrics()
    match mode:
        case "api":
            serve(api_app(settings, metrics, _direct_client()), settings)
        case "worker":
            run(worker(settings, metrics))
        case "migrate":
            run(migrated(settings))
        case _:
            run(rebuild_views(settings))


if __name__ == "__main__":
    main()
