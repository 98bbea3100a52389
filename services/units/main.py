"""Composes and runs the units service: `api`, `worker`, `migrate` or `rebuild-views`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog
from fastapi import FastAPI

from services.units.api import groups, people, units, uploads
from services.units.api.office import Office
from services.units.handling import UnitHandler
from services.units.people import People
from services.units.rebuilding import rebuild
from services.units.settings import UnitsSettings
from shared.contracts.units import UNITS
from shared.platform import logs
from shared.platform.auth import Authenticator
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.postgres import (
    EVENT_STORE,
    Migration,
    migrate,
    migrations_in,
    open_pool,
)
from shared.platform.relay import Relay
from shared.platform.running import run, run_worker, serve
from shared.platform.starting import patiently, unready

SCHEMA = "units"
_DESCRIPTION = (
    "单位层级、领导小组、人员名录。"
    " The hierarchy of units, their leading groups, the people directory."
)

log = structlog.get_logger()


def migrations() -> list[Migration]:
    """All that must have run before the service is ready."""
    return [*migrations_in(*EVENT_STORE), *migrations_in("services.units.migrations")]


def api_app(settings: UnitsSettings, metrics: Metrics, client: httpx.AsyncClient) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches the issuer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(settings.database_url, SCHEMA, size=settings.pool_size)
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
        return (
            {"database": "not open"}
            if office is None
            else await unready(office.store.pool, migrations())
        )

    routers = [module.router for module in (uploads, units, groups, people)]
    app = create_app("units 单位", _DESCRIPTION, routers, metrics, ready, lifespan)
    return app


async def worker(settings: UnitsSettings, metrics: Metrics) -> None:
    """The relay of our events; units follows no other service."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=2))
    relay = Relay(settings.database_url, SCHEMA, UNITS, settings.kafka, metrics)

    async def ready() -> dict[str, str]:
        missing = await unready(pool, migrations())
        if relay.state not in {"leading", "standby"}:
            missing["relay"] = relay.state
        return missing

    try:
        await run_worker(settings, metrics, ready, [relay.run])
    finally:
        await pool.close()


async def rebuild_views(settings: UnitsSettings) -> None:
    """Fill every inline view again from the events."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=2))
    try:
        log.info("views-rebuilt", streams=await rebuild(pool))
    finally:
        await pool.close()


async def migrated(settings: UnitsSettings) -> None:
    """Run what has not run yet."""
    ran = await patiently(lambda: migrate(settings.database_url, SCHEMA, migrations()))
    log.info("migrated", ran=ran)


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) == 2 else ""
    if mode not in {"api", "worker", "migrate", "rebuild-views"}:
        sys.exit("usage: python -m services.units.main api|worker|migrate|rebuild-views")
    settings = UnitsSettings()
    logs.configure("units", settings.log_level)
    metrics = Metrics()
    match mode:
        case "api":
            serve(api_app(settings, metrics, httpx.AsyncClient()), settings)
        case "worker":
            run(worker(settings, metrics))
        case "migrate":
            run(migrated(settings))
        case _:
            run(rebuild_views(settings))


if __name__ == "__main__":
    main()
