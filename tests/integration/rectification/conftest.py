"""Rectification's API on a real database, its directories fed as the topics would feed them."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.issuer import Role
from services.rectification.main import SCHEMA, api_app, migrations
from services.rectification.settings import RectificationSettings
from shared.contracts.schedule import Window
from shared.platform.campaigns import DirectoriesProjection
from shared.platform.metrics import Metrics
from shared.platform.postgres import migrate
from tests.support.access import ISSUER_URL, bearer, issuer_client
from tests.support.topics import abolished, opened, registered, tell

_numbers = itertools.count(1)

WINDOWS = (
    Window((2, 3), ("area",), date(2014, 1, 24), date(2014, 2, 20)),
    Window((4, 5), ("area",), date(2014, 3, 1), date(2014, 3, 15)),
)
UNITS = {
    "15": (1, "region"),
    "15.1502": (2, "city"),
    "15.1503": (2, "city"),
    "15.1502.1502-D03": (2, "directly_affiliated"),
    "15.1502.150202": (3, "district"),
    "15.1502.150203": (3, "district"),
    "15.1503.150302": (3, "district"),
    "15.1502.150202.150202001": (4, "town"),
    "15.1502.150202.150202002": (4, "town"),
    "15.1502.150202.150202001.150202001201": (5, "gacha"),
}


@dataclass(frozen=True)
class Desk:
    """A client of the API that speaks of one campaign, as whoever it is asked to be."""

    http: httpx.AsyncClient
    campaign: str
    pool: "asyncpg.Pool[asyncpg.Record]"

    async def get(
        self, path: str, role: Role = "clerk", unit: str = "15", **headers: str
    ) -> httpx.Response:
        return await self.http.get(
            f"/campaigns/{self.campaign}{path}", headers=bearer(role, unit) | headers
        )

    async def post(
        self,
        path: str,
        body: Any,
        role: Role = "clerk",
        unit: str = "15",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        return await self.http.post(
            f"/campaigns/{self.campaign}{path}",
            json=body,
            headers=bearer(role, unit) | (headers or {}),
        )

    async def upload(
        self,
        path: str,
        content: str | bytes,
        role: Role = "clerk",
        unit: str = "15",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        given = bearer(role, unit) | {"Content-Type": "text/csv"} | (headers or {})
        return await self.http.post(
            f"/campaigns/{self.campaign}{path}",
            content=content.encode() if isinstance(content, str) else content,
            headers=given,
        )

    async def events(self) -> list[str]:
        """The names of this campaign's events in the order they were recorded."""
        rows = await self.pool.fetch(
            "select type from events where meta->>'campaign' = $1"
            " order by recorded_at, league, version",
            self.campaign,
        )
        return [row["type"] for row in rows]

    async def abolish(self, path: str, on: date) -> None:
        await tell(self.pool, DirectoriesProjection(), [abolished(self.campaign, path, on)])


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
    async with issuer_client() as issuer:
        app = api_app(settings, Metrics(), issuer)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://rectification.test"
            ) as http,
        ):
            desk = Desk(http, f"nmg-{next(_numbers)}", app.state.office.store.pool)
            told = [opened(desk.campaign, "15", WINDOWS), *registered(desk.campaign, UNITS)]
            await tell(desk.pool, DirectoriesProjection(), told)
            yield desk
