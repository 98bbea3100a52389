"""Parked events by the API: who may see them, what they hold, and that they go in their order."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.contracts.contract import Contract
from shared.platform.auth import Authenticator
from shared.platform.client import FeedClients
from shared.platform.commands import CommandHandler
from shared.platform.consuming import Applier, Record
from shared.platform.eventstore import EventStore
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.parked import Parked, router
from shared.platform.postgres import Pool
from tests.integration.platform.deliveries import Feed, records, write
from tests.integration.platform.tally import DECIDER, ORIGIN, Counting, hold
from tests.support.access import ISSUER_URL, bearer, issuer_client

OTHER = "150203"


@pytest.fixture
def counting(tally: Contract) -> Counting:
    return Counting(tally)


@pytest.fixture
async def parked(
    counting: Counting, handler: CommandHandler, store: EventStore, pool: Pool
) -> list[int]:
    """Three events of one unit, the first of them poison, and a record that is no event."""
    await handler.one(DECIDER, hold("poison"), ORIGIN)
    await write(handler, ["150202", OTHER], times=2)
    broken = Record(store.contract.topic, 3, 99, b"\xff no event")
    applier = Applier(pool, counting, Feed(store))
    await applier.apply([*await records(store), broken])
    return [row["id"] for row in await pool.fetch("select id from parked order by id")]


@pytest.fixture
async def http(counting: Counting, pool: Pool) -> AsyncIterator[httpx.AsyncClient]:
    async def ready() -> dict[str, str]:
        return {}

    app = create_app("Tally", "", [router], Metrics(), ready)
    app.state.parked = Parked(pool, (counting,), FeedClients({}))
    async with issuer_client() as issuer:
        app.state.authenticator = Authenticator(ISSUER_URL, issuer)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://tally.test",
            headers=bearer("operations", "15"),
        ) as client:
            yield client


async def listed(http: httpx.AsyncClient, **asked: str | int) -> list[int]:
    answer = await http.get("/parked", params=asked)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["parked"]]


async def test_they_are_listed_in_their_order_page_by_page(
    parked: list[int], http: httpx.AsyncClient
) -> None:
    page = (await http.get("/parked", params={"limit": 3})).json()

    assert [each["id"] for each in page["parked"]] == parked[:3]
    assert await listed(http, cursor=page["next_cursor"], limit=3) == parked[3:]
    assert await listed(http) == parked


async def test_they_are_filtered_by_unit_and_projection(
    parked: list[int], http: httpx.AsyncClient
) -> None:
    events = await listed(http, unit="nmg-2014/150202")

    assert len(events) == 3
    assert set(events) < set(parked)
    assert await listed(http, projection="counting") == parked
    assert await listed(http, projection="another") == []


async def test_one_shows_its_envelope_and_cause_or_the_bytes_it_came_as(
    parked: list[int], http: httpx.AsyncClient
) -> None:
    (poison, *_) = await listed(http, unit="nmg-2014/150202")
    (broken,) = set(parked) - set(await listed(http, unit="nmg-2014/150202"))

    event = (await http.get(f"/parked/{poison}")).json()
    record = (await http.get(f"/parked/{broken}")).json()

    assert event["envelope"]["data"]["place"] == "poison"
    assert event["parked"]["cause"] == "ValueError('poison')"
    assert record["value_base64"] == "/yBubyBldmVudA=="
    assert "envelope" not in record


async def test_retried_they_stay_until_the_cause_is_mended_then_go_together(
    parked: list[int], counting: Counting, http: httpx.AsyncClient
) -> None:
    (poison, *_, last) = await listed(http, unit="nmg-2014/150202")

    refused = await http.post(f"/parked/{last}/retry")
    counting.cured = True
    done = await http.post(f"/parked/{last}/retry")

    assert (refused.status_code, refused.json()["code"]) == (409, "parked-event-still-fails")
    assert done.json() == {"applied": 3, "discarded": 0, "still_parked": 0, "cause": ""}
    assert await listed(http, unit="nmg-2014/150202") == []
    assert (await http.post(f"/parked/{poison}/retry")).status_code == 404


async def test_one_is_discarded_and_those_behind_it_go_on(
    parked: list[int], http: httpx.AsyncClient, pool: Pool
) -> None:
    (poison, *_) = await listed(http, unit="nmg-2014/150202")

    done = await http.post(f"/parked/{poison}/discard")

    assert done.json() == {"applied": 2, "discarded": 1, "still_parked": 0, "cause": ""}
    assert await pool.fetchval("select times from counted where unit = '150202'") == 2


@pytest.mark.parametrize("number", ["999999", "999999/retry", "999999/discard"])
async def test_an_unknown_number_is_told(number: str, http: httpx.AsyncClient) -> None:
    ask = http.get if number.isdigit() else http.post
    answer = await ask(f"/parked/{number}")

    assert (answer.status_code, answer.json()["code"]) == (404, "parked-unknown")


@pytest.mark.parametrize(
    "asked", ["/parked?limit=0", "/parked?cursor=-1", "/parked/0", "/parked/x"]
)
async def test_what_is_malformed_is_told(asked: str, http: httpx.AsyncClient) -> None:
    assert (await http.get(asked)).status_code == 422


async def test_only_operations_may(parked: list[int], http: httpx.AsyncClient) -> None:
    leader = bearer("leader", "15")
    answers = [
        await http.get("/parked", headers=leader),
        await http.get(f"/parked/{parked[0]}", headers=leader),
        await http.post(f"/parked/{parked[0]}/discard", headers=leader),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert await listed(http) == parked
