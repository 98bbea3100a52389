"""The roles that operators run: what they say on standard output, and how they end."""

from typing import Any

import msgspec
import pytest

from services.status.commands import work_on_views
from services.status.projections import StatusProjection
from services.status.settings import StatusSettings
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, everything, records
from tests.integration.status.test_rebuilding import moved
from tests.support.access import ISSUER_URL


@pytest.fixture
async def settings(pool: Pool, database_url: str) -> StatusSettings:
    told = moved().told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    return StatusSettings(
        database_url=database_url, kafka_bootstrap_servers="unused:1", issuer_url=ISSUER_URL
    )


class Told:
    """A role run to its end, and the lines it said."""

    def __init__(self, settings: StatusSettings, capsys: pytest.CaptureFixture[str]) -> None:
        self._settings = settings
        self._capsys = capsys

    async def __call__(self, *arguments: str) -> dict[str, Any]:
        self._capsys.readouterr()
        await work_on_views(self._settings, "rebuild", arguments)
        return self.last()

    def last(self) -> dict[str, Any]:
        lines = [
            msgspec.json.decode(line, type=dict[str, Any])
            for line in self._capsys.readouterr().out.splitlines()
            if line.startswith('{"told"')
        ]
        return lines[-1]


@pytest.fixture
def told(settings: StatusSettings, capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(settings, capsys)


async def test_a_rebuild_is_run_listed_taken_back_and_dropped(told: Told, pool: Pool) -> None:
    before, count = await everything(pool), len(moved().told.envelopes)

    assert await told("--from=history") == {"told": "result", "events": count}
    listed = await told("status")
    assert (listed["rebuilds"][0]["state"], listed["former"]) == ("switched", True)
    assert await told("back") == {"told": "result", "events": count}
    assert await told("drop") == {"told": "result", "dropped": ["status_former"]}
    assert await told("cancel") == {"told": "result", "cancelled": 0}
    assert await everything(pool) == before


async def test_differences_are_in_the_result(told: Told, pool: Pool) -> None:
    await pool.execute("update unit_facts set name = '错' where unit = '150101'")

    found = await told("verify", "--from=history")

    assert found["different"] == 1
    assert found["shown"][0]["key"]["unit"] == "150101"


async def test_one_league_is_rebuilt(told: Told, pool: Pool) -> None:
    before = await everything(pool)
    await pool.execute("update unit_facts set name = '错' where unit = '150202'")

    await told("--from=history", "--league=1502")

    assert await everything(pool) == before


async def test_a_refusal_is_said_and_ends_with_one(told: Told) -> None:
    await told("drop")

    with pytest.raises(SystemExit) as ended:
        await told("resume", "--from=history")

    assert ended.value.code == 1
    said = told.last()
    assert (said["told"], said["code"]) == ("refused", "no-rebuild-to-resume")
    assert "resume" not in said["zh"]


async def test_a_work_that_is_none_is_a_usage_error(told: Told) -> None:
    with pytest.raises(SystemExit) as ended:
        await told("burn")

    assert ended.value.code == 2
