"""Teams, items and the like over HTTP: a unit's own, by class, in total, sorted, and day by day."""

from typing import Any

import httpx
import msgspec
import pytest

from services.status.projections import StatusProjection
from shared.kernel.events import Event
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, records
from tests.integration.status.worlds import Campaign, small
from tests.unit.status.things.said import (
    BANNER,
    DUTY,
    LEAGUE,
    REGION,
    assigned,
    closed,
    dispatched,
    formed,
    launched,
    progressed,
    raised,
    rated,
    taken,
    team_trained,
)
from tests.unit.status.told import CAMPAIGN

UNITS = f"/campaigns/{CAMPAIGN}/units"


@pytest.fixture
def world() -> Campaign:
    """The region's team is at 1502 from 11 January; 150202 closed one of two items, the other is
    overdue from 12 February.
    """
    told = small()

    def tell(unit: str, about: str, *events: Event) -> None:
        for event in events:
            told.told.tell(event, unit, told.path_of[unit], about)

    tell(REGION, "team", formed(5, "p-1", "p-2", "p-3"), team_trained(8))
    tell(LEAGUE, "team", dispatched(10))
    tell(BANNER, "item", raised(20, 41))
    tell(BANNER, "other", *_other_item())
    tell(BANNER, "instructor", assigned(30, "p-7"))
    tell(BANNER, "duty", DUTY)
    tell(BANNER, "liaison", taken(31))
    tell(LEAGUE, "programme", launched(32, 100))
    tell(BANNER, "programme", progressed(40, "e-1", 30))
    return told


def _other_item() -> list[Event]:
    life = (raised(20, 50, source="opinion", category="ecology"), closed(45), rated(50, 5))
    return [msgspec.structs.replace(event, item="i-2") for event in life]


@pytest.fixture
async def asked(pool: Pool, http: httpx.AsyncClient, world: Campaign) -> httpx.AsyncClient:
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    return http


async def get(http: httpx.AsyncClient, path: str, **query: str) -> Any:
    answer = await http.get(f"{UNITS}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_region_shows_its_own_teams_and_what_they_are_below(
    asked: httpx.AsyncClient,
) -> None:
    answer = await get(asked, "15/status", as_of="2014-03-04")

    own = answer["own"]["figures"]["supervision"]
    assert (own["teams"], own["people"], own["trained"], own["dispatched"]) == (1, 3, 1, 1)
    below = answer["below"]["league"]["figures"]["supervision"]
    assert (below["teams"], below["teams_in_place"], below["supervised"]) == (0, 1, 1)
    total = answer["total"]["supervision"]
    assert (total["teams"], total["supervised"], total["instructors"]) == (1, 1, 1)
    assert total["duties"] == {"patrol_made": 1}


async def test_before_it_all_there_is_nothing_to_show(asked: httpx.AsyncClient) -> None:
    answer = await get(asked, "15/status", as_of="2014-01-03")

    assert answer["own"]["figures"] == {}
    assert "supervision" not in answer["below_total"]
    assert "ledger_light" not in answer["below"]["banner"]


async def test_a_unit_shows_its_own_ledger_and_its_light(asked: httpx.AsyncClient) -> None:
    answer = await get(asked, f"{BANNER}/status", as_of="2014-03-04")

    ledger = answer["own"]["figures"]["ledger"]
    assert {name: ledger[name] for name in ("raised", "open", "overdue", "closed", "rated")} == {
        "raised": 2, "open": 1, "overdue": 1, "closed": 1, "rated": 1,
    }  # fmt: skip
    assert (ledger["closing_rate_permille"], ledger["satisfaction_permille"]) == (500, 1000)
    assert ledger["by_category"]["ecology"] == {"raised": 1, "closed": 1}
    assert answer["own"]["ledger_light"]["colour"] == "red"
    assert answer["own"]["ledger_light"]["rule"] == "ledger-due-dates"
    assert answer["own"]["figures"]["liaison"]["points"] == 1


@pytest.mark.parametrize(
    ("as_of", "colour"),
    [("2014-01-22", "grey"), ("2014-02-09", "yellow"), ("2014-02-12", "red")],
)
async def test_the_light_of_a_class_follows_its_worst_item(
    asked: httpx.AsyncClient, as_of: str, colour: str
) -> None:
    answer = await get(asked, "15/status", as_of=as_of)

    assert answer["below"]["banner"]["ledger_light"]["colour"] == colour


async def test_details_are_shown_in_the_total_and_not_by_class(asked: httpx.AsyncClient) -> None:
    answer = await get(asked, "15/status", as_of="2014-03-04")

    assert answer["below"]["banner"]["figures"]["ledger"]["by_source"] == {}
    assert answer["below_total"]["ledger"]["by_source"] == {
        "finding": {"raised": 1, "closed": 0}, "opinion": {"raised": 1, "closed": 1},
    }  # fmt: skip
    assert answer["below_total"]["programmes"] == {
        "village_help": {"launched": 1, "completed": 0, "target": 100, "progress": 30}
    }


@pytest.mark.parametrize(
    ("sort", "first"),
    [("items_overdue", BANNER), ("items_raised", BANNER), ("closing_rate", BANNER),
     ("instructors", BANNER)],
)  # fmt: skip
async def test_children_are_sorted_by_what_things_add(
    asked: httpx.AsyncClient, sort: str, first: str
) -> None:
    answer = await get(asked, "1502/children", as_of="2014-03-04", sort=sort, order="desc")

    assert [row["unit"]["unit"] for row in answer["children"]] == [first, "150201"]
    assert answer["children"][0]["total"]["ledger"]["overdue"] == 1
    assert answer["children"][0]["own"]["figures"]["ledger"]["overdue"] == 1
    assert "ledger" not in answer["children"][1]["total"]


async def test_leagues_carry_what_is_theirs_and_below(asked: httpx.AsyncClient) -> None:
    answer = await asked.get(f"/campaigns/{CAMPAIGN}/leagues", params={"as_of": "2014-03-04"})

    rows = {row["unit"]["unit"]: row for row in answer.json()["leagues"]}
    assert rows[LEAGUE]["total"]["ledger"]["by_category"]["service"] == {"raised": 1, "closed": 0}
    assert rows[LEAGUE]["own"]["figures"]["supervision"]["supervised"] == 1
    assert "all" not in rows[LEAGUE]["below"]
    assert "ledger" not in rows["1501"]["total"]


async def test_the_series_tells_items_and_teams_day_by_day(asked: httpx.AsyncClient) -> None:
    query = {"from": "2014-02-10", "to": "2014-02-16"}
    answer = await get(asked, "15/timeline", **query)

    days = answer["days"]
    assert [day["items_open"] for day in days] == [2, 2, 2, 2, 2, 1, 1]
    assert [day["items_overdue"] for day in days] == [0, 0, 1, 1, 1, 1, 1]
    assert [day["items_closed"] for day in days] == [0, 0, 0, 0, 0, 1, 1]
    assert {(day["teams"], day["supervised"], day["instructors"]) for day in days} == {(0, 1, 1)}


async def test_a_units_own_series_is_asked_for_as_a_class(asked: httpx.AsyncClient) -> None:
    query = {"from": "2014-02-10", "to": "2014-02-10", "class": "own"}

    (of_region,) = (await get(asked, "15/timeline", **query))["days"]
    (of_banner,) = (await get(asked, f"{BANNER}/timeline", **query))["days"]

    assert (of_region["teams"], of_region["items_open"]) == (1, 0)
    assert (of_banner["teams"], of_banner["items_open"]) == (0, 2)
