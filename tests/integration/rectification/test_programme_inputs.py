"""What singles of programmes, plans, receptions, help and urging do not take: told, never kept."""

from typing import Any

import pytest

from tests.support.desk import Desk

PROGRAMME: dict[str, Any] = {
    "programme": "b-02", "unit": "1502", "kind": "commitment", "title": "改造供热管网",
    "measure": "公里", "target": 90, "launched_on": "2014-02-17",
}  # fmt: skip
FILED: dict[str, Any] = {
    "unit": "1502", "document": "rectification_plan", "title": "整改方案",
    "digest": "9f86d081884c7d65", "filed_on": "2013-12-20",
}  # fmt: skip
RECEPTION: dict[str, Any] = {
    "reception": "pet-1", "unit": "1502", "received_by": "p-1", "visits": 3, "cases": 2,
    "settled_on_spot": 1, "held_on": "2014-02-18",
}  # fmt: skip
PAIRING: dict[str, Any] = {
    "pairing": "h-1", "unit": "1502", "helper": "1502-D03", "kind": "village", "households": 6,
    "paired_on": "2014-02-24",
}  # fmt: skip
RULES: dict[str, Any] = {
    "area": "15", "subject": "item", "steps": [{"step": "notice", "workdays": 1}]
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "wrong", "status", "code"),
    [
        ("/programmes", PROGRAMME, {"unit": "9999"}, 404, "unknown-unit"),
        ("/programmes", PROGRAMME, {"target": 0}, 422, "invalid-request"),
        ("/programmes", PROGRAMME, {"target": "90"}, 422, "invalid-request"),
        ("/programmes", PROGRAMME, {"kind": "dance"}, 422, "invalid-request"),
        ("/programmes", PROGRAMME, {"title": "改\u202e造"}, 422, "invalid-request"),
        ("/programmes", PROGRAMME, {"due_on": "2014-02-16"}, 422, "due-before-launched"),
        ("/programmes", PROGRAMME, {"launched_on": "2013-10-31"}, 422, "before-campaign"),
        ("/programmes", PROGRAMME, {"surprise": 1}, 422, "invalid-request"),
        ("/filed-plans", FILED, {"document": "letter"}, 422, "invalid-request"),
        ("/filed-plans", FILED, {"digest": "x"}, 422, "invalid-request"),
        ("/filed-plans", FILED, {"filed_on": "2099-01-01"}, 422, "date-in-future"),
        ("/petitions", RECEPTION, {"settled_on_spot": 3}, 422, "settled-exceeds-cases"),
        ("/petitions", RECEPTION, {"visits": -1}, 422, "invalid-request"),
        ("/petitions", RECEPTION, {"received_by": "张三"}, 422, "invalid-request"),
        ("/pairings", PAIRING, {"households": 0}, 422, "invalid-request"),
        ("/pairings", PAIRING, {"helper": "../x"}, 422, "invalid-request"),
        ("/urging-rules", RULES, {"subject": "weather"}, 422, "invalid-request"),
        ("/urging-rules", RULES, {"area": "9999"}, 404, "unknown-unit"),
        (
            "/urging-rules",
            RULES,
            {"steps": [{"step": "notice", "workdays": 121}]},
            422,
            "invalid-request",
        ),
    ],
)
async def test_what_cannot_be_is_told_and_nothing_kept(
    desk: Desk, path: str, body: dict[str, Any], wrong: dict[str, Any], status: int, code: str
) -> None:
    answer = await desk.post(path, body | wrong)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await desk.events() == []


@pytest.mark.parametrize(
    "path",
    [
        "/programmes?sort=title",
        "/programmes?kind=dance",
        "/programmes?limit=0",
        "/petitions?held_from=yesterday",
        "/pairings?helper=..",
        "/urging?step=jump",
        "/urging?addressee=%00",
        "/urging/preview?day=1700-01-01",
        "/urging-rules?unit=%20",
    ],
)
async def test_questions_that_cannot_be_answered_are_told(desk: Desk, path: str) -> None:
    answer = await desk.get(path)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("path", ["/programmes", "/urging", "/petitions", "/pairings"])
async def test_a_cursor_that_was_not_ours_is_told(desk: Desk, path: str) -> None:
    answer = await desk.get(f"{path}?cursor=xyz")

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-cursor")


@pytest.mark.parametrize("sort", ["programme", "-programme", "due_on", "-due_on", "-counted"])
async def test_pages_hold_every_programme_once_in_any_order(desk: Desk, sort: str) -> None:
    for number in range(5):
        due_on = f"2014-1{number % 2}-30" if number else None
        body = PROGRAMME | {"programme": f"b-{number}", "due_on": due_on}
        assert (await desk.post("/programmes", body)).status_code == 201
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await desk.get(f"/programmes?sort={sort}&limit=2{cursor}")).json()
        seen += [item["programme"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert sorted(seen) == [f"b-{number}" for number in range(5)]
    if sort.endswith("due_on"):
        assert seen[-1] == "b-0"


async def test_json_lines_and_result_files_are_understood(desk: Desk) -> None:
    line = '{"pairing":"h-1","unit":"1502","helper":"p-1","kind":"household","households":6,'
    lines = f'{line}"paired_on":"2014-02-24"}}\n'
    headers = {"Content-Type": "application/x-ndjson", "Accept": "text/csv"}
    tried = await desk.upload("/pairings/import?dry_run=true", lines, headers=headers)
    taken = await desk.upload("/pairings/import", lines, headers=headers)

    assert tried.status_code == 200, tried.text
    assert "valid" in tried.text
    assert "recorded" in taken.text
    assert await desk.events() == ["HelpPaired"]


async def test_valid_rows_may_be_taken_alone(desk: Desk) -> None:
    content = (
        "reception,unit,received_by,visits,cases,settled_on_spot,held_on\n"
        "pet-1,1502,p-1,3,2,1,2014-02-18\npet-2,1502,p-1,3,2,3,2014-02-18\n"
        "pet-1,1502,p-1,3,2,1,2014-02-18\n"
    )
    answer = await desk.upload("/petitions/import?mode=accept_valid", content)

    told = answer.json()
    assert (told["accepted"], told["refused"]) == (1, 2)
    assert {error["code"] for error in told["errors"]} == {
        "settled-exceeds-cases",
        "row-duplicate",
    }


async def test_the_steps_of_the_ladder_are_exported_with_chinese_words(desk: Desk) -> None:
    body = {"day": "2014-02-17", "back_workdays": 0}
    await desk.post("/urging/run", body, role="operations")
    file = await desk.get("/exports/urging?format=csv&under=1503")
    rows = file.content.decode("utf-8-sig").splitlines()

    assert rows[0].startswith("事项类别,事项,单位代码,单位名称,时限,步骤,对象,作出日期")
    assert [row.split(",")[:3] for row in rows[1:]] == [
        ["动员会", "1503", "1503"],
        ["动员会", "150302", "150302"],
    ]
    assert {row.split(",")[5] for row in rows[1:]} == {"催办"}
