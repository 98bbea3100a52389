"""The units API on a real database, reached without a network."""

import itertools
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.units.application import api_app
from services.units.schema import SCHEMA, migrations
from services.units.settings import UnitsSettings
from shared.platform.metrics import Metrics
from shared.platform.postgres import migrate
from tests.integration.units.calls import Units
from tests.support.access import ISSUER_URL, bearer, issuer_client

_numbers = itertools.count(1)


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastAPI]:
    await migrate(database_url, SCHEMA, migrations())
    settings = UnitsSettings(
        database_url=database_url,
        kafka_bootstrap_servers="unused:1",
        issuer_url=ISSUER_URL,
        port=1,
        metrics_port=1,
    )
    async with issuer_client() as issuer:
        app = api_app(settings, Metrics(), issuer)
        async with app.router.lifespan_context(app):
            yield app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The API, called by the region's clerk unless the test says otherwise."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://units.test",
        headers=bearer("clerk", "15"),
    ) as client:
        yield client


@pytest.fixture
def campaign() -> str:
    """A campaign nobody has written to."""
    return f"campaign-{next(_numbers)}"


@pytest.fixture
def units(http: httpx.AsyncClient, campaign: str) -> Units:
    return Units(http, campaign)


@pytest.fixture
async def database(database_url: str, app: FastAPI) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url, server_settings={"search_path": SCHEMA})
    yield connection
    await connection.close()
