"""Supervision's API on a real database, beside a real units API that knows people's ranks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.issuer import Role
from services.rectification import application as rectification
from services.rectification import schema as rectification_schema
from services.rectification.settings import RectificationSettings
from services.supervision import application as supervision
from services.supervision import schema as supervision_schema
from services.supervision.handing_over import HandingOver
from services.supervision.settings import SupervisionSettings
from services.units import application as units
from services.units import schema as units_schema
from services.units.settings import UnitsSettings
from shared.contracts.supervision import SUPERVISION
from shared.platform.client import ServiceClient, ServiceToken
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.metrics import Metrics
from shared.platform.postgres import migrate
from tests.support.access import ISSUER_URL, bearer
from tests.support.desk import Desk, desk_of, opened, registered, tell
from tests.support.neighbours import Neighbours

TOWN = "15.1502.150202.150202001"
UNITS = {
    "15": (1, "region"),
    "15.1502": (2, "city"),
    "15.1503": (2, "city"),
    "15.1502.1502-D01": (2, "directly_affiliated"),
    "15.1502.1502-D02": (2, "directly_affiliated"),
    "15.1502.150202": (3, "district"),
    "15.1502.150203": (3, "district"),
    "15.1503.150302": (3, "district"),
    TOWN: (4, "town"),
    "15.1502.150202.150202002": (4, "town"),
    f"{TOWN}.150202001001": (5, "community"),
    f"{TOWN}.150202001002": (5, "village"),
}
PEOPLE = (
    "person,name,title,rank,unit\n"
    "p-15-0001,甲,自治区党委常委,省级副职,15\n"
    "p-15-0002,乙,自治区政府副主席,省级副职,15\n"
    "p-15-0013,丙,活动办公室主任,厅级正职,15\n"
)


@dataclass(frozen=True)
class Supervision(Desk):
    """A desk whose neighbours can be taken down."""

    neighbours: Neighbours

    async def items(self, path: str, role: Role = "clerk", unit: str = "15") -> Any:
        """The items of a list that has to be answered."""
        answer = await self.get(path, role, unit)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def told(self, path: str, body: Any, role: Role = "clerk", unit: str = "15") -> Any:
        """A post that has to be taken; its receipt."""
        answer = await self.post(path, body, role, unit)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def supervision_url(database_url: str) -> str:
    """A database in which supervision and its neighbours are migrated."""
    for schema in (supervision_schema, units_schema, rectification_schema):
        asyncio.run(migrate(database_url, schema.SCHEMA, schema.migrations()))
    return database_url


@pytest.fixture
async def neighbours(supervision_url: str) -> AsyncIterator[Neighbours]:
    """The issuer, and the units service with its people directory."""
    there = Neighbours()
    settings = UnitsSettings(
        database_url=supervision_url, kafka_bootstrap_servers="unused", issuer_url=ISSUER_URL,
        port=1, metrics_port=2,
    )  # fmt: skip
    app = units.api_app(settings, Metrics(), httpx.AsyncClient(transport=there))
    async with app.router.lifespan_context(app):
        there.apps["units.test"] = httpx.ASGITransport(app)
        yield there


@pytest.fixture
def settings(supervision_url: str) -> SupervisionSettings:
    return SupervisionSettings(
        database_url=supervision_url, kafka_bootstrap_servers="unused", issuer_url=ISSUER_URL,
        units_url="http://units.test", rectification_url="http://rectification.test",
        port=1, metrics_port=2,
    )  # fmt: skip


@pytest.fixture
async def desk(settings: SupervisionSettings, neighbours: Neighbours) -> AsyncIterator[Supervision]:
    """The API with an open campaign of its own, its units and the region's people known."""
    app = supervision.api_app(settings, Metrics(), httpx.AsyncClient(transport=neighbours))
    async with desk_of(app, UNITS) as desk:
        await _enter_people(neighbours, desk.campaign)
        yield Supervision(desk.http, desk.campaign, desk.pool, neighbours)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def ledger(desk: Supervision, supervision_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """The rectification service as a neighbour, which has heard of the same campaign."""
    settings = RectificationSettings(
        database_url=supervision_url, kafka_bootstrap_servers="unused", issuer_url=ISSUER_URL,
        port=1, metrics_port=2, evidence_dir=tmp_path / "evidence", notices_dir=tmp_path / "notices",
    )  # fmt: skip
    http = httpx.AsyncClient(transport=desk.neighbours, base_url="http://rectification.test")
    app = rectification.api_app(settings, Metrics(), httpx.AsyncClient(transport=desk.neighbours))
    async with app.router.lifespan_context(app), http:
        desk.neighbours.apps["rectification.test"] = httpx.ASGITransport(app)
        pool = app.state.office.store.pool
        told = [registered(desk.campaign, path, *UNITS[path]) for path in UNITS]
        await tell(pool, [*told, opened(desk.campaign)])
        yield Desk(http, desk.campaign, pool)


@pytest.fixture
def handing_over(desk: Supervision, settings: SupervisionSettings) -> HandingOver:
    """The process manager, on its way to the neighbour."""
    client = httpx.AsyncClient(transport=desk.neighbours)
    token = ServiceToken(ISSUER_URL, settings.service_account, client)
    handler = CommandHandler(EventStore(desk.pool, SUPERVISION))
    return HandingOver(desk.pool, handler, ServiceClient(settings.rectification_url, token, client))


async def _enter_people(neighbours: Neighbours, campaign: str) -> None:
    root = {"code": "15", "level": 1, "kind": "region", "name": "自治区"}
    async with httpx.AsyncClient(
        transport=neighbours,
        base_url=f"http://units.test/campaigns/{campaign}",
        headers=bearer("clerk", "15"),
    ) as http:
        assert (await http.post("/units", json=root)).status_code == 201
        headers = {"Content-Type": "text/csv"}
        answer = await http.post("/people/import", content=PEOPLE.encode(), headers=headers)
        assert answer.json()["accepted"] == 3, answer.text
