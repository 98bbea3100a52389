"""The status views on a real database, empty at the start of each test."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.status.application import application
from services.status.schema import SCHEMA, migrations
from services.status.settings import StatusSettings
from shared.platform.postgres import Pool, migrate, open_pool
from tests.integration.status.tables import empty
from tests.support.access import ISSUER_URL, bearer, issuer_client


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    await migrate(database_url, SCHEMA, migrations())
    opened = await open_pool(database_url, SCHEMA, size=6)
    await empty(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def app(database_url: str, pool: Pool) -> AsyncIterator[FastAPI]:
    settings = StatusSettings(
        database_url=database_url,
        kafka_bootstrap_servers="unused:1",
        issuer_url=ISSUER_URL,
    )
    async with issuer_client() as issuer:
        app = application(settings, issuer)
        async with app.router.lifespan_context(app):
            yield app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The API, called by the region's leader unless the test says otherwise."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://status.test",
        headers=bearer("leader", "15"),
    ) as client:
        yield client
