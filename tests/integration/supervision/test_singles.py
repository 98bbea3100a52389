"""Instructors, duties, findings, liaison, meetings, publicity: one at a time, right and wrong."""

from datetime import date
from typing import Any

import pytest

from deploy.issuer import Role
from tests.integration.supervision.conftest import Supervision, code_of
from tests.integration.supervision.test_teams import SENT, TEAM, TRAINED, station
from tests.support.access import bearer

MEMBER = "p-1502-supervisor"  # what tests' tokens call a supervisor of 1502
INSTRUCTOR = {
    "unit": "150202001001", "instructor": "p-150202001-i1", "assigned_by": "150202001",
    "assigned_on": "2014-02-24",
}  # fmt: skip
WITHDRAWN = {
    "unit": "150202001001", "instructor": "p-150202001-i1", "reason": "另有任用",
    "withdrawn_on": "2014-03-01",
}  # fmt: skip
DUTY = {
    "duty": "d-1", "kind": "plan_examined", "team": "st-1502-01", "unit": "150202",
    "summary": "已反馈", "done_on": "2014-02-12",
}  # fmt: skip
FINDING = {
    "finding": "f-1", "team": "st-1502-01", "unit": "150202", "category": "formalism",
    "summary": "有补记", "for_rectification": False, "found_on": "2014-02-14",
}  # fmt: skip
QUOTA = {
    "area": "1502", "rank": "city_leader",
    "targets": [
        {"target": "department", "at_least": 1, "at_most": 1},
        {"target": "life_meeting", "at_least": 1, "at_most": 2},
    ],
}  # fmt: skip
LEADER = {"leader": "p-1", "area": "1502", "rank": "city_leader", "named_on": "2014-01-26"}
POINT = {"leader": "p-1", "unit": "1502-D01", "target": "department", "taken_on": "2014-01-28"}
LEFT = {"leader": "p-1", "unit": "1502-D01", "reason": "分工调整", "left_on": "2014-03-01"}
VISIT = {"visit": "v-1", "leader": "p-1", "unit": "1502-D01", "visited_on": "2014-02-18"}
ATTENDED = {"leader": "p-1", "unit": "1502-D02", "attended_on": "2014-03-03"}
MEETING = {
    "meeting": "jm-1", "unit": "1502", "title": "联席会议", "attendees": 38,
    "held_on": "2014-02-14",
}  # fmt: skip
RULES = {
    "unit": "1502", "kind": "discipline", "title": "纪律守则", "adopted_on": "2014-02-12"
}  # fmt: skip
PUBLICITY = {
    "issue": "pub-1", "unit": "1502", "channel": "wechat", "pieces": 12,
    "issued_on": "2014-02-17",
}  # fmt: skip
LECTURE = {
    "lecture": "lec-1", "unit": "150202001", "kind": "secretary_lesson", "speakers": 5,
    "lectures": 7, "listeners": 210, "given_on": "2014-02-20",
}  # fmt: skip
EVERY: list[tuple[str, Any]] = [
    ("/instructors", INSTRUCTOR), ("/instructors/withdraw", WITHDRAWN), ("/duties", DUTY),
    ("/findings", FINDING), ("/liaison-quotas", QUOTA), ("/liaison-leaders", LEADER),
    ("/liaison-points", POINT), ("/liaison-visits", VISIT), ("/liaison-points/leave", LEFT),
    ("/life-meetings", ATTENDED), ("/joint-meetings", MEETING), ("/team-rules", RULES),
    ("/publicity", PUBLICITY), ("/lectures", LECTURE),
]  # fmt: skip


async def tell_all(desk: Supervision) -> None:
    await station(desk)
    for path, body in EVERY:
        await desk.told(path, body)


async def test_everything_is_told_once_and_again_changes_nothing(desk: Supervision) -> None:
    await tell_all(desk)
    recorded = await desk.events()
    again = [(await desk.post(path, body)).status_code for path, body in EVERY]

    assert again == [200] * len(EVERY)
    assert await desk.events() == recorded
    assert len(recorded) == 3 + len(EVERY)


@pytest.mark.parametrize(("path", "body"), EVERY)
async def test_nobody_else_tells_it(desk: Supervision, path: str, body: Any) -> None:
    await tell_all(desk)
    before = await desk.events()
    nobody = await desk.http.post(f"/campaigns/{desk.campaign}{path}", json=body)
    outside = await desk.post(path, body, "clerk", "1503")
    reader = await desk.post(path, body, "auditor")

    assert code_of(nobody) == (401, "token-missing")
    assert code_of(outside) == (403, "outside-subtree")
    assert code_of(reader) == (403, "action-not-allowed")
    assert await desk.events() == before


@pytest.mark.parametrize(("path", "body"), EVERY)
async def test_an_unknown_campaign_and_a_body_out_of_shape(
    desk: Supervision, path: str, body: Any
) -> None:
    headers = bearer("clerk", "15")
    unknown = await desk.http.post(f"/campaigns/nowhere{path}", json=body, headers=headers)
    surplus = await desk.post(path, body | {"surplus": 1})
    empty = await desk.post(path, {})

    assert unknown.status_code == 404
    assert {code_of(surplus), code_of(empty)} == {(422, "invalid-request")}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/instructors", INSTRUCTOR | {"assigned_by": "150202002"}, (422, "instructor-from-elsewhere")),
        ("/instructors", INSTRUCTOR | {"unit": "150202001"}, (422, "not-grassroots")),
        ("/instructors", INSTRUCTOR | {"assigned_on": "2014-02-25"}, (422, "before-previous-step")),
        ("/instructors/withdraw", WITHDRAWN | {"instructor": "p-77"}, (409, "instructor-not-assigned")),
        ("/duties", DUTY | {"summary": "别的"}, (409, "recorded-otherwise")),
        ("/duties", DUTY | {"duty": "d-2", "unit": "1503"}, (422, "outside-team-area")),
        ("/duties", DUTY | {"duty": "d-2", "team": "st-77"}, (404, "unknown-team")),
        ("/duties", DUTY | {"duty": "d-2", "kind": "lunch"}, (422, "invalid-request")),
        ("/findings", FINDING | {"summary": "别的"}, (409, "finding-reported-otherwise")),
        ("/findings", FINDING | {"finding": "f-2", "for_rectification": True}, (422, "responsibility-missing")),
        ("/findings", FINDING | {"finding": "f-2", "due_on": "2014-02-01"}, (422, "due-before-found")),
        ("/findings", FINDING | {"finding": "f-2", "category": "weather"}, (422, "invalid-request")),
        ("/liaison-leaders", LEADER | {"rank": "other"}, (409, "leader-named-otherwise")),
        ("/liaison-points", POINT | {"unit": "1502-D02", "leader": "p-77"}, (404, "unknown-leader")),
        ("/liaison-points", POINT | {"unit": "150203"}, (422, "target-mismatch")),
        ("/liaison-points", POINT | {"unit": "150203", "target": "life_meeting"}, (422, "invalid-request")),
        ("/liaison-points/leave", LEFT | {"unit": "1502-D02"}, (409, "point-not-taken")),
        ("/liaison-visits", VISIT | {"visit": "v-2", "unit": "1502-D02"}, (409, "point-not-taken")),
        ("/liaison-quotas", QUOTA | {"targets": [QUOTA["targets"][0]] * 2}, (422, "quota-repeated")),
        ("/liaison-quotas", QUOTA | {"targets": [{"target": "banner", "at_least": 2, "at_most": 1}]}, (422, "quota-reversed")),
        ("/joint-meetings", MEETING | {"attendees": 0}, (422, "invalid-request")),
        ("/joint-meetings", MEETING | {"attendees": 39}, (409, "recorded-otherwise")),
        ("/team-rules", RULES | {"title": "别的"}, (409, "recorded-otherwise")),
        ("/publicity", PUBLICITY | {"pieces": 13}, (409, "recorded-otherwise")),
        ("/publicity", PUBLICITY | {"issue": "p-2", "issued_on": "2099-01-01"}, (422, "date-in-future")),
        ("/lectures", LECTURE | {"lecture": "l-2", "unit": "77"}, (404, "unknown-unit")),
    ],
)  # fmt: skip
async def test_what_is_against_the_rules_is_refused_and_nothing_written(
    desk: Supervision, path: str, body: Any, expected: tuple[int, str]
) -> None:
    await tell_all(desk)
    before = await desk.events()

    assert code_of(await desk.post(path, body)) == expected
    assert await desk.events() == before


async def test_quotas_of_the_nearest_area_decide(desk: Supervision) -> None:
    whole = {"area": "15", "rank": "city_leader"}
    many = [{"target": "department", "at_least": 1, "at_most": 2}]
    await desk.told("/liaison-quotas", whole | {"targets": many})
    await desk.told("/liaison-leaders", LEADER)
    await desk.told("/liaison-points", POINT)
    await desk.told("/liaison-points", POINT | {"unit": "1502-D02"})
    await desk.told("/liaison-leaders", LEADER | {"leader": "p-2"})
    await desk.told("/liaison-quotas", QUOTA)
    await desk.told("/liaison-points", POINT | {"leader": "p-2"})
    refused = await desk.post("/liaison-points", POINT | {"leader": "p-2", "unit": "1502-D02"})

    assert code_of(refused) == (409, "quota-exceeded")


async def test_a_file_of_points_is_told_which_row_exceeds_the_quota(desk: Supervision) -> None:
    await desk.told("/liaison-quotas", QUOTA)
    await desk.told("/liaison-leaders", LEADER)
    file = (
        "leader,unit,target,taken_on\n"
        "p-1,1502-D01,department,2014-01-28\np-1,1502-D02,department,2014-01-28\n"
    )
    answer = (await desk.upload("/liaison-points/import", file)).json()

    assert [(e["row"], e["column"], e["code"]) for e in answer["errors"]] == [
        (3, "target", "quota-exceeded")
    ]


async def test_a_member_records_where_the_team_is_and_nowhere_else(desk: Supervision) -> None:
    await desk.told("/teams", TEAM | {"leader": MEMBER, "members": [MEMBER]})
    await desk.told("/teams/st-1502-01/training", TRAINED)
    at_home = await _as_member(desk, DUTY)
    await desk.told("/teams/st-1502-01/dispatch", SENT)
    there = await _as_member(desk, DUTY)
    below = await _as_member(desk, DUTY | {"duty": "d-2", "unit": "150202001"})
    beside = await _as_member(desk, DUTY | {"duty": "d-3", "unit": "150203"})
    stranger = await _as_member(desk, DUTY | {"duty": "d-4"}, "15")

    assert [answer.status_code for answer in (there, below)] == [201, 201]
    assert {code_of(at_home), code_of(beside)} == {(403, "not-stationed-there")}
    assert code_of(stranger) == (403, "not-team-member")


async def _as_member(desk: Supervision, body: Any, unit: str = "1502") -> Any:
    role: Role = "supervisor"
    return await desk.post("/duties", body, role, unit)


async def test_a_team_does_not_form_itself(desk: Supervision) -> None:
    for path, body in (("/teams", TEAM), ("/instructors", INSTRUCTOR), ("/publicity", PUBLICITY)):
        answer = await desk.post(path, body, "supervisor", "15")

        assert code_of(answer) == (403, "action-not-allowed")


async def test_a_unit_that_is_gone_gets_no_more(desk: Supervision) -> None:
    await desk.abolish("15.1502.150202.150202001.150202001001", date(2014, 2, 20))
    answer = await desk.post("/instructors", INSTRUCTOR)

    assert code_of(answer) == (409, "unit-abolished")


async def test_a_person_may_see_whom_they_supervise(desk: Supervision) -> None:
    await desk.told("/teams", TEAM | {"leader": MEMBER, "members": [MEMBER]})
    await desk.told("/teams/st-1502-01/training", TRAINED)
    await desk.told("/teams/st-1502-01/dispatch", SENT | {"patrols": ["150202002"]})
    own = await desk.get(f"/supervising/{MEMBER}", "supervisor", "1502")
    others = await desk.get("/supervising/p-1", "supervisor", "1502")

    assert own.json()["teams"] == [
        {"team": "st-1502-01", "formed_by": "1502", "units": ["150202", "150202002"]}
    ]
    assert code_of(others) == (403, "outside-subtree")
