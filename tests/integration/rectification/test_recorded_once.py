"""Filed plans, links of both batches, receptions and help: told once, again harmless."""

import pytest

from tests.support.desk import Desk

FILED = "unit,document,title,digest,filed_on\n1502,整改方案,整改方案,9f86d081884c7d65,2013-12-20\n"
LINKS = "unit,led_by,linked_on\n1502,15,2014-01-28\n"
PETITIONS = (
    "reception,unit,received_by,visits,cases,settled_on_spot,held_on\n"
    "pet-1,150202,p-1,24,11,6,2014-02-18\n"
)
PAIRINGS = (
    "pairing,unit,helper,kind,households,paired_on\nhelp-1,150202001,1502-D03,嘎查村,6,2014-02-24\n"
)
FILES = {
    "/filed-plans/import": (FILED, "PlanFiled"),
    "/batch-links/import": (LINKS, "BatchesLinked"),
    "/petitions/import": (PETITIONS, "PetitionsReceived"),
    "/pairings/import": (PAIRINGS, "HelpPaired"),
}
OTHERWISE = {
    "/filed-plans/import": (FILED, "9f86d081884c7d65", "0000000000000000", "plan-already-filed"),
    "/batch-links/import": (LINKS, "01-28", "01-29", "batches-already-linked"),
    "/petitions/import": (PETITIONS, ",24,", ",25,", "reception-already-recorded"),
    "/pairings/import": (PAIRINGS, ",6,", ",7,", "pairing-already-recorded"),
}
WRONG = {
    "/filed-plans/import": (FILED, "2013-12-20", "2013-10-31", "before-campaign"),
    "/batch-links/import": (LINKS, "1502,15,", "1502,1502,", "linked-to-itself"),
    "/petitions/import": (PETITIONS, ",11,6,", ",11,12,", "settled-exceeds-cases"),
    "/pairings/import": (PAIRINGS, "2014-02-24", "2099-02-24", "date-in-future"),
}


@pytest.mark.parametrize("path", FILES)
async def test_the_same_file_twice_changes_nothing(desk: Desk, path: str) -> None:
    content, event = FILES[path]
    first = await desk.upload(path, content)
    second = await desk.upload(path, content)

    assert (first.status_code, first.json()["accepted"]) == (200, 1), first.text
    assert (second.json()["accepted"], second.json()["unchanged"]) == (0, 1)
    assert await desk.events() == [event]


@pytest.mark.parametrize("path", OTHERWISE)
async def test_other_content_under_the_same_id_is_refused(desk: Desk, path: str) -> None:
    content, before, after, code = OTHERWISE[path]
    await desk.upload(path, content)
    answer = await desk.upload(path, content.replace(before, after))

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    assert len(await desk.events()) == 1


@pytest.mark.parametrize("path", WRONG)
async def test_what_the_rules_do_not_take_is_refused_and_nothing_written(
    desk: Desk, path: str
) -> None:
    content, before, after, code = WRONG[path]
    answer = await desk.upload(path, content.replace(before, after))

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    assert await desk.events() == []


@pytest.mark.parametrize("path", [path.removesuffix("/import") for path in FILES])
async def test_lists_show_what_lies_in_the_callers_area(desk: Desk, path: str) -> None:
    await desk.upload(f"{path}/import", FILES[f"{path}/import"][0])
    mine = await desk.get(path, unit="1502")
    others = await desk.get(path, unit="1503")
    count = await desk.get(f"/counts{path}?under=1502")

    assert len(mine.json()["items"]) == 1
    assert mine.json()["items"][0]["unit_name"]
    assert others.json()["items"] == []
    assert count.json() == {"count": 1}


@pytest.mark.parametrize("path", [path.removesuffix("/import") for path in FILES])
async def test_an_exported_file_can_be_imported_again(desk: Desk, path: str) -> None:
    await desk.upload(f"{path}/import", FILES[f"{path}/import"][0])
    columns = FILES[f"{path}/import"][0].splitlines()[0].split(",")
    asked = "&".join(f"columns={name}" for name in columns)
    file = await desk.get(f"/exports{path}?format=csv&{asked}")
    again = await desk.upload(f"{path}/import", file.content)

    assert again.status_code == 200, again.text
    assert again.json()["unchanged"] == 1


async def test_singles_are_recorded_as_files_are(desk: Desk) -> None:
    bodies = {
        "/filed-plans": {
            "unit": "1502", "document": "rectification_plan", "title": "整改方案",
            "digest": "9f86d081884c7d65", "filed_on": "2013-12-20",
        },
        "/batch-links": {"unit": "1502", "led_by": "15", "linked_on": "2014-01-28"},
        "/petitions": {
            "reception": "pet-1", "unit": "150202", "received_by": "p-1", "visits": 24,
            "cases": 11, "settled_on_spot": 6, "held_on": "2014-02-18",
        },
        "/pairings": {
            "pairing": "help-1", "unit": "150202001", "helper": "1502-D03", "kind": "village",
            "households": 6, "paired_on": "2014-02-24",
        },
    }  # fmt: skip
    for path, body in bodies.items():
        answer = await desk.post(path, body)
        assert answer.status_code == 201, answer.text
        repeated = await desk.upload(f"{path}/import", FILES[f"{path}/import"][0])
        assert repeated.json()["unchanged"] == 1


async def test_a_unit_led_by_nobody_known_is_not_linked(desk: Desk) -> None:
    body = {"unit": "1502", "led_by": "1599", "linked_on": "2014-01-28"}
    single = await desk.post("/batch-links", body)
    bulk = await desk.upload("/batch-links/import", LINKS.replace(",15,", ",1599,"))

    assert (single.status_code, single.json()["code"]) == (404, "unknown-unit")
    assert bulk.json()["errors"][0]["code"] == "unknown-unit"


async def test_help_ends_once(desk: Desk) -> None:
    await desk.upload("/pairings/import", PAIRINGS)
    body = {"outcome": "全部脱贫", "ended_on": "2014-09-30"}
    ended = await desk.post("/pairings/help-1/end", body)
    again = await desk.post("/pairings/help-1/end", body)
    other = await desk.post("/pairings/help-1/end", body | {"outcome": "中止"})
    unknown = await desk.post("/pairings/help-9/end", body)
    shown = await desk.get("/pairings?state=ended")

    assert (ended.status_code, again.status_code) == (201, 200)
    assert (other.status_code, other.json()["code"]) == (409, "help-ended")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-pairing")
    assert shown.json()["items"][0]["outcome"] == "全部脱贫"
