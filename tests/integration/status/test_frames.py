"""Frames: day by day and unit by unit, the same figures as the views of each single day."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.status.projections import StatusProjection
from services.status.replaying.frames import METRICS
from shared.contracts.units import UnitMerged
from shared.kernel.time import local_date
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, records
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer
from tests.unit.status.told import CAMPAIGN

UNITS = f"/campaigns/{CAMPAIGN}/units"
FIRST, LAST = date(2014, 2, 1), date(2014, 3, 20)
SPAN = {"from": FIRST.isoformat(), "to": LAST.isoformat()}
# Days on which something changes, and the day before or after each.
TURNS = (
    *(f"2014-02-{day:02}" for day in (1, 2, 3, 4, 17, 18, 20, 21, 25, 27, 28)),
    *(f"2014-03-{day:02}" for day in (1, 2, 3, 9, 10, 15, 16, 20)),
)


@pytest.fixture
def world() -> Campaign:
    """The small campaign, with things; a banner moves, another is merged."""
    world = small()
    world.finds_things()
    world.moves("150201", "1501", date(2014, 3, 1))
    world.mobilizes("150201101", at(3, 3))
    merged = UnitMerged(
        campaign=CAMPAIGN, code="150102", into="150101", effective_on=date(2014, 3, 10)
    )
    world.told.tell(merged, "150102", world.path_of["150102"])
    return world


@pytest.fixture
async def asked(pool: Pool, http: httpx.AsyncClient, world: Campaign) -> httpx.AsyncClient:
    envelopes = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))
    return http


async def get(http: httpx.AsyncClient, path: str, /, **query: str) -> Any:
    answer = await http.get(f"{UNITS}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def figures(total: Mapping[str, Any]) -> dict[str, int | None]:
    """Of a child's total, what frames show of it."""
    mobilization, ledger = total["mobilization"], total.get("ledger", {})
    supervision = total.get("supervision", {})
    return {
        "expected": total["expected"],
        "prepared": total["prepared"],
        "plans_approved": sum(each["approved"] for each in total["plans"].values()),
        "trained": total["trained"],
        **{name: mobilization[name] for name in ("mobilized", "on_time", "late", "pending")},
        "overdue": mobilization["overdue"],
        "rate_permille": mobilization["rate_permille"],
        "teams": supervision.get("teams", 0),
        "supervised": supervision.get("supervised", 0),
        "instructors": supervision.get("instructors", 0),
        "items_open": ledger.get("open", 0),
        "items_overdue": ledger.get("overdue", 0),
        "items_closed": ledger.get("closed", 0),
    }


@pytest.mark.parametrize("tree", ["then", "now"])
@pytest.mark.parametrize("unit", ["15", "1501", "1502", "150201"])
async def test_every_frame_is_what_the_view_of_its_day_shows(
    asked: httpx.AsyncClient, unit: str, tree: str
) -> None:
    frames = await get(asked, f"{unit}/frames", tree=tree, **SPAN)

    assert frames["days"][0] == FIRST.isoformat()
    assert frames["days"][-1] == LAST.isoformat()
    for day in TURNS:
        number = frames["days"].index(day)
        children = await get(asked, f"{unit}/children", as_of=day, tree=tree)
        shown = {row["unit"]["unit"]: figures(row["total"]) for row in children["children"]}
        framed = {
            code: {metric: frames["metrics"][metric][row][number] for metric in METRICS}
            for row, code in enumerate(frames["units"])
        }
        there = {code: found for code, found in framed.items() if found["expected"] is not None}

        assert there == shown, day
        assert all(set(framed[code].values()) == {None} for code in framed.keys() - there)


async def test_a_unit_is_shown_for_as_long_as_it_is_there(asked: httpx.AsyncClient) -> None:
    frames = await get(asked, "1502/frames", metrics="expected", **SPAN)
    moved = frames["metrics"]["expected"][frames["units"].index("150201")]

    assert frames["units"] == ["150201", "150202"]
    assert moved == [2] * 28 + [None] * 20


async def test_only_the_metrics_asked_for_are_shown(asked: httpx.AsyncClient) -> None:
    frames = await get(asked, "15/frames", metrics="late, mobilized,late", **SPAN)

    assert list(frames["metrics"]) == ["late", "mobilized"]
    assert [len(rows) for rows in frames["metrics"].values()] == [3, 3]
    assert frames["names"] == ["厅", "盟市1501", "盟市1502"]


async def test_a_unit_with_nothing_below_has_no_frames_to_show(asked: httpx.AsyncClient) -> None:
    frames = await get(asked, "150201101/frames", **SPAN)

    assert frames["units"] == []
    assert len(frames["days"]) == 48
    assert frames["metrics"]["late"] == []


async def test_without_days_it_begins_with_the_campaign_or_a_year_back(
    asked: httpx.AsyncClient,
) -> None:
    whole = await get(asked, "1502/frames", to="2014-02-01")
    today = await get(asked, "1502/frames")

    assert whole["days"][0] == "2013-11-01"
    assert len(today["days"]) == 401


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"metrics": "mobilised"}, "unknown-metric"),
        ({"metrics": ""}, "unknown-metric"),
        ({"from": "2013-10-31", "to": "2014-02-01"}, "before-campaign"),
        ({"to": "2013-10-31"}, "before-campaign"),
        ({"from": "2014-02-02", "to": "2014-02-01"}, "span-not-possible"),
        ({"from": "2013-11-01", "to": "2015-11-01"}, "span-not-possible"),
        ({"from": "2014-13-01"}, "invalid-request"),
        ({"tree": "later"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    asked: httpx.AsyncClient, query: dict[str, str], code: str
) -> None:
    answer = await asked.get(f"{UNITS}/15/frames", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_nothing_is_shown_of_days_to_come(asked: httpx.AsyncClient) -> None:
    tomorrow = local_date(datetime.now(UTC)) + timedelta(days=1)
    answer = await asked.get(f"{UNITS}/15/frames", params={"to": tomorrow.isoformat()})

    assert (answer.status_code, answer.json()["code"]) == (422, "as-of-in-future")


async def test_units_and_rights_are_those_of_the_views(asked: httpx.AsyncClient) -> None:
    unknown = await asked.get(f"{UNITS}/1599/frames")
    foreign = await asked.get(f"{UNITS}/1502/frames", headers=bearer("leader", "1501"))

    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-unit")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "outside-subtree")
