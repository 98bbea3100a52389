"""What if, over HTTP: other windows, thresholds and working days beside the real ones."""

from typing import Any

import httpx
import pytest

from services.status.projections import StatusProjection
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, records, views
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer
from tests.unit.status.told import CAMPAIGN

UNITS = f"/campaigns/{CAMPAIGN}/units"
REGION = f"{UNITS}/15/what-if"
LEAGUES_BY_FEBRUARY_18 = [
    {"levels": [2], "kinds": ["area"], "opens_on": "2014-01-24", "closes_on": "2014-02-18"}
]


@pytest.fixture
async def world(pool: Pool) -> Campaign:
    told = small()
    told.finds_things()
    await Applier(pool, StatusProjection(), Feed(told.told.envelopes)).apply(
        records(told.told.envelopes)
    )
    return told


async def supposed(http: httpx.AsyncClient, body: Any, path: str = REGION, **params: Any) -> Any:
    answer = await http.post(path, json=body, params={"as_of": "2014-02-28", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(http: httpx.AsyncClient, body: Any) -> tuple[int, str, str | None]:
    answer = await http.post(REGION, json=body, params={"as_of": "2014-02-28"})
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    return answer.status_code, problem["code"], problem.get("context", {}).get("field")


def done(judged: Any, name: str) -> Any:
    return judged["status"]["below"][name]["figures"]["mobilization"]


@pytest.mark.usefixtures("world")
async def test_nothing_supposed_changes_nothing(http: httpx.AsyncClient) -> None:
    found = await supposed(http, {})

    assert found["real"] == found["supposed"]
    assert found["differences"] == []


@pytest.mark.usefixtures("world")
async def test_the_real_side_is_what_the_views_show(http: httpx.AsyncClient) -> None:
    found = await supposed(http, {"windows": LEAGUES_BY_FEBRUARY_18})
    day = {"as_of": "2014-02-28"}
    status = (await http.get(f"{UNITS}/15/status", params=day)).json()
    children = (await http.get(f"{UNITS}/15/children", params=day)).json()
    leagues = (await http.get(f"/campaigns/{CAMPAIGN}/leagues", params=day)).json()

    assert found["real"]["status"] | {"freshness": None} == status | {"freshness": None}
    assert found["real"]["children"] == children["children"]
    assert found["real"]["leagues"] == leagues["leagues"]


@pytest.mark.usefixtures("world")
async def test_under_an_earlier_window_more_is_late(http: httpx.AsyncClient) -> None:
    found = await supposed(http, {"windows": LEAGUES_BY_FEBRUARY_18})

    assert (done(found["real"], "league")["late"], done(found["supposed"], "league")["late"]) == (
        0, 1,
    )  # fmt: skip
    assert done(found["supposed"], "banner")["unscheduled"] == 1
    changed = {(d["view"], d["unit"], d["figure"]): d["difference"] for d in found["differences"]}
    assert changed["status", "15", "below.league.figures.mobilization.late"] == 1


@pytest.mark.usefixtures("world")
async def test_items_are_due_soon_earlier_when_so_supposed(http: httpx.AsyncClient) -> None:
    path = f"{UNITS}/150202/what-if"
    near = await supposed(http, {"due_soon_days": 20}, path, as_of="2014-02-10")

    ledgers = [near[side]["status"]["own"]["figures"]["ledger"] for side in ("real", "supposed")]
    assert [ledger["due_soon"] for ledger in ledgers] == [0, 1]
    assert near["supposed"]["rules"]["due_soon_days"] == 20


@pytest.mark.usefixtures("world")
async def test_a_light_turns_yellow_earlier_when_so_supposed(http: httpx.AsyncClient) -> None:
    path = f"{UNITS}/150202/what-if"
    found = await supposed(http, {"near_workdays": 30}, path, as_of="2014-02-10")

    lights = [
        found[side]["status"]["own"]["mobilization"]["light"] for side in ("real", "supposed")
    ]
    assert [light["colour"] for light in lights] == ["grey", "yellow"]
    assert {d["figure"] for d in found["differences"]} == {"own.mobilization.light.colour"}


@pytest.mark.usefixtures("world")
async def test_supposed_holidays_bring_the_close_nearer(http: httpx.AsyncClient) -> None:
    path = f"{UNITS}/150202/what-if"
    holidays = {"calendar": {"holidays": [f"2014-02-{day}" for day in range(11, 19)]}}
    found = await supposed(http, holidays, path, as_of="2014-02-10")
    weekend = {"calendar": {"workdays": ["2014-02-15", "2014-02-16"]}}
    other = await supposed(http, weekend, path, as_of="2014-02-14")

    assert found["supposed"]["status"]["own"]["mobilization"]["light"]["colour"] == "yellow"
    assert found["supposed"]["rules"]["holidays"][0] == "2014-02-11"
    assert other["differences"] == []


async def test_rules_are_supposed_of_what_was_known(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    before = world.told.envelopes[-1].recordedat.strftime("%Y-%m-%dT%H:%M:%SZ")
    world.mobilizes("150202", at(2, 19))
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))

    body = {"windows": LEAGUES_BY_FEBRUARY_18, "due_soon_days": 9}
    now = await supposed(http, body)
    then = await supposed(http, body, known_at=before)

    counted = [done(found["supposed"], "banner")["mobilized"] for found in (now, then)]
    assert counted == [4, 3]
    assert then["known_at"] == before


@pytest.mark.usefixtures("world")
async def test_children_are_paged_and_differences_are_not(http: httpx.AsyncClient) -> None:
    whole = await supposed(http, {"near_workdays": 100})
    first = await supposed(http, {"near_workdays": 100}, limit=2)
    rest = await supposed(http, {"near_workdays": 100}, limit=2, cursor=first["next_cursor"])

    for side in ("real", "supposed"):
        paged = first[side]["children"] + rest[side]["children"]
        assert paged == whole[side]["children"]
    assert (first["children"], rest["next_cursor"]) == (3, None)
    assert first["differences"] == whole["differences"]


@pytest.mark.usefixtures("world")
async def test_nothing_is_written(http: httpx.AsyncClient, pool: Pool) -> None:
    before = await views(pool)

    await supposed(http, {"windows": LEAGUES_BY_FEBRUARY_18, "due_soon_days": 1})

    assert await views(pool) == before


@pytest.mark.usefixtures("world")
async def test_rules_that_contradict_themselves_are_refused(http: httpx.AsyncClient) -> None:
    window = LEAGUES_BY_FEBRUARY_18[0]
    reversed_ = window | {"closes_on": "2014-01-01"}
    day = "2014-02-11"

    assert await refused(http, {"windows": [window, reversed_ | {"levels": [3]}]}) == (
        422, "window-closes-before-it-opens", "windows.1.closes_on",
    )  # fmt: skip
    assert await refused(http, {"windows": [window, window]}) == (
        422, "class-in-two-windows", "windows.1",
    )  # fmt: skip
    assert await refused(http, {"calendar": {"holidays": [day], "workdays": [day]}}) == (
        422, "day-both-holiday-and-workday", "calendar.workdays",
    )  # fmt: skip
    for field in ("near_workdays", "due_soon_days", "satisfied_score"):
        assert await refused(http, {field: -1}) == (422, "threshold-negative", field)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "body",
    [
        {"windows": []},
        {"windows": [{"levels": [9], "kinds": ["area"]}]},
        {"near_workdays": "3"},
        {"near_workdays": 2**70},
        {"calendar": {"holidays": ["never"]}},
        {"unheard_of": 1},
        [],
    ],
)
async def test_what_is_no_set_of_rules_is_refused(http: httpx.AsyncClient, body: Any) -> None:
    status, code, _ = await refused(http, body)

    assert status == 422
    assert code == "invalid-request"


@pytest.mark.usefixtures("world")
async def test_only_who_may_see_the_unit_supposes_rules(http: httpx.AsyncClient) -> None:
    answer = await http.post(REGION, json={}, headers=bearer("leader", "1501"))

    assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")
