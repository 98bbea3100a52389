"""Composes the API of the rectification service."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

import httpx
from fastapi import APIRouter, FastAPI

from services.rectification.api import (
    evidence,
    filed_plans,
    items,
    ledger,
    pairings,
    petitions,
    programme_lists,
    programme_uploads,
    programmes,
    saved_views,
    selected,
    uploads,
    urging,
)
from services.rectification.api.office import Office
from services.rectification.domain.evidence import MAX_EVIDENCE_BYTES
from services.rectification.schema import SCHEMA, migrations
from services.rectification.urging.configured import UrgingConfig
from services.rectification.urging.milestones import MilestonesProjection
from services.rectification.urging.taking import Taking
from services.rectification.views.evidence import EvidenceFiles
from shared.contracts.rectification import RECTIFICATION
from shared.platform.auth import Authenticator
from shared.platform.campaigns import DirectoriesProjection, known_campaigns
from shared.platform.commands import CommandHandler
from shared.platform.consistency import Checkpoints
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.parked import parked_of
from shared.platform.parked import router as parked_router
from shared.platform.postgres import open_pool
from shared.platform.starting import patiently, unready

ROUTERS: Final[tuple[APIRouter, ...]] = (
    uploads.router,
    selected.router,
    items.router,
    ledger.router,
    saved_views.router,
    evidence.router,
    programme_uploads.router,
    filed_plans.router,
    programmes.router,
    petitions.router,
    pairings.router,
    programme_lists.router,
    urging.router,
    parked_router,
)
# A file just over the limit is to be told so, in words of its own.
_SLACK_BYTES = 1024 * 1024
_DESCRIPTION = (
    "台账、整改方案、专项整治与承诺、接访、结对帮扶、催办。"
    " The ledger, filed plans, programmes, petitions, help, and the urging ladder."
)


class ApiSettings(Protocol):
    """What the API is told: where the database and the issuer are, and where files lie."""

    @property
    def database_url(self) -> str: ...
    @property
    def pool_size(self) -> int: ...
    @property
    def pool_ready(self) -> int: ...
    @property
    def issuer_url(self) -> str: ...
    @property
    def service_account(self) -> str: ...
    @property
    def service_urls(self) -> Mapping[str, str]: ...
    @property
    def evidence_dir(self) -> Path: ...
    @property
    def urging(self) -> UrgingConfig: ...


def api_app(settings: ApiSettings, metrics: Metrics, client: httpx.AsyncClient) -> FastAPI:
    """The API; its database is opened when the app starts. `client` reaches the issuer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await patiently(
            lambda: open_pool(
                settings.database_url, SCHEMA, size=settings.pool_size, ready=settings.pool_ready
            )
        )
        store = EventStore(pool, RECTIFICATION)
        handler = CommandHandler(store)
        evidence = EvidenceFiles(settings.evidence_dir)
        app.state.authenticator = Authenticator(settings.issuer_url, client)
        app.state.checkpoints = Checkpoints(pool, DirectoriesProjection.name)
        app.state.parked = parked_of(
            settings, pool, (DirectoriesProjection(), MilestonesProjection()), client
        )
        app.state.follows = frozenset({"units", "schedule"})
        app.state.office = Office(store, handler, known_campaigns(pool), metrics, evidence)
        app.state.taking = Taking(handler, settings.urging.channels, settings.urging.back_workdays)
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
    app = create_app(
        "rectification 整改落实", _DESCRIPTION, ROUTERS, metrics, ready, lifespan,
        body_limit=MAX_EVIDENCE_BYTES + _SLACK_BYTES,
    )  # fmt: skip
    return app
