"""Programmes: launched, counted below, capped with the excess, verified by somebody else."""

import asyncio
from typing import Any

import pytest

from tests.support.desk import Desk

HEADER = "programme,unit,kind,category,title,measure,target,due_on,launched_on\n"
LAUNCHED = f"{HEADER}b-01,1502,commitment,housing,改造棚户区,户,100,2014-10-31,2014-02-17\n"
PROGRESS = "programme,unit,entry,count,note,progressed_on\n"
COMPLETION = "programme,person,note,completed_on\n"


async def test_a_file_of_programmes_is_recorded_once(desk: Desk) -> None:
    first = await desk.upload("/programmes/import", LAUNCHED)
    second = await desk.upload("/programmes/import", LAUNCHED)

    assert (first.status_code, first.json()["accepted"]) == (200, 1), first.text
    assert (second.json()["accepted"], second.json()["unchanged"]) == (0, 1)
    assert await desk.events() == ["ProgrammeLaunched"]


async def test_progress_counts_beyond_the_target_and_shows_the_excess(desk: Desk) -> None:
    await desk.upload("/programmes/import", LAUNCHED)
    rows = (
        "b-01,150202,e-1,70,,2014-02-24\n"
        "b-01,150203,e-2,50,已入住,2014-02-25\n"
        "b-01,1502,e-3,0001,,2014-02-25\n"
    )
    answer = await desk.upload("/programme-progress/import", PROGRESS + rows)

    assert answer.status_code == 200, answer.text
    row = await _row(desk)
    assert (row["counted"], row["reached"], row["excess"]) == (121, 100, 21)


async def test_a_unit_outside_adds_no_progress(desk: Desk) -> None:
    await desk.upload("/programmes/import", LAUNCHED)
    rows = "b-01,150302,e-1,70,,2014-02-24\nb-99,150202,e-1,70,,2014-02-24\n"
    answer = await desk.upload("/programme-progress/import", PROGRESS + rows)

    errors = [(e["row"], e["column"], e["code"]) for e in answer.json()["errors"]]
    assert errors == [(2, "unit", "outside-programme"), (3, "programme", "unknown-programme")]
    assert await desk.events() == ["ProgrammeLaunched"]


async def test_completion_waits_for_the_target(desk: Desk) -> None:
    await desk.upload("/programmes/import", LAUNCHED)
    row = f"{COMPLETION}b-01,p-1,,2014-03-03\n"
    early = await desk.upload("/programme-completions/import", row, role="service")
    progress = f"{PROGRESS}b-01,150202,e-1,100,,2014-02-24\n"
    await desk.upload("/programme-progress/import", progress, role="service")
    done = await desk.upload("/programme-completions/import", row, role="service")

    assert early.json()["errors"][0]["code"] == "target-not-reached"
    assert done.json()["accepted"] == 1, done.text
    shown = await _row(desk)
    assert (shown["state"], shown["verified_by"]) == ("completed", "p-1")


async def test_who_reported_last_does_not_verify(desk: Desk) -> None:
    await _launch(desk, {"target": 5})
    progress = {"unit": "150202", "entry": "e-1", "count": 5, "progressed_on": "2014-02-24"}
    reported = await desk.post("/programmes/b-02/progress", progress)
    refused = await desk.post("/programmes/b-02/complete", {"completed_on": "2014-03-03"})
    verified = await desk.post(
        "/programmes/b-02/complete", {"completed_on": "2014-03-03"}, role="leader"
    )

    assert reported.status_code == 201, reported.text
    assert (refused.status_code, refused.json()["code"]) == (403, "own-progress")
    assert verified.status_code == 201, verified.text


async def test_special_rectification_waits_for_its_items(desk: Desk) -> None:
    await _launch(desk, {"kind": "special_rectification", "target": 9})
    await desk.pool.execute(_ITEM, desk.campaign)
    done = {"completed_on": "2014-03-03"}
    refused = await desk.post("/programmes/b-02/complete", done, role="leader")
    await desk.pool.execute("update items set state = 'closed' where campaign = $1", desk.campaign)
    verified = await desk.post("/programmes/b-02/complete", done, role="leader")

    assert (refused.status_code, refused.json()["context"]["open"]) == (409, 1)
    assert refused.json()["code"] == "programme-items-open"
    assert verified.status_code == 201, verified.text


async def test_an_unknown_programme_is_not_completed(desk: Desk) -> None:
    done = {"completed_on": "2014-03-03"}
    answer = await desk.post("/programmes/b-77/complete", done, role="leader")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-programme")


async def test_a_clerk_of_another_league_launches_nothing_here(desk: Desk) -> None:
    answer = await desk.upload("/programmes/import", LAUNCHED, unit="1503")

    assert answer.json()["errors"][0]["code"] == "outside-subtree"
    assert await desk.events() == []


_ITEM = """
insert into items (
    campaign, item, number, unit, source, origin, category, summary, responsible_person, state,
    due_on, first_due_on, raised_on, parent, programme, cascades, percent, extensions, rejections,
    reopenings, evidence, requested_by, verified_by, last_on, version
) values (
    $1, 'i-1', 1, '1502', 'other', '', 'service', '办事拖延', 'p-9', 'open', '2014-03-10',
    '2014-03-10', '2014-02-17', '', 'b-02', false, 0, 0, 0, 0, 0, '', '', '2014-02-17', 1
)
"""


async def _launch(desk: Desk, changed: dict[str, Any]) -> None:
    body = {
        "programme": "b-02", "unit": "1502", "kind": "commitment", "title": "改造供热管网",
        "measure": "公里", "target": 90, "launched_on": "2014-02-17",
    }  # fmt: skip
    answer = await desk.post("/programmes", body | changed)
    assert answer.status_code == 201, answer.text


async def _row(desk: Desk) -> Any:
    return await desk.pool.fetchrow("select * from programmes where campaign = $1", desk.campaign)


async def test_programmes_are_listed_counted_and_exported_alike(desk: Desk) -> None:
    await desk.upload("/programmes/import", LAUNCHED)
    await _launch(desk, {})
    page = await desk.get("/programmes?kind=commitment&sort=-target")
    count = await desk.get("/counts/programmes?kind=commitment")
    file = await desk.get("/exports/programmes?format=csv&sort=-target")
    outside = await desk.get("/programmes", unit="1503")

    assert [item["programme"] for item in page.json()["items"]] == ["b-01", "b-02"]
    assert count.json() == {"count": 2}
    assert [line.split(",")[0].strip("\ufeff") for line in file.text.splitlines()] == [
        "项目编号",
        "b-01",
        "b-02",
    ]
    assert outside.json()["items"] == []


async def test_a_programme_shows_its_steps(desk: Desk) -> None:
    await _launch(desk, {})
    progress = {"unit": "150202", "entry": "e-1", "count": 5, "progressed_on": "2014-02-24"}
    await desk.post("/programmes/b-02/progress", progress)
    shown = await desk.get("/programmes/b-02")
    missing = await desk.get("/programmes/b-03")

    assert shown.json()["programme"]["unit_name"] == "单位1502"
    assert [step["event"] for step in shown.json()["history"]] == [
        "ProgrammeLaunched",
        "ProgrammeProgressed",
    ]
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-programme")


async def test_leagues_that_report_at_once_all_count(desk: Desk) -> None:
    await _launch(desk, {"unit": "15"})
    told = [
        {"unit": unit, "entry": f"e-{unit}-{n}", "count": 7, "progressed_on": "2014-02-24"}
        for unit in ("1502", "1503", "150302")
        for n in range(4)
    ]
    answers = await asyncio.gather(*(desk.post("/programmes/b-02/progress", t) for t in told))

    assert {answer.status_code for answer in answers} == {201}, [a.text for a in answers]
    row = await _row(desk)
    assert (row["counted"], row["entries"]) == (84, 12)


async def test_a_key_used_again_is_answered_the_same(desk: Desk) -> None:
    await _launch(desk, {})
    body = {"unit": "1502", "entry": "e-1", "count": 7, "progressed_on": "2014-02-24"}
    headers = {"Idempotency-Key": "k-1"}
    first = await desk.post("/programmes/b-02/progress", body, headers=headers)
    second = await desk.post("/programmes/b-02/progress", body, headers=headers)
    other = await desk.post("/programmes/b-02/progress", body | {"count": 8}, headers=headers)

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_a_programme_seen_in_an_older_version_is_not_completed(desk: Desk) -> None:
    await _launch(desk, {})
    body = {"unit": "1502", "entry": "e-1", "count": 7, "progressed_on": "2014-02-24"}
    await desk.post("/programmes/b-02/progress", body)
    stale = await desk.post(
        "/programmes/b-02/progress", body | {"entry": "e-2"}, headers={"If-Match": '"1"'}
    )

    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")


@pytest.mark.parametrize("role", ["auditor", "supervisor", "leader"])
async def test_only_clerks_launch_and_report(desk: Desk, role: Any) -> None:
    launched = await desk.upload("/programmes/import", LAUNCHED, role=role)

    assert (launched.status_code, launched.json()["code"]) == (403, "action-not-allowed")


async def test_a_clerk_who_did_not_report_verifies_but_an_auditor_does_not(desk: Desk) -> None:
    await _launch(desk, {"target": 5})
    progress = {"unit": "1502", "entry": "e-1", "count": 5, "progressed_on": "2014-02-24"}
    await desk.post("/programmes/b-02/progress", progress, role="service")
    done = {"completed_on": "2014-03-03", "person": "p-somebody-else"}
    refused = await desk.post("/programmes/b-02/complete", done, role="auditor")
    verified = await desk.post("/programmes/b-02/complete", done)

    assert (refused.status_code, refused.json()["code"]) == (403, "action-not-allowed")
    assert verified.status_code == 201, verified.text
    assert (await _row(desk))["verified_by"] != "p-somebody-else"


async def test_an_overdue_programme_is_found_until_it_is_completed(desk: Desk) -> None:
    await _launch(desk, {"due_on": "2014-03-01", "target": 5})
    await _launch(desk, {"programme": "b-03"})
    late = await desk.get("/programmes?overdue=true")
    not_late = await desk.get("/programmes?overdue=false")

    assert [item["programme"] for item in late.json()["items"]] == ["b-02"]
    assert [item["programme"] for item in not_late.json()["items"]] == ["b-03"]
