"""Mobilizations recorded one by one and many at once, over HTTP."""

import asyncio
from datetime import date

import pytest

from services.schedule.schema import SCHEMA
from services.schedule.views.lives import LIVES
from shared.contracts.schedule import SCHEDULE
from shared.platform.rebuilding import rebuild
from tests.support.desk import Desk

HELD = {
    "unit": "150202",
    "held_at": "2014-02-18T09:00:00+08:00",
    "attendees": 220,
    "chaired_by": "p-150202-0001",
    "place": "会议中心",
}
HEADER = "unit,held_at,attendees,chaired_by,place\n"
TOWNS = [f"1502020{n:02}" for n in range(1, 21)]


def rows(*units: str, held_at: str = "2014-03-04 09:00") -> str:
    return HEADER + "".join(f"{unit},{held_at},30,,会议室\n" for unit in units)


async def test_a_meeting_is_recorded_and_shown(desk: Desk) -> None:
    held = await desk.post("/mobilizations", HELD, "clerk", "150202")
    shown = await desk.get("/mobilizations/150202")

    assert (held.status_code, held.json()["events"]) == (201, ["MobilizationHeld"])
    assert held.headers["consistency-token"].startswith("schedule@1502:")
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["mobilization"] == {
        "unit": "150202", "state": "held", "planned_at": None,
        "held_at": "2014-02-18T01:00:00+00:00", "attendees": 220, "chaired_by": "p-150202-0001",
        "place": "会议中心", "flags": [], "reason": "",
    }  # fmt: skip


async def test_the_same_again_changes_nothing_and_other_content_is_refused(desk: Desk) -> None:
    await desk.post("/mobilizations", HELD)
    again = await desk.post("/mobilizations", HELD)
    other = await desk.post("/mobilizations", HELD | {"attendees": 221})

    assert (again.status_code, again.json()["events"]) == (200, [])
    assert (other.status_code, other.json()["code"]) == (409, "already-mobilized")
    assert other.headers["content-type"] == "application/problem+json"


async def test_a_key_answers_a_retry_and_refuses_another_body(desk: Desk) -> None:
    key = {"Idempotency-Key": f"{desk.campaign}-1"}
    first = await desk.post("/mobilizations", HELD, headers=key)
    retry = await desk.post("/mobilizations", HELD, headers=key)
    other = await desk.post("/mobilizations", HELD | {"attendees": 9}, headers=key)

    assert (retry.status_code, retry.content) == (201, first.content)
    assert retry.headers["idempotent-replay"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_many_at_once_record_it_once(desk: Desk) -> None:
    bodies = [HELD | {"attendees": 200 + n % 2} for n in range(8)]
    answers = await asyncio.gather(*(desk.post("/mobilizations", body) for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [201] + [409] * 4
    assert (await desk.events()).count("MobilizationHeld") == 1


async def test_planned_held_corrected_voided_and_held_again(desk: Desk) -> None:
    path = "/mobilizations/150202"
    for suffix, body in (
        ("/plan", {"planned_at": "2014-02-18T09:00", "place": "礼堂"}),
        ("", None),
        ("/correct", HELD | {"attendees": 210, "reason": "人数有误"}),
        ("/void", {"reason": "登记错单位"}),
        ("", None),
    ):
        said = {k: v for k, v in (body or {}).items() if k != "unit"}
        answer = (
            await desk.post(path + suffix, said)
            if body
            else await desk.post("/mobilizations", HELD)
        )
        assert answer.status_code == 201, answer.text
    shown = (await desk.get(path)).json()

    assert [step["event"] for step in shown["history"]] == [
        "MobilizationPlanned", "MobilizationHeld", "MobilizationCorrected", "MobilizationVoided",
        "MobilizationHeld",
    ]  # fmt: skip
    assert shown["mobilization"]["state"] == "held"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (HELD | {"held_at": "2014-01-19T09:00:00+08:00"}, 422, "before-campaign"),
        (HELD | {"held_at": "2099-01-19T09:00:00+08:00"}, 422, "date-in-future"),
        (HELD | {"unit": "15"}, 422, "no-window"),
        (HELD | {"unit": "77"}, 404, "unknown-unit"),
        (HELD | {"unit": "../x"}, 422, "invalid-request"),
        (HELD | {"held_at": 0}, 422, "invalid-request"),
        (HELD | {"held_at": "9999-12-31T23:59:59-23:59"}, 422, "invalid-request"),
        (HELD | {"attendees": "220"}, 422, "invalid-request"),
        (HELD | {"attendees": 2**31}, 422, "invalid-request"),
        (HELD | {"attendees": True}, 422, "invalid-request"),
        (HELD | {"place": "a\u0000b"}, 422, "invalid-request"),
        (HELD | {"place": "x" * 121}, 422, "invalid-request"),
        (HELD | {"extra": 1}, 422, "invalid-request"),
        ({}, 422, "invalid-request"),
        ([], 422, "invalid-request"),
        (None, 422, "invalid-request"),
    ],
)
async def test_bad_input_is_refused_with_a_code(
    desk: Desk, body: object, status: int, code: str
) -> None:
    answer = await desk.post("/mobilizations", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await desk.events() == ["CampaignOpened"]


@pytest.mark.parametrize(
    "content", [b"{", b'{"unit": "\\ud800"}', b'{"\\ud800": 1}', b"\xff\xfe", b"[" * 20000]
)
async def test_malformed_json_is_refused(desk: Desk, content: bytes) -> None:
    answer = await desk.upload(
        "/mobilizations", content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_flags_tell_late_early_and_without_a_plan(desk: Desk) -> None:
    plan = {"category": "implementation", "title": "方案", "digest": "digest-01"}
    await desk.post("/plans", plan | {"unit": "150203", "submitted_at": "2014-02-01T09:00"})
    await desk.post("/mobilizations", HELD | {"held_at": "2014-02-21T09:00"})
    await desk.post("/mobilizations", HELD | {"unit": "150203"})
    await desk.post("/mobilizations", HELD | {"unit": "150302", "held_at": "2014-01-23T09:00"})
    shown = (await desk.get("/mobilizations")).json()["items"]

    assert [(item["unit"], item["flags"]) for item in shown] == [
        ("150202", ["late"]), ("150203", ["plan-not-approved"]), ("150302", ["early"]),
    ]  # fmt: skip


async def test_an_abolished_unit_holds_no_meeting_from_that_day_on(desk: Desk) -> None:
    await desk.abolish(f"15.1502.150202.{TOWNS[0]}", date(2014, 3, 4))
    late = await desk.upload("/mobilizations/import", rows(TOWNS[0]))
    before = await desk.upload("/mobilizations/import", rows(TOWNS[0], held_at="2014-03-03 09:00"))

    assert [error["code"] for error in late.json()["errors"]] == ["unit-abolished"]
    assert before.json()["accepted"] == 1


async def test_an_upload_is_all_or_nothing_unless_asked(desk: Desk) -> None:
    file = rows(*TOWNS[:3], "77", "15") + f"{TOWNS[3]},gestern,30,,\n"
    refused = await desk.upload("/mobilizations/import", file)
    before = await desk.events()
    partly = await desk.upload("/mobilizations/import?mode=accept_valid", file)
    again = await desk.upload("/mobilizations/import?mode=accept_valid", file)

    assert (refused.status_code, refused.json()["code"]) == (422, "rows-refused")
    assert [(e["row"], e["column"], e["code"]) for e in refused.json()["errors"]] == [
        (5, "unit", "unknown-unit"), (6, "unit", "no-window"), (7, "held_at", "datetime-malformed"),
    ]  # fmt: skip
    assert before == ["CampaignOpened"]
    assert (partly.json()["accepted"], partly.json()["refused"]) == (3, 3)
    assert (again.json()["unchanged"], again.json()["refused"]) == (3, 3)


async def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    tried = await desk.upload("/mobilizations/import?dry_run=true", rows(*TOWNS))

    assert (tried.json()["accepted"], tried.json()["dry_run"]) == (20, True)
    assert await desk.events() == ["CampaignOpened"]
    assert (await desk.get("/mobilizations")).json()["items"] == []


async def test_rows_outside_the_callers_subtree_are_refused_one_by_one(desk: Desk) -> None:
    file = rows(TOWNS[0], held_at="2014-03-04 09:00") + "150302,2014-02-18 09:00,30,,\n"
    partly = await desk.upload("/mobilizations/import?mode=accept_valid", file, "clerk", "150202")
    nobody = await desk.upload("/mobilizations/import", file, "auditor", "15")

    assert partly.json()["accepted"] == 1
    assert [error["code"] for error in partly.json()["errors"]] == ["outside-subtree"]
    assert (nobody.status_code, nobody.json()["code"]) == (403, "action-not-allowed")


async def test_a_unit_twice_in_a_file_is_pointed_out(desk: Desk) -> None:
    answer = await desk.upload("/mobilizations/import", rows(TOWNS[0], TOWNS[0]))

    assert [error["code"] for error in answer.json()["errors"]] == ["row-duplicate"]


async def test_an_upload_answers_a_retry_with_its_key(desk: Desk) -> None:
    key = {"Idempotency-Key": f"{desk.campaign}-file"}
    first = await desk.upload("/mobilizations/import", rows(*TOWNS), headers=key)
    retry = await desk.upload("/mobilizations/import", rows(*TOWNS), headers=key)

    assert first.json()["accepted"] == 20
    assert (retry.content, retry.headers["idempotent-replay"]) == (first.content, "true")


async def test_lists_are_paged_by_unit_within_a_subtree(desk: Desk) -> None:
    await desk.upload("/mobilizations/import", rows(*TOWNS))
    await desk.post("/mobilizations", HELD | {"unit": "150302"})
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await desk.get(f"/mobilizations?under=1502&limit=7{cursor}")).json()
        seen += [item["unit"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert seen == TOWNS


async def test_every_read_model_is_rebuilt_from_the_events(desk: Desk) -> None:
    plan = {"category": "implementation", "title": "方案", "digest": "digest-01"}
    await desk.post("/plans", plan | {"unit": "150203", "submitted_at": "2014-02-01T09:00"})
    await desk.upload("/mobilizations/import", rows(*TOWNS))
    await desk.post(f"/mobilizations/{TOWNS[0]}/void", {"reason": "误登"})
    await desk.post("/preparations", {"unit": "150202", "prepared_on": "2013-12-20"})
    await desk.post(
        "/trainings",
        {
            "unit": "150202",
            "training": "t-1",
            "audience": "office_staff",
            "held_on": "2014-01-10",
            "participants": 86,
        },
    )

    async def contents() -> dict[str, list[str]]:
        return {
            name: sorted(
                row["line"]
                for row in await desk.pool.fetch(f"select t::text as line from {name} t")  # noqa: S608
            )
            for name in (life.view.table.name for life in LIVES)
        }

    before = await contents()
    await rebuild(desk.pool, SCHEDULE, LIVES)

    assert await contents() == before
    assert {name for name, lines in before.items() if lines} >= {
        "campaigns", "plans", "mobilizations", "preparations", "trainings",
    }  # fmt: skip
    assert SCHEMA == "schedule"
