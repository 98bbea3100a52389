"""Loading: the right order, keys that make repeating harmless, and refusals told in full."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO

import httpx
import pytest

from deploy.scenarios.nmg_2014 import load as loading
from deploy.scenarios.nmg_2014.load import Loaded, LoadRefused, Unreachable, load
from deploy.scenarios.nmg_2014.requests import REQUESTS, Bulk

URLS = {
    "units": "http://units.test",
    "schedule": "http://schedule.test/",
    "supervision": "http://supervision.test",
    "rectification": "http://rectification.test",
}


@dataclass
class Services:
    """Answers as the services do: every write has a token, the same key the same answer."""

    calls: list[httpx.Request] = field(default_factory=list)
    written: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        key = request.headers["Idempotency-Key"]
        assert self.written.setdefault(key, request.content) == request.content
        service = request.url.host.partition(".")[0]
        token = f"{service}@15:{len(self.written)}"
        return httpx.Response(200, headers={"Consistency-Token": token}, json={})

    def paths(self) -> list[str]:
        return [call.url.path for call in self.calls]


async def run(services: Callable[[httpx.Request], httpx.Response]) -> Loaded:
    transport = httpx.MockTransport(services)
    return await load(URLS, lambda role: f"token-of-{role}", lambda *_: None, transport)


async def test_everything_is_sent_in_the_order_of_the_table() -> None:
    services = Services()

    loaded = await run(services)

    assert list(dict.fromkeys(services.paths())) == [request.path for request in REQUESTS]
    assert loaded.rows["units"] == 19_915
    assert loaded.rows["mobilizations"] == 19_847
    assert loaded.rows["documents"] == 5


async def test_units_come_first_and_the_campaign_before_anything_of_it() -> None:
    services = Services()

    await run(services)

    paths = services.paths()
    assert paths[0] == "/campaigns/nmg-2014/units/import"
    assert paths.index("/campaigns") < paths.index("/campaigns/nmg-2014/documents")


async def test_a_second_run_repeats_every_key_and_body() -> None:
    services = Services()
    first = await run(services)
    keys = len(services.written)

    second = await run(services)

    assert len(services.written) == keys
    assert first.rows == second.rows
    assert len(services.calls) == 2 * keys


async def test_each_service_is_told_how_far_those_it_follows_had_come() -> None:
    services = Services()

    loaded = await run(services)

    units, campaign = "units@15:3", loaded.tokens["schedule"]
    for call in services.calls:
        asked = call.headers.get("Consistency-Token")
        match call.url.host:
            case "units.test":
                assert asked is None
            case "schedule.test":
                assert asked == units
            case _:
                assert asked == f"{campaign},{units}"
    assert set(loaded.consistency_token.split(",")) == set(loaded.tokens.values())


async def test_each_call_carries_the_token_of_the_role_it_needs() -> None:
    services = Services()

    await run(services)

    asked = {call.url.path: call.headers["Authorization"] for call in services.calls}
    assert asked["/campaigns/nmg-2014/plans/import"] == "Bearer token-of-service"
    assert asked["/campaigns/nmg-2014/item-steps/import"] == "Bearer token-of-service"
    assert asked["/campaigns/nmg-2014/units/import"] == "Bearer token-of-clerk"


async def test_progress_ends_at_the_whole_of_each_part() -> None:
    told: dict[str, list[tuple[int, int]]] = {}

    def progress(name: str, done: int, total: int) -> None:
        told.setdefault(name, []).append((done, total))

    await load(URLS, str, progress, httpx.MockTransport(Services()))

    assert list(told) == [request.name for request in REQUESTS]
    assert all(steps[0][0] == 0 and steps[-1][0] == steps[-1][1] > 0 for steps in told.values())


async def test_a_refusal_stops_loading_and_shows_the_problem_document() -> None:
    services = Services()

    def refusing(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/people/import"):
            return httpx.Response(422, json={"code": "unknown-unit", "detail": "单位不存在"})
        return services(request)

    with pytest.raises(LoadRefused) as refused:
        await run(refusing)

    assert refused.value.status == 422
    assert json.loads(refused.value.problem)["code"] == "unknown-unit"
    assert "people" in str(refused.value)
    assert services.paths() == ["/campaigns/nmg-2014/units/import"]


async def test_a_service_that_is_behind_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_PAUSE_SECONDS", 0)
    services = Services()
    behind = [httpx.Response(503, json={"code": "view-behind"})] * 2

    def slow(request: httpx.Request) -> httpx.Response:
        return behind.pop() if behind and request.url.path == "/campaigns" else services(request)

    loaded = await run(slow)

    assert not behind
    assert loaded.rows["campaign"] == 1


async def test_a_service_that_stays_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_PAUSE_SECONDS", 0)

    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unreachable, match=r"http://units\.test"):
        await run(away)


async def test_files_too_large_are_sent_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "ROWS_LIMIT", 6_000)
    monkeypatch.setattr(loading, "BYTES_LIMIT", 300_000)
    services = Services()

    loaded = await run(services)

    parts = [call for call in services.calls if call.url.path.endswith("/units/import")]
    assert len(parts) > 3
    assert all(len(call.content) <= 300_000 for call in parts)
    codes = [row["code"] for call in parts for row in rows_of(call)]
    assert len(codes) == len(set(codes)) == loaded.rows["units"]


async def test_bulk_files_have_the_agreed_columns() -> None:
    columns = {request.name: request.columns for request in REQUESTS if isinstance(request, Bulk)}

    assert columns == {
        "units": ("code", "parent_code", "level", "kind", "name", "registered_on"),
        "people": ("person", "name", "title", "rank", "unit"),
        "leading-groups": (
            "unit", "group", "formed_on", "leader", "members", "rules_title", "rules_adopted_on",
        ),
        "preparations": ("unit", "prepared_on"),
        "plans": (
            "unit", "category", "action", "at", "title", "digest", "gate", "reasons", "note",
        ),
        "mobilizations": ("unit", "held_at", "attendees", "chaired_by", "place"),
        "trainings": ("unit", "training", "audience", "held_on", "participants"),
    } | _OF_SUPERVISION | _OF_RECTIFICATION  # fmt: skip


_OF_SUPERVISION = {
    "teams": (
        "team", "name", "formed_by", "purpose", "first_leader", "leader", "members", "formed_on",
    ),
    "team-trainings": ("team", "training", "trained_on"),
    "dispatches": ("team", "unit", "patrols", "dispatched_on"),
    "instructors": ("unit", "instructor", "assigned_by", "assigned_on"),
    "duties": ("duty", "kind", "team", "unit", "summary", "done_on"),
    "liaison-leaders": ("leader", "area", "rank", "named_on"),
    "liaison-points": ("leader", "unit", "target", "taken_on"),
    "liaison-visits": ("visit", "leader", "unit", "summary", "visited_on"),
    "life-meetings": ("leader", "unit", "attended_on"),
    "publicity": ("issue", "unit", "channel", "title", "pieces", "issued_on"),
    "lectures": (
        "lecture", "unit", "kind", "title", "speakers", "lectures", "listeners", "given_on",
    ),
    "findings": (
        "finding", "team", "unit", "category", "summary", "for_rectification",
        "responsible_person", "due_on", "found_on",
    ),
}  # fmt: skip
_OF_RECTIFICATION = {
    "filed-plans": ("unit", "document", "title", "digest", "filed_on"),
    "batch-links": ("unit", "led_by", "linked_on"),
    "programmes": (
        "programme", "unit", "kind", "category", "title", "measure", "target", "due_on",
        "launched_on",
    ),
    "items": (
        "item", "unit", "source", "origin", "category", "summary", "responsible_person", "due_on",
        "raised_on", "parent", "programme",
    ),
    "item-steps": (
        "item", "action", "on", "person", "note", "percent", "due_on", "score", "raters", "holds",
    ),
    "programme-progress": ("programme", "unit", "entry", "count", "note", "progressed_on"),
    "petitions": (
        "reception", "unit", "received_by", "visits", "cases", "settled_on_spot", "held_on",
    ),
    "pairings": ("pairing", "unit", "helper", "kind", "households", "paired_on"),
}  # fmt: skip


def rows_of(call: httpx.Request) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(call.content.decode())))
