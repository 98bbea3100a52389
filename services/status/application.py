"""Composes the API of the status service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI

from services.status import api, operating
from services.status.bulletin import api as bulletin_api
from services.status.bulletin.drafting import Drafts
from services.status.bulletin.issuing import IssuedBulletins
from services.status.explaining import api as explaining_api
from services.status.explaining.explaining import Explanations
from services.status.kept import KeptAnswers
from services.status.knowing.recalls import Recalls
from services.status.projections import StatusProjection
from services.status.queries import Views
from services.status.rehearsing import api as rehearsing_api
from services.status.rehearsing.dry_run import DryRuns
from services.status.rehearsing.rehearsing import Rehearsals
from services.status.replaying import api as replaying_api
from services.status.replaying import frames_api
from services.status.replaying.frames import Player
from services.status.replaying.reading import History
from services.status.replaying.stream import Seats
from services.status.schema import SCHEMA, migrations
from services.status.stored import StoredRows
from services.status.weighing import api as weighing_api
from shared.platform.auth import Authenticator
from shared.platform.client import direct_client, feeds_of
from shared.platform.consistency import Checkpoints
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.parked import Parked
from shared.platform.parked import router as parked_router
from shared.platform.postgres import open_pool
from shared.platform.settings import Settings
from shared.platform.starting import patiently, unready

FOLLOWS = frozenset(contract.service for contract in StatusProjection.contracts)
DESCRIPTION = """\
Every unit's own state and what stands below it, on any day. 任一单位、任一日的状态与汇总。

Send the `Consistency-Token` of a write to wait until a view shows it."""


def application(settings: Settings, client: httpx.AsyncClient | None = None) -> FastAPI:
    """The API; `client` is how it reaches the issuer and the other services, closed by its owner."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        projection = StatusProjection()
        async with AsyncExitStack() as stack:
            pool = await stack.enter_async_context(
                await patiently(
                    lambda: open_pool(
                        settings.database_url,
                        SCHEMA,
                        size=settings.pool_size,
                        ready=settings.pool_ready,
                    )
                )
            )
            own = await stack.enter_async_context(direct_client())
            http = own if client is None else client
            feeds = feeds_of(settings, projection.contracts, http)
            app.state.pool = pool
            app.state.projection = projection.name
            app.state.views = Views(StoredRows(pool, projection.name))
            app.state.kept_answers = KeptAnswers(pool, projection.name)
            app.state.recalls = Recalls(pool, projection.name)
            app.state.explanations = Explanations(pool, projection.name, app.state.recalls)
            app.state.dry_runs = DryRuns(settings.service_urls["units"], http)
            app.state.rehearsals = Rehearsals(pool, projection.name)
            app.state.drafts = Drafts(pool, projection.name, app.state.recalls)
            app.state.bulletins = IssuedBulletins(pool)
            app.state.player = Player(StoredRows(pool, projection.name))
            app.state.replays = replaying_api.Replays(History(pool), Seats())
            app.state.authenticator = Authenticator(settings.issuer_url, http)
            app.state.checkpoints = Checkpoints(pool, projection.name)
            app.state.follows = FOLLOWS
            app.state.parked = Parked(pool, (projection,), feeds)
            yield

    async def ready() -> dict[str, str]:
        return await unready(app.state.pool, wanted)

    wanted = migrations()
    routers = [
        api.router,
        explaining_api.router,
        rehearsing_api.router,
        bulletin_api.router,
        replaying_api.router,
        frames_api.router,
        weighing_api.router,
        operating.router,
        parked_router,
    ]
    app = create_app("Status 状态", DESCRIPTION, routers, metrics, ready, lifespan)
    return app
