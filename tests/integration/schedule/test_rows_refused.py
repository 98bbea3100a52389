"""Uploads row by row: which cell is to blame, with which code, for every kind of file."""

from typing import Any

import pytest

from deploy.issuer import Role
from tests.support.desk import Desk

TOWN, OTHER = "150202001", "150202002"
HEADERS = {
    "preparations": "unit,prepared_on",
    "plans": "unit,category,action,at,title,digest,gate,reasons,note",
    "mobilizations": "unit,held_at,attendees,chaired_by,place",
    "trainings": "unit,training,audience,held_on,participants",
}
GOOD = {
    "preparations": f"{TOWN},2013-12-20",
    "plans": f"{TOWN},implementation,submit,2014-02-01 09:00,方案,digest-01,,,",
    "mobilizations": f"{TOWN},2014-03-04 09:00,40,,",
    "trainings": f"{TOWN},t-1,organisers,2014-01-10,8",
}
CELLS = [
    ("preparations", f"{TOWN},", "prepared_on", "value-missing"),
    ("preparations", ",2013-12-20", "unit", "value-missing"),
    ("preparations", f"{TOWN},2013-02-30", "prepared_on", "date-impossible"),
    ("preparations", f"{TOWN},soon", "prepared_on", "date-malformed"),
    ("preparations", "1.5E+11,2013-12-20", "unit", "code-in-scientific-notation"),
    ("preparations", "1599,2013-12-20", "unit", "unknown-unit"),
    ("preparations", f"{TOWN},2013-10-31", "prepared_on", "before-campaign"),
    ("preparations", f"{TOWN},2099-01-01", "prepared_on", "date-in-future"),
    ("preparations", f"{TOWN}", None, "column-count"),
    ("plans", "15,implementation,submit,2014-02-01 09:00,方案,digest-01,,,", "unit",
     "root-submits-no-plan"),
    ("plans", f"{TOWN},poetry,submit,2014-02-01 09:00,方案,digest-01,,,", "category",
     "choice-unknown"),
    ("plans", f"{TOWN},implementation,praise,2014-02-01 09:00,方案,digest-01,,,", "action",
     "choice-unknown"),
    ("plans", f"{TOWN},implementation,submit,2014-02-01,方案,digest-01,,,", "at",
     "datetime-malformed"),
    ("plans", f"{TOWN},implementation,submit,2014-02-01 09:00,,,,,", None, "step-incomplete"),
    ("plans", f"{TOWN},implementation,pass,2014-02-01 09:00,,,,,", None, "step-incomplete"),
    ("plans", f"{TOWN},implementation,pass,2014-02-01 09:00,,,superior_office,,", "action",
     "plan-not-in-review"),
    ("plans", f"{TOWN},implementation,submit,2099-01-01 09:00,方案,digest-01,,,", "at",
     "date-in-future"),
    ("mobilizations", f"{TOWN},2014-03-04 09:00,0,,", "attendees", "integer-out-of-range"),
    ("mobilizations", f"{TOWN},2014-03-04 09:00,many,,", "attendees", "integer-malformed"),
    ("mobilizations", f"{TOWN},2014-03-04 25:00,40,,", "held_at", "time-impossible"),
    ("mobilizations", f"{TOWN},2014-03-04 09:00,40,p 1,", "chaired_by", "code-malformed"),
    ("mobilizations", f"{TOWN},2014-03-04 09:00,40,,{'x' * 121}", "place", "text-too-long"),
    ("mobilizations", f"{TOWN},2013-10-01 09:00,40,,", "held_at", "before-campaign"),
    ("mobilizations", f"{TOWN},2099-03-04 09:00,40,,", "held_at", "date-in-future"),
    ("trainings", f"{TOWN},t 1,organisers,2014-01-10,8", "training", "code-malformed"),
    ("trainings", f"{TOWN},t-1,everybody,2014-01-10,8", "audience", "choice-unknown"),
    ("trainings", f"{TOWN},t-1,organisers,2013-10-01,8", "held_on", "before-campaign"),
    ("trainings", f"{TOWN},t-1,organisers,2014-01-10,-8", "participants", "integer-out-of-range"),
]  # fmt: skip


async def sent(
    desk: Desk, name: str, *rows: str, query: str = "", role: Role = "clerk", unit: str = "15"
) -> Any:
    file = "\n".join([HEADERS[name], *rows])
    return await desk.upload(f"/{name}/import{query}", file, role, unit)


async def test_the_cell_to_blame_is_named_with_its_row(desk: Desk) -> None:
    for name, row, column, code in CELLS:
        answer = await sent(desk, name, row, f"{OTHER}{GOOD[name].removeprefix(TOWN)}")
        problem = answer.json()

        assert (answer.status_code, problem["code"]) == (422, "rows-refused"), (row, problem)
        assert [(e["row"], e["column"], e["code"]) for e in problem["errors"]] == [
            (2, column, code)
        ], row
        assert (problem["rows"], problem["accepted"], problem["refused"]) == (2, 0, 1)
        assert all(e["message_zh"] and e["message_en"] for e in problem["errors"])
    assert await desk.events() == ["CampaignOpened"]


@pytest.mark.parametrize("name", HEADERS)
async def test_what_is_good_goes_in_where_asked_and_the_rest_is_told(desk: Desk, name: str) -> None:
    bad = f"1599{GOOD[name].removeprefix(TOWN)}"
    tried = await sent(desk, name, GOOD[name], bad, query="?mode=accept_valid&dry_run=true")
    assert len(await desk.events()) == 1
    done = await sent(desk, name, GOOD[name], bad, query="?mode=accept_valid")
    again = await sent(desk, name, GOOD[name], bad, query="?mode=accept_valid")

    assert [answer.status_code for answer in (tried, done, again)] == [200, 200, 200]
    assert (tried.json()["accepted"], tried.json()["dry_run"]) == (1, True)
    assert (done.json()["accepted"], done.json()["refused"]) == (1, 1)
    assert (again.json()["accepted"], again.json()["unchanged"]) == (0, 1)
    assert len(await desk.events()) == 2


@pytest.mark.parametrize("name", ["preparations", "mobilizations", "trainings"])
async def test_a_row_may_not_stand_twice(desk: Desk, name: str) -> None:
    answer = await sent(desk, name, GOOD[name], GOOD[name])

    assert [e["code"] for e in answer.json()["errors"]] == ["row-duplicate"]


async def test_a_file_may_tell_a_plans_steps_in_order(desk: Desk) -> None:
    steps = [
        GOOD["plans"],
        f"{TOWN},implementation,return,2014-02-02 09:00,,,superior_office,not_actionable,请细化",
        f"{TOWN},implementation,submit,2014-02-03 09:00,方案,digest-02,,,",
        f"{TOWN},实施方案,批准,2014-02-04 09:00,,,superior_office,,",
    ]
    answer = await sent(desk, "plans", *steps, role="service")

    assert answer.json()["accepted"] == 4, answer.text
    assert (await desk.events())[1:] == [
        "PlanSubmitted", "PlanReturned", "PlanSubmitted", "GatePassed", "PlanApproved",
    ]  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
async def test_rows_beyond_the_callers_subtree_are_refused_one_by_one(
    desk: Desk, name: str
) -> None:
    outside = f"1503{GOOD[name].removeprefix(TOWN)}"
    answer = await sent(desk, name, GOOD[name], outside, role="clerk", unit="1502")

    assert [(e["row"], e["column"], e["code"]) for e in answer.json()["errors"]] == [
        (3, "unit", "outside-subtree")
    ]
    assert await desk.events() == ["CampaignOpened"]


async def test_a_clerk_below_does_not_pass_the_gate_above(desk: Desk) -> None:
    await sent(desk, "plans", GOOD["plans"])
    passing = f"{TOWN},implementation,pass,2014-02-02 09:00,,,superior_office,,"
    own = await sent(desk, "plans", passing, unit=TOWN)
    above = await sent(desk, "plans", passing, unit="150202")

    assert [e["code"] for e in own.json()["errors"]] == ["not-entitled-to-gate"]
    assert above.json()["accepted"] == 1


@pytest.mark.parametrize("name", HEADERS)
async def test_columns_must_be_those_of_the_template(desk: Desk, name: str) -> None:
    more = await desk.upload(f"/{name}/import", f"{HEADERS[name]},nickname\n{GOOD[name]},x")
    less = await desk.upload(f"/{name}/import", f"unit\n{TOWN}")
    twice = await desk.upload(f"/{name}/import", f"{HEADERS[name]},unit\n{GOOD[name]},{TOWN}")

    assert [a.json()["code"] for a in (more, less, twice)] == [
        "column-unknown", "column-missing", "column-duplicate",
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["?mode=some", "?dry_run=perhaps"])
async def test_an_unknown_way_of_taking_a_file_is_refused(desk: Desk, query: str) -> None:
    answer = await sent(desk, "trainings", GOOD["trainings"], query=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
