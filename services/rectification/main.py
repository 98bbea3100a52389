"""Composes and runs the rectification service: `api`, `worker`, `migrate` or `rebuild-views`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog
from fastapi import APIRouter, FastAPI

from services.rectification.api import (
    filed_plans,
    pairings,
    petitions,
    programme_lists,
    programme_uploads,
    programmes,
    uploads,
)
from services.rectification.api.office import Office
from services.rectification.settings import RectificationSettings
from services.rectification.urging.milestones import MilestonesProjection
from services.rectification.views.evidence import EvidenceFiles
from services.rectification.views.lives import OF_ITEM
from services.rectification.views.programmes import PROGRAMME_LIVES
from services.rectification.views.urging import URGING_LIVES
from shared.contracts.rectification import RECTIFICATION
from shared.platform import logs
from shared.platform.auth import Authenticator
from shared.platform.campaigns import DirectoriesProjection, known_campaigns
from shared.platform.client import direct_client
from shared.platform.commands import CommandHandler
from shared.platform.consistency import Checkpoints
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.following import Following
from shared.platform.http import create_app
from shared.platform.lives import Life
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

SCHEMA = "rectification"
ROUTERS: tuple[APIRouter, ...] = (
    uploads.router,
    programme_uploads.router,
    filed_plans.router,
    programmes.router,
    petitions.router,
    pairings.router,
    programme_lists.router,
)
LIVES: tuple[Life, ...] = (OF_ITEM, *PROGRAMME_LIVES, *URGING_LIVES)
_DESCRIPTION = (
    "台账、整改方案、专项整治与承诺、接访、结对帮扶、催办。"
    " The ledger, filed plans, programmes, petitions, help, and the urging ladder."
)

log = structlog.get_logger()


def migrations() -> list[Migration]:
    """All that must have run before the service is ready."""
    return [
        *migrations_in(*EVENT_STORE),
        *migrations_in(*CONSUMING),
        *migrations_in("shared.platform.sql", "directory.sql", "campaigns.sql"),
        *migrations_in("services.rectification.migrations"),
    ]


def api_app(
    settings: RectificationSettings, metrics: Metrics, client: httpx.AsyncClient
) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches the issuer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(settings.database_url, SCHEMA, size=settings.pool_size)
        )
        store = EventStore(pool, RECTIFICATION)
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.checkpoints = Checkpoints(pool, DirectoriesProjection.name)
        app.state.follows = frozenset({"units", "schedule"})
        app.state.office = Office(
            store,
            CommandHandler(store),
            known_campaigns(pool),
            metrics,
            EvidenceFiles(settings.evidence_dir),
        )
        app.include_router(feed_router(store))
        try:
            yield
        finally:
            await pool.close()
            await client.aclose()

    async def ready() -> dict[str, str]:
        office: Office | None = getattr(app.state, "office", None)
        return {"database": "not open"} if office is None else await unready(office.pool, wanted)

    wanted = migrations()
    app = create_app("rectification 整改落实", _DESCRIPTION, ROUTERS, metrics, ready, lifespan)
    return app


async def worker(settings: RectificationSettings, metrics: Metrics) -> None:
    """The relay of our events, and the consumers of units, campaigns and units' milestones."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=6))
    async with direct_client() as client:
        outgoing = Outgoing(settings, SCHEMA, RECTIFICATION, pool, metrics)
        followings = [
            Following(
                settings, pool, projection, f"rectification-{projection.name}", metrics, client
            )
            for projection in (DirectoriesProjection(), MilestonesProjection())
        ]

        async def ready() -> dict[str, str]:
            return await unready(pool, migrations()) | outgoing.missing()

        parts = [*outgoing.parts, *(following.run for following in followings)]
        try:
            await run_worker(settings, metrics, ready, parts)
        finally:
            await pool.close()


async def rebuild_views(settings: RectificationSettings) -> None:
    """Fill every read model again from the events."""
    pool = await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=2))
    try:
        log.info("views-rebuilt", streams=await rebuild(pool, RECTIFICATION, LIVES))
    finally:
        await pool.close()


async def migrated(settings: RectificationSettings) -> None:
    """Run what has not run yet."""
    ran = await patiently(lambda: migrate(settings.database_url, SCHEMA, migrations()))
    log.info("migrated", ran=ran)


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) == 2 else ""
    if mode not in {"api", "worker", "migrate", "rebuild-views"}:
        sys.exit("usage: python -m services.rectification.main api|worker|migrate|rebuild-views")
    settings = RectificationSettings()
    logs.configure("rectification", settings.log_level)
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
