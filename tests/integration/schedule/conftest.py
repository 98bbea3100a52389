"""The schedule's API on a real database, its directory fed as the units topic would feed it."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from deploy.issuer import Role
from services.schedule.application import api_app
from services.schedule.schema import SCHEMA, migrations
from services.schedule.settings import ScheduleSettings
from shared.contracts.units import UnitAbolished, UnitRegistered
from shared.kernel.envelope import Envelope, event_type
from shared.kernel.units import league_of, own_code
from shared.platform.directory import DirectoryProjection
from shared.platform.metrics import Metrics
from shared.platform.postgres import migrate
from tests.support.access import ISSUER_URL, bearer, issuer_client

_numbers = itertools.count(1)

WINDOWS = [
    {"levels": [2, 3], "kinds": ["area"], "opens_on": "2014-01-24", "closes_on": "2014-02-20"},
    {"levels": [4, 5], "kinds": ["area"], "opens_on": "2014-03-01", "closes_on": "2014-03-15"},
]
UNITS = {
    "15": (1, "region"),
    "15.1502": (2, "city"),
    "15.1503": (2, "city"),
    "15.1502.1502-D03": (2, "directly_affiliated"),
    "15.1502.150202": (3, "district"),
    "15.1502.150203": (3, "district"),
    "15.1503.150302": (3, "district"),
    **{f"15.1502.150202.1502020{n:02}": (4, "town") for n in range(1, 21)},
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

    async def abolish(self, code: str, on: date) -> None:
        event = UnitAbolished(campaign=self.campaign, code=code, reason="撤销", effective_on=on)
        await _tell(self.pool, [_envelope(self.campaign, f"15.1502.150202.{code}", event, 2)])


@pytest.fixture(scope="module")
def schedule_url(database_url: str) -> str:
    """A database in which the schedule is migrated."""
    asyncio.run(migrate(database_url, SCHEMA, migrations()))
    return database_url


@pytest.fixture
async def desk(schedule_url: str) -> AsyncIterator[Desk]:
    """The API with an open campaign of its own and its units known."""
    settings = ScheduleSettings(
        database_url=schedule_url,
        kafka_bootstrap_servers="unused",
        issuer_url=ISSUER_URL,
        port=1,
        metrics_port=2,
    )
    async with issuer_client() as issuer:
        app = api_app(settings, Metrics(), issuer)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://schedule.test"
            ) as http,
        ):
            desk = Desk(http, f"nmg-{next(_numbers)}", app.state.office.store.pool)
            await _tell(desk.pool, [registered(desk.campaign, path) for path in UNITS])
            opened = await http.post(
                "/campaigns", json=opening(desk.campaign), headers=bearer("clerk", "15")
            )
            assert opened.status_code == 201, opened.text
            yield desk


def opening(campaign: str) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "name_zh": "第二批教育实践活动",
        "name_en": "Batch two",
        "root": "15",
        "starts_on": "2013-11-01",
        "ends_on": "2014-10-31",
        "mobilization_from": "2014-01-20",
        "windows": WINDOWS,
    }


async def _tell(pool: "asyncpg.Pool[asyncpg.Record]", envelopes: list[Envelope]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await DirectoryProjection().apply(connection, envelopes)


def registered(campaign: str, path: str) -> Envelope:
    level, kind = UNITS[path]
    event = UnitRegistered(
        campaign=campaign, code=own_code(path), parent=own_code(path.rpartition(".")[0]) or None,
        level=level, kind=kind, name=f"单位{own_code(path)}", path=path,
        registered_on=date(2000, 1, 1),
    )  # fmt: skip
    return _envelope(campaign, path, event, 1)


def _envelope(
    campaign: str, path: str, event: UnitRegistered | UnitAbolished, version: int
) -> Envelope:
    code = own_code(path)
    return Envelope(
        id=f"{campaign}-{code}-{version}", source="/campaign/units",
        type=event_type("units", type(event).__name__, 1), subject=code, time=event.occurred_at,
        partitionkey=league_of(path), campaign=campaign, league=league_of(path), version=version,
        stream=f"unit/{campaign}/{code}", streamversion=version, unitpath=path, actor="p-1",
        correlationid="c", recordedat=datetime.now(UTC), hash="",
        data=msgspec.Raw(msgspec.json.encode(event)),
    )  # fmt: skip
