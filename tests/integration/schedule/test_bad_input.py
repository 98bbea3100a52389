"""What the schedule cannot take is refused with a code, and nothing of it is written."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.schedule.test_rights import (
    CONFIGURING,
    EVERY_WRITE,
    HELD,
    PREPARED,
    REVIEWING,
    TRAINED,
    WRITING,
)
from tests.support.access import bearer
from tests.support.desk import Desk

UNBOUNDED = "x" * 121
LIKE_NOTHING: list[Any] = [None, True, 7, "text", [], {"a": 1}]
WRONG: dict[str, list[tuple[str, Any]]] = {
    "/windows": [
        ("windows", []), ("windows", {}), ("reason", ""), ("reason", None),
        ("windows", [{"levels": [6], "kinds": ["area"], "opens_on": "2014-01-24", "closes_on": "2014-02-20"}]),
        ("windows", [{"levels": [2], "kinds": ["moon"], "opens_on": "2014-01-24", "closes_on": "2014-02-20"}]),
        ("windows", [{"levels": [2], "kinds": ["area"], "opens_on": 0, "closes_on": "2014-02-20"}]),
    ],
    "/gates": [("area", ".."), ("applies_to_level", 0), ("category", "poetry"), ("gates", [])],
    "/documents": [
        ("document", "a b"), ("kind", "poem"), ("title", UNBOUNDED), ("issued_on", "2014-02-30"),
        ("issued_on", "1948-12-31"), ("applies_to", ["moon"]), ("title", "a\x00b"),
    ],
    "/preparation-orders": [("levels", [0]), ("levels", []), ("ordered_on", 1), ("order", "")],
    "/meetings": [("attendees", 0), ("attendees", 2**31), ("attendees", "9"), ("held_at", "soon")],
    "/preparations": [("unit", "1502 02"), ("prepared_on", "2101-01-01"), ("prepared_on", None)],
    "/plans": [("category", "poetry"), ("digest", "short"), ("title", " "), ("submitted_at", 0)],
    "/mobilizations": [
        ("attendees", 1.5), ("attendees", -1), ("held_at", "2200-01-01T00:00:00Z"),
        ("chaired_by", "p 1"), ("place", UNBOUNDED), ("place", "\u202e"),
    ],
    "/mobilizations/150202/plan": [("planned_at", "noon"), ("planned_at", 0)],
    "/mobilizations/150202/correct": [("reason", ""), ("attendees", None)],
    "/mobilizations/150202/void": [("reason", " "), ("reason", 7)],
    "/trainings": [("audience", "everybody"), ("participants", "86"), ("training", "t 1")],
    "/plans/150202/implementation/pass": [("gate", "a b"), ("note", "x" * 2001), ("at", "noon")],
    "/plans/150202/implementation/return": [("reasons", "ugly"), ("reasons", ["A B"])],
}  # fmt: skip


@pytest.fixture
async def quiet(desk: Desk) -> AsyncIterator[Desk]:
    """A desk whose events must be as they were at the end."""
    before = await desk.events()
    yield desk
    assert await desk.events() == before


async def test_every_endpoint_is_among_those_tried() -> None:
    assert set(WRONG) == {path for path, _ in EVERY_WRITE}


async def test_a_field_that_is_none_is_named(quiet: Desk) -> None:
    bodies = dict(EVERY_WRITE)
    for path, wrong in WRONG.items():
        for field, value in wrong:
            answer = await quiet.post(path, bodies[path] | {field: value})
            problem = answer.json()

            assert (answer.status_code, problem["code"]) == (422, "invalid-request"), (path, field)
            assert any(field in error["where"] for error in problem["errors"]), problem


async def test_unknown_fields_and_missing_ones_are_refused(quiet: Desk) -> None:
    for path, body in EVERY_WRITE:
        more = await quiet.post(path, body | {"nickname": "x"})
        assert (more.status_code, more.json()["code"]) == (422, "invalid-request"), path
        for field in body:
            if field in {"chaired_by", "place", "note", "at", "submitted_at"}:
                continue
            less = await quiet.post(path, {k: v for k, v in body.items() if k != field})
            assert less.status_code == 422, (path, field)


async def test_a_body_that_is_no_object_is_refused(quiet: Desk) -> None:
    for path, _ in EVERY_WRITE:
        for body in LIKE_NOTHING:
            answer = await quiet.post(path, body)
            assert answer.status_code == 422, (path, body)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"unit": NaN}'])
async def test_what_is_no_json_is_refused(quiet: Desk, content: bytes) -> None:
    for path, _ in EVERY_WRITE:
        answer = await quiet.http.post(
            f"/campaigns/{quiet.campaign}{path}",
            content=content,
            headers=bearer("clerk", "15") | {"Content-Type": "application/json"},
        )
        assert answer.status_code in {400, 422}, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_campaign_takes_nothing(desk: Desk) -> None:
    for path, body in [*CONFIGURING, *WRITING, *REVIEWING]:
        answer = await desk.http.post(
            f"/campaigns/nmg-1999{path}", json=body, headers=bearer("clerk", "15")
        )
        assert answer.status_code == 404, path
        assert answer.json()["code"] in {"unknown-campaign", "unknown-unit"}


async def test_an_unknown_unit_takes_nothing(quiet: Desk) -> None:
    for path, body in WRITING:
        there = path.replace("150202", "159999")
        elsewhere = body | {"unit": "159999"} if "unit" in body else body
        answer = await quiet.post(there, elsewhere)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-unit"), path


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("If-Match", "latest", "malformed-if-match"),
        ("If-Match", '"-1"', "malformed-if-match"),
        ("Idempotency-Key", "x" * 201, "malformed-idempotency-key"),
        ("Consistency-Token", "nonsense", "malformed-consistency-token"),
    ],
)
async def test_headers_that_say_nothing_are_refused(
    quiet: Desk, name: str, value: str, code: str
) -> None:
    for path, body in (("/preparations", PREPARED), ("/trainings", TRAINED)):
        answer = await quiet.post(path, body, headers={name: value})
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_key_stands_for_one_request(desk: Desk) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await desk.post("/preparations", PREPARED, headers=key)
    again = await desk.post("/preparations", PREPARED, headers=key)
    other = await desk.post("/preparations", PREPARED | {"unit": "1502"}, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["idempotent-replay"]) == (first.content, "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await desk.events() == ["CampaignOpened", "PreparationCompleted"]


async def test_what_changed_since_it_was_read_is_not_overwritten(desk: Desk) -> None:
    held = HELD | {"unit": "150202"}
    await desk.post("/mobilizations", held)
    etag = (await desk.get("/mobilizations/150202")).headers["etag"]
    correction = HELD | {"attendees": 100, "reason": "核对"}
    path = "/mobilizations/150202/correct"
    first = await desk.post(path, correction, headers={"If-Match": etag})
    second = await desk.post(path, correction | {"attendees": 101}, headers={"If-Match": etag})

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (412, "stale-version")
    assert second.json()["context"] == {"expected": 1, "actual": 2}
    assert (await desk.get("/mobilizations/150202")).json()["mobilization"]["attendees"] == 100


async def test_what_is_not_there_is_told_as_such(desk: Desk) -> None:
    for path, code in (
        ("/plans/150202/implementation", "unknown-plan"),
        ("/mobilizations/150202", "unknown-mobilization"),
        ("/mobilizations/159999", "unknown-unit"),
        ("/plans/159999/implementation", "unknown-unit"),
    ):
        answer = await desk.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    poetry = await desk.get("/plans/150202/poetry")
    assert poetry.status_code == 422
