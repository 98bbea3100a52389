"""Composes and runs the schedule service: `api`, `worker`, `migrate` or `rebuild-views`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog
from fastapi import FastAPI

from services.schedule.api import campaigns, mobilizations, plans, reading, trainings, uploads
from services.schedule.api.office import Office
from services.schedule.settings import ScheduleSettings
from services.schedule.views.campaigns import CampaignReader
from services.schedule.views.lives import LIVES
from shared.contracts.schedule import SCHEDULE
from shared.platform import logs
from shared.platform.auth import Authenticator
from shared.platform.client import FeedClients, ServiceClient, ServiceToken
from shared.platform.commands import CommandHandler
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
    migrate,
    migrations_in,
    open_pool,
)
from shared.platform.rebuilding import rebuild
from shared.platform.relay import Relay
from shared.platform.running import run, run_worker, serve
from shared.platform.starting import patiently, unready
from shared.platform.worker import Consuming

SCHEMA = "schedule"
_DESCRIPTION = (
    "活动、方案审核、会议、动员、培训。"
    " The campaign, its plans and their review, meetings, mobilization and training."
)

log = structlog.get_logger()


def migrations() -> list[Migration]:
    """All that must have run before the service is ready."""
    return [
        *migrations_in(*EVENT_STORE),
        *migrations_in(*CONSUMING),
        *migrations_in("shared.platform.sql", "directory.sql"),
        *migrations_in("services.schedule.migrations"),
    ]


def api_app(settings: ScheduleSettings, metrics: Metrics, client: httpx.AsyncClient) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches the issuer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(settings.database_url, SCHEMA, size=settings.pool_size)
        )
        store = EventStore(pool, SCHEDULE)
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.checkpoints = Checkpoints(pool, DirectoryProjection.name)
        app.state.follows = frozenset({"units"})
        app.state.office = Office(store, CommandHandler(store), CampaignReader(pool), metrics)
        app.include_router(feed_router(store))
        try:
            yield
        finally:
            await pool.close()
            await client.aclose()

    async def ready() -> dict[str, str]:
        office: Office | None = getattr(app.state, "office", None)
        return (
            {"database": "not open"}
            if office is None
            else await unready(office.store.pool, migrations())
        )

    routers = [module.router for module in (mobilizations, uploads, campaigns, plans, trainings)]
    routers.append(reading.router)
    app = create_app("schedule 进度安排", _DESCRIPTION, routers, metrics, ready, lifespan)
    return app


async def worker(settings: ScheduleSettings, metrics: Metrics) -> None:
    """The relay of our events and the consumer that keeps the unit directory."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=4))
    async with _direct_client() as client:
        token = ServiceToken(settings.issuer_url, settings.service_account, client)
        units = ServiceClient(settings.units_url, token, client)
        relay = Relay(settings.database_url, SCHEMA, SCHEDULE, settings.kafka, metrics)
        projection = DirectoryProjection()
        applier = Applier(pool, projection, FeedClients({"units": units}).events)
        consuming = Consuming(
            settings.kafka, pool, projection, applier, "schedule-unit-directory", metrics
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


async def rebuild_views(settings: ScheduleSettings) -> None:
    """Fill every read model again from the events."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=2))
    try:
        log.info("views-rebuilt", rows=await rebuild(pool, SCHEDULE, LIVES))
    finally:
        await pool.close()


async def migrated(settings: ScheduleSettings) -> None:
    """Run what has not run yet."""
    ran = await patiently(lambda: migrate(settings.database_url, SCHEMA, migrations()))
    log.info("migrated", ran=ran)


def _direct_client() -> httpx.AsyncClient:
    """Services and issuer are neighbours: no proxy of the environment stands between."""
    return httpx.AsyncClient(trust_env=False)


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) == 2 else ""
    if mode not in {"api", "worker", "migrate", "rebuild-views"}:
        sys.exit("usage: python -m services.schedule.main api|worker|migrate|rebuild-views")
    settings = ScheduleSettings()
    logs.configure("schedule", settings.log_level)
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
