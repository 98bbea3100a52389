"""Composition root of the status service: `api`, `worker`, `migrate` or `rebuild`."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import structlog
from fastapi import FastAPI

from services.status import api, operating
from services.status.projections import StatusProjection
from services.status.queries import Views
from services.status.rebuild import Rebuild
from services.status.settings import StatusSettings
from services.status.sources import FromHistory, FromTopics
from shared.platform import logs
from shared.platform.auth import Authenticator
from shared.platform.client import FeedClients, ServiceClient, ServiceToken
from shared.platform.consistency import Checkpoints
from shared.platform.consuming import Applier, Feed
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.postgres import CONSUMING, Migration, Pool, migrate, migrations_in, open_pool
from shared.platform.retrying import ParkedEvents
from shared.platform.running import run, run_worker, serve
from shared.platform.starting import patiently, unready
from shared.platform.worker import Consuming

SCHEMA = "status"
GROUP = "campaign-status"
FOLLOWS = frozenset(contract.service for contract in StatusProjection.contracts)
MODES = ("api", "worker", "migrate", "rebuild")
DESCRIPTION = """\
Every unit's own state and what stands below it, on any day. 任一单位、任一日的状态与汇总。

Send the `Consistency-Token` of a write to wait until a view shows it."""


log = structlog.get_logger()


def migrations() -> list[Migration]:
    return [*migrations_in(*CONSUMING), *migrations_in("services.status.migrations")]


def application(settings: StatusSettings, client: httpx.AsyncClient | None = None) -> FastAPI:
    """The API; `client` is how it reaches the issuer and the other services, closed by its owner."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        projection = StatusProjection()
        async with AsyncExitStack() as stack:
            pool = await stack.enter_async_context(await patiently(lambda: _pool(settings)))
            own = await stack.enter_async_context(httpx.AsyncClient())
            http = own if client is None else client
            applier = Applier(pool, projection, _feed(settings, http))
            app.state.pool = pool
            app.state.projection = projection.name
            app.state.views = Views(pool, projection.name)
            app.state.authenticator = Authenticator(settings.issuer_url, http)
            app.state.checkpoints = Checkpoints(pool, projection.name)
            app.state.follows = FOLLOWS
            app.state.parked_events = ParkedEvents(pool, projection, applier)
            yield

    async def ready() -> dict[str, str]:
        return await unready(app.state.pool, migrations())

    app = create_app(
        "Status 状态", DESCRIPTION, [api.router, operating.router], metrics, ready, lifespan
    )
    return app


async def work(settings: StatusSettings) -> None:
    """Keep the views in step with the topics until told to stop."""
    _collect_seldom()
    metrics = Metrics()
    projection = StatusProjection()
    async with (
        httpx.AsyncClient() as http,
        await patiently(lambda: _pool(settings)) as pool,
    ):
        applier = Applier(pool, projection, _feed(settings, http))
        consuming = Consuming(settings.kafka, pool, projection, applier, GROUP, metrics)

        async def ready() -> dict[str, str]:
            return await unready(pool, migrations())

        await consuming.start()
        try:
            await run_worker(settings, metrics, ready, [consuming.measure])
        finally:
            await consuming.stop()


async def migrated(settings: StatusSettings) -> None:
    ran = await patiently(lambda: migrate(settings.database_url, SCHEMA, migrations()))
    log.info("migrated", ran=ran)


async def rebuilt(settings: StatusSettings, source: str) -> None:
    """Fill the views anew, from the topics' beginning or from the history kept here."""
    _collect_seldom()
    async with await patiently(lambda: _pool(settings)) as pool:
        if source == "history":
            await Rebuild(pool, StatusProjection.name).run(FromHistory(pool))
        else:
            await Rebuild(pool, StatusProjection.name).run(FromTopics(settings.kafka))


def _collect_seldom() -> None:
    """Batches make many objects and no cycles: looking for cycles took a sixth of a catch-up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


async def _pool(settings: StatusSettings) -> Pool:
    return await open_pool(settings.database_url, SCHEMA, size=settings.pool_size)


def _feed(settings: StatusSettings, http: httpx.AsyncClient) -> Feed:
    token = ServiceToken(settings.issuer_url, settings.service_account, http)
    urls = settings.service_urls
    return FeedClients({name: ServiceClient(urls[name], token, http) for name in FOLLOWS}).events


def main(arguments: list[str]) -> int:
    mode = arguments[0] if arguments else ""
    source = arguments[1].removeprefix("--from=") if len(arguments) > 1 else "topics"
    if mode not in MODES or source not in {"topics", "history"}:
        print(f"usage: python -m services.status.main {'|'.join(MODES)} [--from=topics|history]")  # noqa: T201 - a command's usage
        return 2
    settings = StatusSettings()
    logs.configure(SCHEMA, settings.log_level)
    match mode:
        case "api":
            serve(application(settings), settings)
        case "worker":
            run(work(settings))
        case "migrate":
            run(migrated(settings))
        case _:
            run(rebuilt(settings, source))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
