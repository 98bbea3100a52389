"""The schedule's API on a real database, its directory fed as the units topic would feed it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.schedule.application import api_app
from services.schedule.schema import SCHEMA, migrations
from services.schedule.settings import ScheduleSettings
from shared.platform.metrics import Metrics
from shared.platform.postgres import migrate
from tests.support.access import ISSUER_URL, bearer
from tests.support.desk import Desk, desk_of
from tests.support.neighbours import Neighbours

WINDOWS = [
    {"levels": [2, 3], "kinds": ["area"], "opens_on": "2014-01-24", "closes_on": "2014-02-20"},
    {"levels": [4, 5], "kinds": ["area"], "opens_on": "2014-03-01", "closes_on": "2014-03-15"},
]


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
        supervision_url="http://supervision.test",
    )
    neighbours = Neighbours({"supervision.test": httpx.MockTransport(teams_everywhere)})
    app = api_app(settings, Metrics(), httpx.AsyncClient(transport=neighbours))
    async with desk_of(app, known=False) as desk:
        opened = await desk.http.post(
            "/campaigns", json=opening(desk.campaign), headers=bearer("clerk", "15")
        )
        assert opened.status_code == 201, opened.text
        yield desk


def teams_everywhere(asked: httpx.Request) -> httpx.Response:
    """Supervision as these tests need it: everybody's teams look after 1502 and 150202."""
    teams = [{"team": f"st-{unit}", "formed_by": unit} for unit in ("15", "1502")]
    units = ["1502", "150202"]
    return httpx.Response(200, json={"teams": [team | {"units": units} for team in teams]})


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
