"""Points in time compared over HTTP: what changed, by which entries, and what was late."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.status.projections import StatusProjection
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, records
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer
from tests.unit.status.told import CAMPAIGN

UNITS = f"/campaigns/{CAMPAIGN}/units"
REGION = f"{UNITS}/15"


@pytest.fixture
def world() -> Campaign:
    return small()


@pytest.fixture(autouse=True)
async def filled(pool: Pool, world: Campaign) -> None:
    await apply(pool, world)


async def apply(pool: Pool, world: Campaign) -> None:
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


def last(world: Campaign) -> str:
    """The instant at which the last event told so far was recorded."""
    return text(world.told.envelopes[-1].recordedat)


def text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def asked(http: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(http: httpx.AsyncClient, path: str, **params: Any) -> tuple[int, str]:
    answer = await http.get(path, params=params)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


async def test_two_days_differ_by_what_happened_between_them(http: httpx.AsyncClient) -> None:
    found = await asked(http, f"{REGION}/comparison", as_of="2014-02-19", as_of_other="2014-02-25")

    changed = {change["key"]: change["difference"] for change in found["changes"]}
    assert changed["mobilization-mobilized"] == 3
    assert changed["mobilization-late"] == 1
    assert [(e["unit"], e["type"].split(".")[2]) for e in found["entries"]] == [
        ("1502", "MobilizationHeld"),
        ("150102", "MobilizationHeld"),
        ("150201", "MobilizationHeld"),
    ]
    assert (found["events"], found["next_cursor"]) == (3, None)
    assert {e["actor"] for e in found["entries"]} == {"p-15-0001"}


async def test_two_instants_differ_by_what_was_recorded_between_them(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    before = last(world)
    world.mobilizes("150202", at(2, 19))
    await apply(pool, world)

    found = await asked(
        http,
        f"{REGION}/comparison",
        as_of="2014-03-04",
        known_at=before,
        known_at_other=last(world),
    )

    changed = {change["key"]: change["difference"] for change in found["changes"]}
    assert changed["mobilized-banner"] == 1
    assert [(e["unit"], e["late"]) for e in found["entries"]] == [("150202", True)]
    assert found["after"]["late"] == found["before"]["late"] + 1


async def test_what_is_known_now_is_compared_with_what_was_known(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    before = last(world)
    world.mobilizes("150202", at(2, 19))
    await apply(pool, world)

    for unit, events in (("15", 1), ("1502", 1), ("1501", 0)):
        path = f"{UNITS}/{unit}/comparison"
        found = await asked(
            http, path, as_of="2014-03-04", known_at=before, as_of_other="2014-03-04"
        )
        assert found["events"] == events
        assert "known_at" not in found["after"]


async def test_entries_are_paged_the_newest_last(http: httpx.AsyncClient) -> None:
    days = {"as_of": "2014-02-01", "as_of_other": "2014-03-01"}
    whole = await asked(http, f"{REGION}/comparison", **days)
    page = await asked(http, f"{REGION}/comparison", **days, limit=2)
    seen = [entry["event"] for entry in page["entries"]]
    while page["next_cursor"]:
        page = await asked(
            http, f"{REGION}/comparison", **days, limit=2, cursor=page["next_cursor"]
        )
        seen += [entry["event"] for entry in page["entries"]]

    assert seen == [entry["event"] for entry in whole["entries"]]
    assert len(seen) == whole["events"] > 4


async def test_a_league_is_compared_by_its_own_entries(http: httpx.AsyncClient) -> None:
    found = await asked(
        http, f"{UNITS}/1501/comparison", as_of="2014-02-01", as_of_other="2014-03-01"
    )

    assert {entry["unit"] for entry in found["entries"]} == {"1501", "150101", "150102"}


async def test_a_unit_that_moved_is_compared_where_it_stood(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    world.moves("150201", "1501", at(3, 1).date())
    await apply(pool, world)

    stood = await asked(
        http, f"{UNITS}/1502/comparison", as_of="2014-02-24", as_of_other="2014-02-26"
    )

    assert [entry["unit"] for entry in stood["entries"]] == ["150201"]


async def test_late_entries_are_listed_as_they_were_recorded(
    http: httpx.AsyncClient, world: Campaign
) -> None:
    found = await asked(http, f"{UNITS}/1501/late-entries", as_of="2014-02-19")

    told = [e for e in world.told.envelopes if e.unitpath.startswith("15.1501")]
    late = [e.id for e in told if e.time < datetime(2014, 2, 19, 16, tzinfo=UTC)]
    assert [entry["event"] for entry in found["entries"]] == late
    assert found["count"] == len(late)


async def test_late_entries_are_counted_as_known(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    before = last(world)
    world.mobilizes("150202", at(2, 19))
    await apply(pool, world)

    now = await asked(http, f"{REGION}/late-entries", as_of="2014-03-04")
    then = await asked(http, f"{REGION}/late-entries", as_of="2014-03-04", known_at=before)
    status = await asked(http, f"{REGION}/status", as_of="2014-03-04", known_at=before)

    assert now["count"] == then["count"] + 1
    assert status["late"] == then["count"]


async def test_what_cannot_be_compared_is_refused(http: httpx.AsyncClient) -> None:
    path = f"{REGION}/comparison"
    ahead = text(datetime.now(UTC) + timedelta(days=2))

    assert await refused(http, path, as_of="2014-03-04") == (422, "nothing-to-compare")
    assert await refused(http, path, as_of="2014-03-04", as_of_other="2014-03-04") == (
        422, "nothing-to-compare",
    )  # fmt: skip
    assert await refused(http, path, as_of="2014-03-04", known_at_other=ahead) == (
        422, "known-at-in-future",
    )  # fmt: skip
    assert await refused(http, path, as_of="2014-03-04", as_of_other="2099-01-01") == (
        422, "as-of-in-future",
    )  # fmt: skip
    assert await refused(http, path, as_of="2014-03-04", as_of_other="2013-01-01") == (
        422, "before-campaign",
    )  # fmt: skip
    days = {"as_of": "2014-03-04", "as_of_other": "2014-03-05"}
    assert await refused(http, path, **days, cursor="x") == (400, "malformed-cursor")
    assert await refused(http, f"{UNITS}/999/comparison", **days) == (404, "unknown-unit")


async def test_only_who_may_see_the_unit_compares_it(http: httpx.AsyncClient) -> None:
    foreign = bearer("leader", "1501")
    for path in ("comparison?as_of=2014-03-04&as_of_other=2014-03-05", "late-entries"):
        answer = await http.get(f"{UNITS}/1502/{path}", headers=foreign)
        assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")
