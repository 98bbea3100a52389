"""Replays over HTTP: their order, days, types, resumption, rights and refusals."""

from datetime import UTC, date, datetime, timedelta

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.projections import StatusProjection
from services.status.replaying import telling
from services.status.replaying.api import Replays
from services.status.replaying.reading import History
from services.status.replaying.showing import TRACES
from services.status.replaying.stream import Seats
from shared.kernel.time import local_date
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.replayed import REPLAY, Sent, replay, sent, told
from tests.integration.status.tables import Feed, records
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer, foreign_bearer
from tests.unit.status.told import CAMPAIGN

PAGE_EVENTS = 7


@pytest.fixture
def world() -> Campaign:
    """The small campaign, with things; on 1 March 150201 goes from 1502 to 1501 with its town."""
    world = small()
    world.finds_things()
    world.moves("150201", "1501", date(2014, 3, 1))
    world.mobilizes("150201101", at(3, 3))
    return world


@pytest.fixture
async def filled(pool: Pool, world: Campaign) -> Pool:
    envelopes = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))
    return pool


@pytest.fixture
async def asked(filled: Pool, app: FastAPI, http: httpx.AsyncClient) -> httpx.AsyncClient:
    """Pages are short, so that replays run over several."""
    app.state.replays = Replays(History(filled, PAGE_EVENTS), Seats())
    return http


def places(world: Campaign, league: str = "") -> list[tuple[str, str, int]]:
    return [
        (each.service, each.league, each.version)
        for each in world.told.envelopes
        if league in {"", each.league}
    ]


async def test_a_league_is_told_in_the_order_recorded(
    asked: httpx.AsyncClient, world: Campaign
) -> None:
    events = told(await replay(asked, "1502"))

    assert [each.place for each in events] == places(world, "1502")


async def test_of_the_region_everything_is_told(asked: httpx.AsyncClient, world: Campaign) -> None:
    events = told(await replay(asked, "15"))

    assert [each.place for each in events] == places(world)
    assert len({each.id for each in events}) == len(events)


async def test_events_recorded_at_once_have_a_stable_order(pool: Pool, app: FastAPI) -> None:
    """Of one instant: by service, then league, then version, whatever page they fall on."""
    world = small()
    instant = world.told.envelopes[0].recordedat
    envelopes = [msgspec.structs.replace(each, recordedat=instant) for each in world.told.envelopes]
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))
    app.state.replays = Replays(History(pool, 3), Seats())
    transport = httpx.ASGITransport(app)
    headers = bearer("leader", "15")
    async with httpx.AsyncClient(
        transport=transport, base_url="http://status.test", headers=headers
    ) as http:
        events = told(await replay(http, "15"))

    assert [each.place for each in events] == sorted(places(world))


async def test_totals_come_now_and_then_and_at_the_end(asked: httpx.AsyncClient) -> None:
    events = await replay(asked, "1502", totals_every=5)
    totals = [each.data for each in events if each.event == "totals"]
    number = len(told(events))

    assert [each["events"] for each in totals] == [*range(5, number + 1, 5), number]
    assert [each["complete"] for each in totals] == [False] * (number // 5) + [True]
    assert totals[-1] | {"events": 0} == {
        "events": 0, "units": 2, "prepared": 0, "plans_submitted": 1, "plans_approved": 0,
        "mobilized": 1, "on_time": 1, "late": 0, "trainings": 0, "teams": 0, "instructors": 0,
        "findings": 0, "items_raised": 2, "items_closed": 1, "through": "2014-03-01",
        "complete": True,
    }  # fmt: skip


async def test_totals_of_everything_are_the_views_figures(asked: httpx.AsyncClient) -> None:
    totals = (await replay(asked, "15"))[-1].data
    answer = await asked.get(
        f"/campaigns/{CAMPAIGN}/units/15/status", params={"as_of": "2014-03-04"}
    )
    shown = answer.json()["total"]

    assert totals["units"] == shown["expected"]
    assert totals["mobilized"] == shown["mobilization"]["mobilized"]
    assert totals["late"] == shown["mobilization"]["late"] == 1
    assert totals["plans_approved"] == 1


async def test_only_the_types_asked_for_are_told(asked: httpx.AsyncClient, world: Campaign) -> None:
    events = await replay(asked, "15", types="MobilizationHeld,ItemRaised")
    wanted = {"campaign.schedule.MobilizationHeld.v1", "campaign.rectification.ItemRaised.v1"}

    assert [each.place for each in told(events)] == [
        (each.service, each.league, each.version)
        for each in world.told.envelopes
        if each.type in wanted
    ]
    assert events[-1].data["units"] == 0
    assert events[-1].data["late"] == 1


async def test_days_are_those_on_which_it_happened(
    asked: httpx.AsyncClient, world: Campaign
) -> None:
    events = told(await replay(asked, "15", **{"from": "2014-02-18", "to": "2014-02-20"}))

    assert [each.place for each in events] == [
        (each.service, each.league, each.version)
        for each in world.told.envelopes
        if date(2014, 2, 18) <= local_date(each.time) <= date(2014, 2, 20)
    ]
    assert len(events) >= 4


async def test_or_those_on_which_it_was_recorded(asked: httpx.AsyncClient, world: Campaign) -> None:
    """All was recorded on 1 June."""
    query = {"by": "recorded", "totals_every": 1000}
    on_the_day = await replay(asked, "15", **query, **{"from": "2014-06-01", "to": "2014-06-01"})
    before = await replay(asked, "15", **query, to="2014-05-31")
    after = await replay(asked, "15", **query, **{"from": "2014-06-02"})

    assert [each.place for each in told(on_the_day)] == places(world)
    assert told(before) == told(after) == []
    assert before[-1].data["complete"]


LEAGUES = st.sampled_from(["15", "1501", "1502"])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    league=LEAGUES,
    position=st.integers(0, 60),
    totals_every=st.integers(1, 12),
    types=st.sampled_from([None, "UnitRegistered", "MobilizationHeld,PlanApproved,UnitMoved"]),
    in_header=st.booleans(),
)
async def test_resumed_anywhere_exactly_the_rest_follows(
    asked: httpx.AsyncClient,
    league: str,
    position: int,
    totals_every: int,
    types: str | None,
    in_header: bool,
) -> None:
    query = {"totals_every": totals_every} | ({"types": types} if types else {})
    whole = await replay(asked, league, **query)
    events = told(whole)
    last = events[position % len(events)]
    if in_header:
        rest = await replay(asked, league, {"Last-Event-ID": last.id}, **query)
    else:
        rest = await replay(asked, league, **query, last_event_id=last.id)

    assert rest == whole[whole.index(last) + 1 :]


async def test_the_header_goes_before_the_query(asked: httpx.AsyncClient) -> None:
    """A browser that reconnects sends the last id beside the address it began with."""
    events = told(await replay(asked, "1502"))
    rest = await replay(asked, "1502", {"Last-Event-ID": events[5].id}, last_event_id=events[1].id)

    assert told(rest) == events[6:]


async def test_what_is_recorded_after_the_end_is_told_when_resumed(
    asked: httpx.AsyncClient, filled: Pool, world: Campaign
) -> None:
    before = told(await replay(asked, "1502"))
    world.mobilizes("150202", at(3, 4))
    envelopes = world.told.envelopes
    await Applier(filled, StatusProjection(), Feed(envelopes)).apply(records(envelopes[-1:]))
    rest = await replay(asked, "1502", last_event_id=before[-1].id)

    assert [each.data["subject"] for each in told(rest)] == ["150202"]
    assert rest[-1].data["mobilized"] == 2


async def test_at_a_pace_all_is_told_as_well(asked: httpx.AsyncClient) -> None:
    fast = await replay(asked, "1502")

    assert await replay(asked, "1502", speed="400") == fast
    assert await replay(asked, "1502", speed="2000d") == fast


async def test_in_a_long_pause_it_shows_that_it_is_there(
    asked: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "KEEP_ALIVE_SECONDS", 0.02)
    answer = await asked.get(
        f"{REPLAY}/1502", params={"types": "PlanSubmitted,UnitMoved,MobilizationHeld", "speed": "5"}
    )

    assert answer.text.count(": keep-alive") > 5
    assert len(told(sent(answer.text))) == 3


async def test_readers_of_streams_get_the_envelopes_as_published(
    asked: httpx.AsyncClient, world: Campaign
) -> None:
    events = told(await replay(asked, "15", bearer("auditor", "15")))

    assert [each.data for each in events] == [
        msgspec.json.decode(msgspec.json.encode(each)) for each in world.told.envelopes
    ]


@pytest.mark.parametrize("role", ["leader", "clerk", "supervisor"])
async def test_others_get_them_without_the_traces_of_requests(
    asked: httpx.AsyncClient, role: str
) -> None:
    events = told(await replay(asked, "1502", bearer(role, "1502")))  # type: ignore[arg-type]

    assert events
    assert not any(set(TRACES) & each.data.keys() for each in events)


async def refused(
    http: httpx.AsyncClient, league: str, headers: dict[str, str] | None = None, /, **query: str
) -> tuple[int, str]:
    answer = await http.get(f"{REPLAY}/{league}", params=query, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail_zh"]
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (bearer("leader", "1501"), "outside-subtree"),
        (bearer("auditor", "1501"), "outside-subtree"),
        (bearer("leader", "150202"), "outside-subtree"),
        ({"Authorization": ""}, "token-missing"),
        (foreign_bearer("leader", "15"), "token-refused"),
    ],
)
async def test_without_the_right_nothing_is_told(
    asked: httpx.AsyncClient, headers: dict[str, str], code: str
) -> None:
    status, found = await refused(asked, "1502", headers)

    assert found == code
    assert status in {401, 403}


async def test_what_has_no_history_is_not_found(asked: httpx.AsyncClient) -> None:
    assert await refused(asked, "1599") == (404, "unknown-unit")
    assert await refused(asked, "150201") == (404, "unknown-league")
    assert await refused(asked, "15-D01") == (404, "unknown-league")
    answer = await asked.get("/campaigns/other/replay/15")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-campaign")


async def test_days_that_cannot_be_are_refused(asked: httpx.AsyncClient) -> None:
    tomorrow = (local_date(datetime.now(UTC)) + timedelta(days=1)).isoformat()

    assert await refused(asked, "15", **{"from": "2013-10-31"}) == (422, "before-campaign")
    assert await refused(asked, "15", to="2013-10-31") == (422, "before-campaign")
    assert await refused(asked, "15", to=tomorrow) == (422, "as-of-in-future")
    assert await refused(asked, "15", **{"from": tomorrow}) == (422, "as-of-in-future")
    assert await refused(asked, "15", **{"from": "2014-03-02", "to": "2014-03-01"}) == (
        422,
        "days-reversed",
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"types": "MobilisationHeld"}, "unknown-event-type"),
        ({"types": "MobilizationHeld,,"}, "unknown-event-type"),
        ({"speed": "fast"}, "invalid-request"),
        ({"speed": "-1"}, "invalid-request"),
        ({"by": "told"}, "invalid-request"),
        ({"from": "yesterday"}, "invalid-request"),
        ({"totals_every": "0"}, "invalid-request"),
        ({"last_event_id": "17"}, "malformed-replay-position"),
        ({"last_event_id": "1.units.1502.0"}, "malformed-replay-position"),
        ({"last_event_id": "1.units.1501.1"}, "foreign-replay-position"),
        ({"last_event_id": "x" * 201}, "invalid-request"),
    ],
)
async def test_what_cannot_be_read_is_refused(
    asked: httpx.AsyncClient, query: dict[str, str], code: str
) -> None:
    assert await refused(asked, "1502", **query) == (422, code)


async def test_a_malformed_id_in_the_header_is_refused_too(asked: httpx.AsyncClient) -> None:
    answer = await asked.get(f"{REPLAY}/1502", headers=[(b"Last-Event-ID", b"\xe4")])

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-replay-position")


def by_service(events: list[Sent]) -> set[str]:
    return {each.place[0] for each in events}


async def test_every_service_that_is_followed_is_told_of(asked: httpx.AsyncClient) -> None:
    assert by_service(told(await replay(asked, "15"))) == {
        "units", "schedule", "supervision", "rectification",
    }  # fmt: skip


async def test_it_is_documented_as_a_stream(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    operation = document["paths"]["/campaigns/{campaign}/replay/{league}"]["get"]

    assert list(operation["responses"]["200"]["content"]) == ["text/event-stream"]
    assert {"401", "403", "404", "422", "503"} <= operation["responses"].keys()
    assert "/campaigns/{campaign}/units/{code}/frames" in document["paths"]
