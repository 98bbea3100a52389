"""The rectification service's API on a real database of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.rectification.application import api_app
from services.rectification.schema import SCHEMA, migrations
from services.rectification.settings import RectificationSettings
from shared.platform.metrics import Metrics
from shared.platform.postgres import migrate
from tests.support.access import ISSUER_URL, issuer_client
from tests.support.desk import Desk, desk_of


@pytest.fixture(scope="module")
def rectification_url(database_url: str) -> str:
    """A database in which rectification is migrated."""
    asyncio.run(migrate(database_url, SCHEMA, migrations()))
    return database_url


@pytest.fixture
async def desk(rectification_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """The API with an open campaign of its own and its units known."""
    settings = RectificationSettings(
        database_url=rectification_url,
        kafka_bootstrap_servers="unused",
        issuer_url=ISSUER_URL,
        port=1,
        metrics_port=2,
        evidence_dir=tmp_path / "evidence",
        notices_dir=tmp_path / "notices",
    )
    async with issuer_client() as issuer, desk_of(api_app(settings, Metrics(), issuer)) as desk:
        yield desk
