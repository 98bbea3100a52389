"""Preparation and training over HTTP, and files of every kind that an office may send."""

import pytest

from services.schedule.api.columns import TRAININGS
from shared.platform.bulk import JSON_LINES, XLSX, write_xlsx
from tests.support.desk import Desk

TRAINING = {
    "unit": "150202",
    "training": "t-150202-01",
    "audience": "office_staff",
    "held_on": "2014-01-10",
    "participants": 86,
}


async def test_preparation_is_recorded_once(desk: Desk) -> None:
    done = {"unit": "150202", "prepared_on": "2013-12-20"}
    first = await desk.post("/preparations", done, "clerk", "150202")
    again = await desk.post("/preparations", done)
    other = await desk.post("/preparations", done | {"prepared_on": "2013-12-21"})
    listed = (await desk.get("/preparations?under=1502")).json()["items"]

    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert other.json()["code"] == "already-prepared"
    assert listed == [done]


async def test_training_is_recorded_with_its_phase(desk: Desk) -> None:
    after = TRAINING | {"training": "t-150202-02", "held_on": "2014-02-10"}
    for body in (TRAINING, after):
        assert (await desk.post("/trainings", body)).status_code == 201
    none = await desk.post("/trainings", TRAINING | {"training": "t-3", "participants": 0})
    listed = (await desk.get("/trainings?unit=150202&audience=office_staff")).json()["items"]

    assert [(item["training"], item["phase"]) for item in listed] == [
        ("t-150202-01", "before"), ("t-150202-02", "after"),
    ]  # fmt: skip
    assert (none.status_code, none.json()["code"]) == (422, "invalid-request")


async def test_a_workbook_with_chinese_headers(desk: Desk) -> None:
    titles = [column.titles[0] for column in TRAININGS.columns]
    book = write_xlsx(titles, [["150202", "t-1", "督导组", "2014年1月10日", 115]])
    answer = await desk.upload("/trainings/import", book, headers={"Content-Type": XLSX})
    (listed,) = (await desk.get("/trainings")).json()["items"]

    assert answer.json()["accepted"] == 1
    assert (listed["audience"], listed["held_on"]) == ("supervision_team", "2014-01-10")


async def test_json_lines_and_a_result_file(desk: Desk) -> None:
    lines = '{"unit":"150202","prepared_on":"2013-12-20"}\n{"unit":"77","prepared_on":"2013-12-20"}'
    answer = await desk.upload(
        "/preparations/import?mode=accept_valid",
        lines,
        headers={"Content-Type": JSON_LINES, "Accept": "text/csv"},
    )
    result = answer.text.splitlines()

    assert answer.headers["content-type"].startswith("text/csv")
    assert [("recorded" in line, "unknown-unit" in line) for line in result[1:]] == [
        (True, False), (False, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        ("unit,prepared_on\n150202,2013-12-20\n内蒙古,x\n".encode("gbk"), "text/csv", 422, "encoding-not-utf8"),
        (b"", "text/csv", 422, "file-empty"),
        (b"unit,prepared_on\n", "text/csv", 422, "rows-missing"),
        (b"unit\n150202\n", "text/csv", 422, "column-missing"),
        (b"PK\x03\x04broken", XLSX, 422, "xlsx-damaged"),
        (b"{}", "application/json", 415, "media-type-unsupported"),
        (b"x" * (16 * 1024 * 1024 + 1), "text/csv", 413, "body-too-large"),
    ],
)  # fmt: skip
async def test_a_file_nothing_can_be_taken_from(
    desk: Desk, content: bytes, media_type: str, status: int, code: str
) -> None:
    answer = await desk.upload(
        "/preparations/import", content, headers={"Content-Type": media_type}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await desk.events() == ["CampaignOpened"]


async def test_it_says_whether_it_is_ready(desk: Desk) -> None:
    ready = await desk.http.get("/readyz")

    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "missing": {}})


async def test_who_calls_is_asked_first(desk: Desk) -> None:
    path = f"/campaigns/{desk.campaign}/trainings"
    nobody = await desk.http.post(path, json=TRAINING)
    forged = await desk.http.post(path, json=TRAINING, headers={"Authorization": "Bearer x"})
    reader = await desk.post("/trainings", TRAINING, "auditor")

    assert [a.json()["code"] for a in (nobody, forged, reader)] == [
        "token-missing", "token-refused", "action-not-allowed",
    ]  # fmt: skip
    assert nobody.headers["www-authenticate"] == "Bearer"
