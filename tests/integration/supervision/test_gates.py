"""A plan's gate held by a team: the schedule asks supervision whether this team is stationed there."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.issuer import Role
from services.schedule import schema as schedule_schema
from services.schedule.application import api_app
from services.schedule.settings import ScheduleSettings
from shared.platform import client
from shared.platform.metrics import Metrics
from shared.platform.postgres import migrate
from tests.integration.schedule.conftest import opening
from tests.integration.supervision.conftest import UNITS, Supervision, code_of
from tests.support.access import ISSUER_URL, bearer
from tests.support.desk import Desk, registered, tell

# Tokens of tests speak for p-<unit>-<role>: this one is a member of Baotou's team.
MEMBER = "p-1502-supervisor"
TEAM = {
    "team": "st-1502-01",
    "name": "第一督导组",
    "formed_by": "1502",
    "purpose": "station",
    "leader": MEMBER,
    "members": [MEMBER],
    "formed_on": "2014-01-27",
}
PLAN = {"category": "implementation", "title": "实施方案", "digest": "digest-01"}
GATE = {"gate": "team", "at": "2014-02-20T09:00:00+08:00"}
SUBMITTED = {"submitted_at": "2014-02-14T09:00:00+08:00"}


@pytest.fixture
async def schedule(desk: Supervision, supervision_url: str) -> AsyncIterator[Desk]:
    """The schedule beside supervision; plans of banners and townships have one gate, Baotou's team."""
    await migrate(supervision_url, schedule_schema.SCHEMA, schedule_schema.migrations())
    settings = ScheduleSettings(
        database_url=supervision_url, kafka_bootstrap_servers="unused", issuer_url=ISSUER_URL,
        supervision_url="http://supervision.test", port=1, metrics_port=2,
    )  # fmt: skip
    transport = desk.http._transport  # the way to supervision's own app
    desk.neighbours.apps["supervision.test"] = transport
    app = api_app(settings, Metrics(), httpx.AsyncClient(transport=desk.neighbours))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s.test") as http,
    ):
        plans = Desk(http, desk.campaign, app.state.office.store.pool)
        await tell(plans.pool, [registered(desk.campaign, path, *UNITS[path]) for path in UNITS])
        headers = bearer("clerk", "15")
        opened = await http.post("/campaigns", json=opening(desk.campaign), headers=headers)
        assert opened.status_code == 201, opened.text
        for level, unit in ((3, "150202"), (3, "150203"), (4, "150202001")):
            await _gate(plans, level)
            answer = await plans.post("/plans", PLAN | SUBMITTED | {"unit": unit})
            assert answer.status_code == 201, answer.text
        yield plans


async def _gate(plans: Desk, level: int) -> None:
    gate = {"gate": "team", "name_zh": "督导组", "name_en": "Team", "role": "supervisor"}
    body = {
        "area": "1502",
        "applies_to_level": level,
        "category": "implementation",
        "gates": [gate | {"holder": "1502"}],
    }
    assert (await plans.post("/gates", body)).status_code in {200, 201}


async def dispatched(desk: Supervision, **team: Any) -> None:
    await desk.told("/teams", TEAM | team)
    await desk.told("/teams/st-1502-01/training", {"training": "t-1", "trained_on": "2014-02-08"})
    body = {"unit": "150202", "dispatched_on": "2014-02-11"}
    await desk.told("/teams/st-1502-01/dispatch", body)


async def passing(
    plans: Desk, unit: str = "150202", role: Role = "supervisor", holder: str = "1502"
) -> httpx.Response:
    return await plans.post(f"/plans/{unit}/implementation/pass", GATE, role, holder)


@pytest.mark.parametrize("unit", ["150202", "150202001"])
async def test_a_member_passes_the_gate_where_the_team_is_stationed_or_patrols(
    desk: Supervision, schedule: Desk, unit: str
) -> None:
    await dispatched(desk)
    answer = await passing(schedule, unit)

    assert answer.status_code == 201, answer.text


async def test_a_member_returns_a_plan_there(desk: Supervision, schedule: Desk) -> None:
    await dispatched(desk)
    body = GATE | {"reasons": ["not_actionable"]}
    path = "/plans/150202/implementation/return"

    assert (await schedule.post(path, body, "supervisor", "1502")).status_code == 201


async def test_no_gate_is_passed_elsewhere(desk: Supervision, schedule: Desk) -> None:
    await dispatched(desk)
    before = await schedule.events()
    answer = await passing(schedule, "150203")

    assert code_of(answer) == (403, "not-stationed-there")
    assert await schedule.events() == before


async def test_no_gate_is_passed_before_the_team_comes_nor_after_it_left(
    desk: Supervision, schedule: Desk
) -> None:
    early = await passing(schedule)
    await dispatched(desk)
    recalled = {"reason": "任务完成", "recalled_on": "2014-02-19"}
    await desk.told("/teams/st-1502-01/recall", recalled)
    late = await passing(schedule)

    assert {code_of(early), code_of(late)} == {(403, "not-stationed-there")}


async def test_no_gate_is_passed_by_who_is_not_in_the_team(
    desk: Supervision, schedule: Desk
) -> None:
    await dispatched(desk, members=["p-1502-0101"], leader="p-1502-0101")

    assert code_of(await passing(schedule)) == (403, "not-stationed-there")


async def test_nothing_is_written_while_supervision_is_away(
    desk: Supervision, schedule: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dispatched(desk)
    before = await schedule.events()
    desk.neighbours.down.add("supervision.test")
    monkeypatch.setattr(client, "_ATTEMPTS", 1)
    answer = await passing(schedule)
    desk.neighbours.down.clear()

    assert code_of(answer) == (503, "supervision-unavailable")
    assert await schedule.events() == before
    assert (await passing(schedule)).status_code == 201


async def test_history_is_written_up_without_asking(desk: Supervision, schedule: Desk) -> None:
    desk.neighbours.down.add("supervision.test")
    answer = await passing(schedule, "150202", "service", "15")

    assert answer.status_code == 201, answer.text


async def test_a_file_of_reviews_asks_once(desk: Supervision, schedule: Desk) -> None:
    await dispatched(desk)
    rows = "unit,category,action,at,gate\n" + "".join(
        f"{unit},implementation,pass,2014-02-20 09:00,team\n"
        for unit in ("150202", "150202001", "150203")
    )
    asked, there = [], desk.neighbours.apps["supervision.test"]

    async def counting(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return await there.handle_async_request(request)

    desk.neighbours.apps["supervision.test"] = httpx.MockTransport(counting)
    answer = await schedule.upload("/plans/import?mode=accept_valid", rows, "supervisor", "1502")
    report = answer.json()

    assert asked == [f"/campaigns/{desk.campaign}/supervising/{MEMBER}"]
    assert (report["accepted"], [e["code"] for e in report["errors"]]) == (
        2, ["not-stationed-there"],
    )  # fmt: skip
