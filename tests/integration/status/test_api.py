"""The views over HTTP: figures, days, trees, pages, rights and refusals."""

from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.status.projections import StatusProjection
from shared.contracts.units import UnitMerged
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, records
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer, foreign_bearer
from tests.unit.status.told import CAMPAIGN

UNITS = f"/campaigns/{CAMPAIGN}/units"
REGION = f"{UNITS}/15/status"


@pytest.fixture
def world() -> Campaign:
    """The small campaign; on 1 March 150201 goes from 1502 to 1501 with its town."""
    told = small()
    told.moves("150201", "1501", date(2014, 3, 1))
    told.mobilizes("150201101", at(3, 3))
    return told


@pytest.fixture
async def filled(pool: Pool, world: Campaign) -> Pool:
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    return pool


@pytest.fixture
async def asked(filled: Pool, http: httpx.AsyncClient) -> httpx.AsyncClient:
    return http


async def get(http: httpx.AsyncClient, path: str, **query: str) -> Any:
    answer = await http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(http: httpx.AsyncClient, path: str, **query: str) -> tuple[int, str]:
    answer = await http.get(path, params=query)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_the_region_shows_its_leagues_and_banners_by_class(asked: httpx.AsyncClient) -> None:
    answer = await get(asked, REGION, as_of="2014-02-20")

    leagues = answer["below"]["league"]
    assert leagues["figures"]["expected"] == 2
    assert leagues["figures"]["mobilization"] == {
        "mobilized": 2, "on_time": 2, "late": 0, "pending": 0, "overdue": 0, "not_yet_due": 0,
        "unscheduled": 0, "rate_permille": 1000,
    }  # fmt: skip
    assert leagues["window"] == {"opens_on": "2014-01-24", "closes_on": "2014-02-20"}
    assert (leagues["light"]["colour"], leagues["light"]["rule"]) == (
        "green",
        "mobilization-window",
    )
    assert leagues["figures"]["plans"] == {
        "implementation": {"in_review": 1, "returned": 0, "approved": 1, "none": 0}
    }
    banners = answer["below"]["banner"]["figures"]["mobilization"]
    assert (banners["on_time"], banners["pending"], banners["overdue"]) == (2, 2, 0)
    assert answer["below"]["banner"]["light"]["colour"] == "yellow"
    assert answer["below"]["directly_affiliated_l1"]["figures"]["mobilization"]["unscheduled"] == 1


async def test_lateness_shows_once_the_window_has_closed(asked: httpx.AsyncClient) -> None:
    before = (await get(asked, REGION, as_of="2014-02-21"))["below"]["banner"]
    after = (await get(asked, REGION, as_of="2014-02-25"))["below"]["banner"]

    assert before["figures"]["mobilization"]["overdue"] == 2
    assert before["light"]["colour"] == "red"
    late = after["figures"]["mobilization"]
    assert (late["on_time"], late["late"], late["overdue"]) == (2, 1, 1)


async def test_own_state_of_a_unit_that_was_late(asked: httpx.AsyncClient) -> None:
    own = (await get(asked, f"{UNITS}/150201/status", as_of="2014-02-26"))["own"]

    assert own["mobilization"]["state"] == "mobilized_late"
    assert own["mobilization"]["held_on"] == "2014-02-25"
    assert own["mobilization"]["light"]["colour"] == "green"
    assert own["mobilization"]["light"]["late"] is True


async def test_own_plan_shows_its_gates_and_state_of_the_day(asked: httpx.AsyncClient) -> None:
    early = (await get(asked, f"{UNITS}/1501/status", as_of="2014-02-11"))["own"]["plans"]
    later = (await get(asked, f"{UNITS}/1501/status", as_of="2014-02-12"))["own"]["plans"]

    assert early["implementation"]["state"] == "in_review"
    assert later["implementation"]["state"] == "approved"
    assert later["implementation"]["gates_passed"] == ["superior_office"]


async def test_what_the_campaign_has_issued_and_held_by_the_day(asked: httpx.AsyncClient) -> None:
    on_the_7th = (await get(asked, REGION, as_of="2014-02-07"))["campaign_wide"]
    on_the_8th = (await get(asked, REGION, as_of="2014-02-08"))["campaign_wide"]

    assert on_the_7th["documents_by_kind"] == {"work_plan": 1, "guiding_opinion": 1}
    assert on_the_8th["documents_by_kind"] == {"work_plan": 1, "guiding_opinion": 2}
    assert [meeting["meeting"] for meeting in on_the_8th["meetings"]] == ["deployment"]


async def test_a_move_leaves_former_days_and_the_tree_of_then(asked: httpx.AsyncClient) -> None:
    async def banners(league: str, day: str, tree: str) -> int:
        answer = await get(asked, f"{UNITS}/{league}/status", as_of=day, tree=tree)
        found = answer["below"].get("banner", {"figures": {"expected": 0}})
        return int(found["figures"]["expected"])

    assert await banners("1502", "2014-02-28", "then") == 2
    assert await banners("1502", "2014-03-01", "then") == 1
    assert await banners("1501", "2014-03-01", "then") == 3
    assert await banners("1502", "2014-02-28", "now") == 1
    assert await banners("1501", "2014-02-28", "now") == 3


async def test_children_are_those_of_the_day_and_add_up(asked: httpx.AsyncClient) -> None:
    then = await get(asked, f"{UNITS}/1502/children", as_of="2014-02-28")
    now = await get(asked, f"{UNITS}/1502/children", as_of="2014-02-28", tree="now")
    parent = await get(asked, f"{UNITS}/1502/status", as_of="2014-02-28")

    assert [row["unit"]["unit"] for row in then["children"]] == ["150201", "150202"]
    assert [row["unit"]["unit"] for row in now["children"]] == ["150202"]
    assert sum(row["total"]["expected"] for row in then["children"]) == 3
    assert parent["below_total"]["expected"] == 3
    overdue = [row["total"]["mobilization"]["overdue"] for row in then["children"]]
    assert sum(overdue) == parent["below_total"]["mobilization"]["overdue"] == 1


async def test_children_are_sorted_and_paged(asked: httpx.AsyncClient) -> None:
    path, day = f"{UNITS}/15/children", "2014-02-26"
    found: list[str] = []
    cursor, page = None, {"count": 0}
    for _ in range(3):
        query = {"as_of": day, "sort": "overdue", "order": "desc", "limit": "1"}
        page = await get(asked, path, **query, **({"cursor": cursor} if cursor else {}))
        found += [row["unit"]["unit"] for row in page["children"]]
        cursor = page["next_cursor"]

    assert found == ["1502", "1501", "15-D01"]
    assert cursor is None
    assert page["count"] == 3


async def test_leagues_are_ranked_by_outcome_with_their_own_state(asked: httpx.AsyncClient) -> None:
    answer = await get(asked, f"/campaigns/{CAMPAIGN}/leagues", as_of="2014-02-26")

    assert [(row["rank"], row["unit"]["unit"]) for row in answer["leagues"]] == [
        (1, "1501"),
        (2, "1502"),
    ]
    assert answer["leagues"][0]["own"]["mobilization"]["state"] == "mobilized_on_time"
    assert answer["leagues"][0]["total"]["expected"] == 3


async def test_the_timeline_ends_where_the_status_of_its_last_day_does(
    asked: httpx.AsyncClient,
) -> None:
    line = await get(asked, f"{UNITS}/15/timeline", **{"from": "2014-02-15", "to": "2014-02-26"})
    status = await get(asked, REGION, as_of="2014-02-26")

    assert [day["day"] for day in line["days"]][::11] == ["2014-02-15", "2014-02-26"]
    assert [day["mobilization"]["mobilized"] for day in line["days"]] == [
        0, 0, 0, 1, 2, 4, 4, 4, 4, 4, 5, 5,
    ]  # fmt: skip
    assert line["days"][-1]["mobilization"] == status["below_total"]["mobilization"]


async def test_the_timeline_of_one_class(asked: httpx.AsyncClient) -> None:
    line = await get(
        asked,
        f"{UNITS}/15/timeline",
        **{"from": "2014-02-20", "to": "2014-02-20", "class": "league"},
    )

    assert [day["expected"] for day in line["days"]] == [2]


async def test_a_unit_that_merged_is_shown_as_ended(
    pool: Pool, world: Campaign, http: httpx.AsyncClient
) -> None:
    merged = UnitMerged(
        campaign=CAMPAIGN, code="150102", into="150101", effective_on=date(2014, 3, 1)
    )
    world.told.tell(merged, "150102", world.path_of["150102"])
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))

    before = await get(http, f"{UNITS}/150102/status", as_of="2014-02-28")
    after = await get(http, f"{UNITS}/150102/status", as_of="2014-03-01")

    assert (before["own"]["exists"], before["unit"]["merged_into"]) == (True, None)
    assert (after["own"]["exists"], after["unit"]["merged_into"]) == (False, "150101")
    assert after["own"]["mobilization"]["state"] == "unscheduled"


async def test_every_answer_says_how_fresh_it_is(asked: httpx.AsyncClient, filled: Pool) -> None:
    await filled.execute(
        "insert into projection_lag (projection, events, seconds) values ('status', 7, 1.5)"
    )

    for path in (REGION, f"{UNITS}/15/children", f"{UNITS}/15/timeline", "/lag"):
        fresh = (await get(asked, path))["freshness"]
        assert fresh["events_behind"] == 7
        assert fresh["seconds_behind"] >= 1.5
        assert fresh["applied_at"] is not None


async def test_a_view_waits_for_a_write_it_has_and_not_for_one_it_lacks(
    asked: httpx.AsyncClient, world: Campaign
) -> None:
    last = world.told.envelopes[-1]
    token = f"{last.service}@{last.league}:{last.version}"

    answer = await asked.get(REGION, headers={"Consistency-Token": token})
    broken = await asked.get(REGION, headers={"Consistency-Token": "schedule:3"})

    assert answer.status_code == 200
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed-consistency-token")


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        (REGION, {"as_of": "2013-10-31"}, (422, "before-campaign")),
        (REGION, {"as_of": "2100-01-01"}, (422, "as-of-in-future")),
        (REGION, {"as_of": "2014-02-30"}, (422, "invalid-request")),
        (REGION, {"as_of": "1393891200"}, (422, "invalid-request")),
        (REGION, {"as_of": "0001-01-01"}, (422, "invalid-request")),
        (REGION, {"tree": "later"}, (422, "invalid-request")),
        (f"{UNITS}/9999/status", {}, (404, "unknown-unit")),
        (f"{UNITS}/15%2000/status", {}, (422, "invalid-request")),
        ("/campaigns/none/units/15/status", {}, (404, "unknown-unit")),
        ("/campaigns/none/leagues", {}, (404, "unknown-campaign")),
        (f"{UNITS}/15/children", {"sort": "luck"}, (422, "invalid-request")),
        (f"{UNITS}/15/children", {"limit": "501"}, (422, "invalid-request")),
        (f"{UNITS}/15/children", {"cursor": "%%"}, (400, "malformed-cursor")),
        (f"{UNITS}/15/children", {"cursor": "WzEsIngiXQ"}, (400, "malformed-cursor")),
        (
            f"{UNITS}/15/timeline",
            {"from": "2014-03-02", "to": "2014-03-01"},
            (422, "span-not-possible"),
        ),
        (
            f"{UNITS}/15/timeline",
            {"from": "2012-01-01", "to": "2014-03-01"},
            (422, "span-not-possible"),
        ),
        ("/parked", {}, (403, "action-not-allowed")),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_its_code(
    asked: httpx.AsyncClient, path: str, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert await refused(asked, path, **query) == expected


async def test_rights_end_at_the_subtree(asked: httpx.AsyncClient) -> None:
    asked.headers.update(bearer("clerk", "1502"))

    inside = await asked.get(f"{UNITS}/150202/status")
    outside = await refused(asked, f"{UNITS}/1501/status")
    above = await refused(asked, f"/campaigns/{CAMPAIGN}/leagues")

    assert inside.status_code == 200
    assert outside == (403, "outside-subtree")
    assert above == (403, "outside-subtree")


async def test_no_view_without_a_token_of_this_system(asked: httpx.AsyncClient) -> None:
    asked.headers.update(foreign_bearer("leader", "15"))
    foreign = await refused(asked, REGION)
    del asked.headers["authorization"]

    assert foreign == (401, "token-refused")
    assert await refused(asked, REGION) == (401, "token-missing")


async def test_operations_list_retry_and_discard_parked_events(
    app: FastAPI, filled: Pool, asked: httpx.AsyncClient
) -> None:
    row = await filled.fetchrow("select value from history where unit = '1501' limit 1")
    assert row is not None
    broken = await filled.fetchval(
        "insert into parked (projection, service, league, version, unit, event_type, place, value,"
        " cause) values ('status', 'units', '1501', 99, $1, 'campaign.units.UnitRenamed.v9',"
        " 'campaign.units.v1[1]@1', $2, 'UnknownEvent') returning id",
        f"{CAMPAIGN}/1501",
        row["value"].replace(b"UnitRegistered.v1", b"UnitRenamed.v9"),
    )
    asked.headers.update(bearer("operations", "15"))

    listed = await get(asked, "/parked")
    retried = await asked.post(f"/parked/{broken}/retry")
    discarded = await asked.post(f"/parked/{broken}/discard")
    gone = await asked.post(f"/parked/{broken}/retry")

    assert [event["id"] for event in listed["parked"]] == [broken]
    assert (await get(asked, "/lag"))["parked"] == 0
    assert (retried.status_code, retried.json()["code"]) == (409, "parked-event-still-fails")
    assert discarded.json() == {"applied": 0, "discarded": 1, "still_parked": 0, "cause": ""}
    assert (gone.status_code, gone.json()["code"]) == (404, "parked-unknown")


async def test_ready_when_its_tables_are_there(asked: httpx.AsyncClient) -> None:
    answer = await asked.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
