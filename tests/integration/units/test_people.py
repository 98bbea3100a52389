"""The people directory: entered, found, erased for good."""

import asyncpg
import pytest

from tests.integration.units.calls import Units, code_of
from tests.support.access import bearer

PERSON = {
    "person": "p-1502-0007",
    "name": "其木格",
    "title": "办公室主任",
    "rank": "处级正职",
    "unit": "1502",
}
FILE = """person,name,title,rank,unit
p-1501-0001,张建国,党委书记,厅级正职,1501
p-1502-0001,王丽,党委书记,厅级正职,1502
p-150202-0001,王强,组织干事,科员,150202
"""


async def people(units: Units, **params: object) -> list[str]:
    answer = await units.get("/people", **params)
    assert answer.status_code == 200, answer.text
    return [person["person"] for person in answer.json()["items"]]


async def test_entered_person_is_found(units: Units) -> None:
    await units.plant()

    written = await units.post("/people", PERSON)
    again = await units.post("/people", PERSON)

    assert (written.status_code, again.status_code) == (201, 200)
    found = await units.get("/people/p-1502-0007")
    assert found.json() == PERSON | {
        "campaign": units.campaign,
        "erased_at": None,
        "version": 1,
    }


async def test_file_of_people(units: Units) -> None:
    await units.plant()

    first = (await units.upload("/people", FILE)).json()
    again = (await units.upload("/people", FILE)).json()

    assert (first["accepted"], again["unchanged"]) == (3, 3)
    assert await people(units, unit="1502") == ["p-1502-0001", "p-150202-0001"]
    assert await people(units, name="王") == ["p-1502-0001", "p-150202-0001"]
    assert await people(units, person=["p-1501-0001", "p-1599-0001"]) == ["p-1501-0001"]
    assert await people(units, limit=1) == ["p-1501-0001"]


async def test_erased_person_has_no_name_anywhere(
    units: Units, database: asyncpg.Connection
) -> None:
    await units.plant()
    await units.post("/people", PERSON | {"name": "被忘记者"})

    answers = [
        await units.http.delete(f"/campaigns/{units.campaign}/people/p-1502-0007") for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    found = (await units.get("/people/p-1502-0007")).json()
    assert (found["name"], found["title"], found["unit"]) == (None, None, "1502")
    for table in ("people", "events", "idempotency_keys"):
        row = await database.fetchval(
            f"select count(*) from {table} t where t::text like '%被忘记者%'"  # noqa: S608
        )
        assert row == 0


async def test_erased_person_cannot_be_entered_again(units: Units) -> None:
    await units.plant()
    await units.post("/people", PERSON)
    await units.http.delete(f"/campaigns/{units.campaign}/people/p-1502-0007")

    single = await units.post("/people", PERSON)
    file = "person,name,title,rank,unit\np-1502-0007,其木格,,,1502\n"
    upload = (await units.upload("/people", file)).json()

    assert (single.status_code, code_of(single)) == (409, "person-erased")
    assert [(e["row"], e["column"], e["code"]) for e in upload["errors"]] == [
        (2, "person", "person-erased")
    ]


async def test_names_are_in_no_event(units: Units, database: asyncpg.Connection) -> None:
    await units.plant()
    await units.upload("/people", FILE)

    count = await database.fetchval("select count(*) from events where data::text like '%张建国%'")

    assert count == 0


async def test_people_of_others_are_neither_seen_nor_taken(units: Units) -> None:
    await units.plant()
    await units.upload("/people", FILE)
    units.http.headers.update(bearer("clerk", "1502"))

    taken = await units.post("/people", PERSON | {"person": "p-1501-0001"})
    seen = await units.get("/people/p-1501-0001")
    erased = await units.http.delete(f"/campaigns/{units.campaign}/people/p-1501-0001")

    assert [code_of(a) for a in (taken, seen, erased)] == ["outside-subtree"] * 3
    assert await people(units) == ["p-1502-0001", "p-150202-0001"]


async def test_auditor_reads_no_names(units: Units) -> None:
    await units.plant()
    units.http.headers.update(bearer("auditor", "15"))

    assert code_of(await units.get("/people")) == "action-not-allowed"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"unit": "1599"}, 404, "unknown-unit"),
        ({"name": ""}, 422, "invalid-request"),
        ({"name": "王\u202e丽"}, 422, "invalid-request"),
        ({"name": 7}, 422, "invalid-request"),
        ({"person": "王"}, 422, "invalid-request"),
        ({"phone": "1"}, 422, "invalid-request"),
    ],
)
async def test_what_cannot_be_entered_is_refused(
    units: Units, change: dict[str, object], status: int, code: str
) -> None:
    await units.plant()

    answer = await units.post("/people", PERSON | change)

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert await people(units) == []


async def test_person_twice_in_a_file_is_refused(units: Units) -> None:
    await units.plant()

    answer = await units.upload("/people", FILE + "p-1502-0001,另一人,,,1502\n")

    assert [(e["row"], e["code"]) for e in answer.json()["errors"]] == [(5, "row-duplicate")]
    assert await people(units) == []


async def test_unknown_person_is_not_found(units: Units) -> None:
    answer = await units.get("/people/p-1502-0404")

    assert (answer.status_code, code_of(answer)) == (404, "unknown-person")
