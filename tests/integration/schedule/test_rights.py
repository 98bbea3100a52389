"""Deny by default: every endpoint asks who calls, and what the caller may do for which unit."""

from typing import Any

import pytest

from deploy.issuer import Role
from tests.integration.schedule.conftest import WINDOWS, opening
from tests.integration.schedule.test_plans import GATES, PLAN
from tests.support.desk import Desk

HELD = {"held_at": "2014-02-18T09:00:00+08:00", "attendees": 220}
PREPARED = {"unit": "150202", "prepared_on": "2013-12-20"}
TRAINED = {
    "unit": "150202", "training": "t-1", "audience": "organisers", "held_on": "2014-01-10",
    "participants": 8,
}  # fmt: skip
DOCUMENT = {
    "document": "work-plan", "kind": "work_plan", "title": "工作方案", "topic": "work_plan",
    "issued_on": "2014-01-24", "applies_to": ["area"],
}  # fmt: skip
ORDER = {"order": "ahead", "title": "通知", "levels": [2], "ordered_on": "2013-11-15"}
MEETING = HELD | {"meeting": "m-1", "kind": "other", "title": "会议", "unit": "1502"}
REVIEW = {"gate": "superior_office"}

CONFIGURING: list[tuple[str, Any]] = [
    ("/windows", {"windows": WINDOWS, "reason": "核对"}),
    ("/gates", GATES),
    ("/documents", DOCUMENT),
    ("/preparation-orders", ORDER),
]
WRITING: list[tuple[str, Any]] = [
    ("/meetings", MEETING),
    ("/preparations", PREPARED),
    ("/plans", PLAN),
    ("/mobilizations", HELD | {"unit": "150202"}),
    ("/mobilizations/150202/plan", {"planned_at": "2014-02-18T09:00"}),
    ("/mobilizations/150202/correct", HELD | {"reason": "核对"}),
    ("/mobilizations/150202/void", {"reason": "误登"}),
    ("/trainings", TRAINED),
]
REVIEWING: list[tuple[str, Any]] = [
    ("/plans/150202/implementation/pass", REVIEW),
    ("/plans/150202/implementation/return", REVIEW | {"reasons": ["not_actionable"]}),
]
EVERY_WRITE = [*CONFIGURING, *WRITING, *REVIEWING]
READING = [
    "", "/plans", "/plans/150202/implementation", "/mobilizations", "/mobilizations/150202",
    "/trainings", "/preparations", "/documents", "/meetings", "/preparation-orders",
]  # fmt: skip


@pytest.mark.parametrize(("path", "body"), EVERY_WRITE)
async def test_nobody_writes_without_a_token(desk: Desk, path: str, body: Any) -> None:
    answer = await desk.http.post(f"/campaigns/{desk.campaign}{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")


@pytest.mark.parametrize("path", READING)
async def test_nobody_reads_without_a_token(desk: Desk, path: str) -> None:
    answer = await desk.http.get(f"/campaigns/{desk.campaign}{path}")

    assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")


@pytest.mark.parametrize("role", ["auditor", "operations"])
@pytest.mark.parametrize(("path", "body"), EVERY_WRITE)
async def test_who_only_reads_writes_nothing(desk: Desk, path: str, body: Any, role: Role) -> None:
    answer = await desk.post(path, body, role)

    assert (answer.status_code, answer.json()["code"]) == (403, "action-not-allowed")
    assert await desk.events() == ["CampaignOpened"]


@pytest.mark.parametrize("role", ["leader", "supervisor"])
@pytest.mark.parametrize(("path", "body"), [*CONFIGURING, *WRITING])
async def test_leaders_and_supervisors_review_and_write_nothing_else(
    desk: Desk, path: str, body: Any, role: Role
) -> None:
    answer = await desk.post(path, body, role)

    assert (answer.status_code, answer.json()["code"]) == (403, "action-not-allowed")


@pytest.mark.parametrize(("path", "body"), [*CONFIGURING, *WRITING, *REVIEWING])
async def test_a_clerk_of_another_league_is_outside(desk: Desk, path: str, body: Any) -> None:
    answer = await desk.post(path, body, "clerk", "1503")

    assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")
    assert await desk.events() == ["CampaignOpened"]


@pytest.mark.parametrize(("path", "body"), [c for c in CONFIGURING if c[0] != "/gates"])
async def test_what_concerns_everybody_is_for_the_top_office(
    desk: Desk, path: str, body: Any
) -> None:
    answer = await desk.post(path, body, "clerk", "1502")

    assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")


async def test_opening_is_for_clerks(desk: Desk) -> None:
    nobody = await desk.http.post("/campaigns", json=opening(desk.campaign))

    assert nobody.json()["code"] == "token-missing"


@pytest.mark.parametrize(
    "path",
    ["/mobilizations/import", "/plans/import", "/trainings/import", "/preparations/import"],
)
async def test_uploads_ask_first(desk: Desk, path: str) -> None:
    nobody = await desk.http.post(f"/campaigns/{desk.campaign}{path}", content=b"unit\n")
    auditor = await desk.upload(path, "unit\n", "auditor")

    assert (nobody.status_code, nobody.json()["code"]) == (401, "token-missing")
    assert (auditor.status_code, auditor.json()["code"]) == (403, "action-not-allowed")
