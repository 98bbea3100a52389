"""Units over HTTP: each command, its repeat, and what the rules refuse."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.integration.units.calls import Units, code_of
from tests.support.access import bearer, foreign_bearer, token

MOVE = {"parent_code": "1501", "effective_on": "2014-02-10"}
MERGE = {"into": "150203", "effective_on": "2014-02-10"}
RENAME = {"name": "东河新区", "effective_on": "2014-01-10"}
ABOLISH = {"reason": "撤销建制", "effective_on": "2014-02-10"}


async def history(database: asyncpg.Connection, units: Units) -> list[tuple[str, str, str]]:
    """(league, type, unit) of the campaign's events but registrations, in order."""
    rows = await database.fetch(
        "select league, type, meta->>'unit' as unit from events"
        " where meta->>'campaign' = $1 and type <> 'UnitRegistered'"
        " order by recorded_at, league, version",
        units.campaign,
    )
    return [tuple(row) for row in rows]


async def test_registered_unit_is_found_at_its_path(units: Units) -> None:
    await units.plant()

    written = await units.register("150204", "1502", 3, "district")

    assert written.status_code == 201
    assert written.headers["etag"] == '"1"'
    assert written.headers["consistency-token"].startswith("units@1502:")
    assert written.json()["events"] == ["UnitRegistered"]
    found = await units.get("/units/150204")
    assert (found.json()["path"], found.json()["class"]) == ("15.1502.150204", "banner")


async def test_zone_stands_at_level_three_and_is_no_banner(units: Units) -> None:
    await units.plant()

    await units.register("150271", "1502", 3, "zone")

    assert (await units.get("/units/150271")).json()["class"] == "zone"


async def test_registering_twice_changes_nothing(units: Units) -> None:
    await units.plant()
    await units.register("150204", "1502", 3, "district")

    again = await units.register("150204", "1502", 3, "district")

    assert (again.status_code, again.json()["version"], again.json()["events"]) == (200, 1, [])


async def test_second_root_is_refused(units: Units) -> None:
    await units.plant()

    answer = await units.post(
        "/units",
        {"code": "16", "level": 1, "kind": "region", "name": "另一区"},
        bearer("clerk", "16"),
    )

    assert (answer.status_code, code_of(answer)) == (409, "root-exists")


async def test_two_roots_at_once_leave_one(units: Units) -> None:
    root = {"level": 1, "kind": "region", "name": "区", "registered_on": "2013-11-01"}

    answers = await asyncio.gather(
        *(units.post("/units", root | {"code": c}, bearer("clerk", c)) for c in ("15", "16", "17"))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {code_of(a) for a in answers if a.status_code == 409} == {"root-exists"}


async def test_one_code_under_two_parents_at_once_leaves_one(units: Units) -> None:
    await units.plant()

    answers = await asyncio.gather(
        *(units.register("150299", parent, 3, "banner") for parent in ("1501", "1502"))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [code_of(a) for a in answers if a.status_code == 409] == ["duplicate-code"]


async def test_parent_of_another_campaign_is_refused(units: Units) -> None:
    await units.plant()
    elsewhere = Units(units.http, units.campaign + "-other")
    await elsewhere.register("15", None, 1, "region")
    await elsewhere.register("1509", "15", 2, "city")

    answer = await units.register("150901", "1509", 3, "banner")

    assert (answer.status_code, code_of(answer)) == (422, "parent-in-other-campaign")


async def test_renamed_unit_has_its_new_name(units: Units) -> None:
    await units.plant()

    written = await units.post("/units/150202/rename", RENAME)

    assert (written.status_code, written.headers["etag"]) == (201, '"2"')
    assert (await units.get("/units/150202")).json()["name"] == "东河新区"


async def test_move_takes_the_subtree_to_the_other_league(
    units: Units, database: asyncpg.Connection
) -> None:
    await units.plant()

    written = await units.post("/units/150202/move", MOVE)

    assert written.json()["events"] == ["UnitDeparted", "UnitMoved"]
    assert set(written.headers["consistency-token"].split("@")) >= {"units"}
    assert await units.paths(under="1501", kind="community") == [
        "15.1501.150202.150202001.150202001001"
    ]
    below = ("150202", "150202001", "150202001001")
    assert sorted(await history(database, units)) == sorted(
        [("1502", "UnitDeparted", code) for code in below]
        + [("1501", "UnitMoved", code) for code in below]
    )


async def test_moving_twice_changes_nothing(units: Units) -> None:
    await units.plant()
    await units.post("/units/150202/move", MOVE)

    again = await units.post("/units/150202/move", MOVE)

    assert (again.status_code, again.json()["version"], again.json()["events"]) == (200, 3, [])


async def test_moves_that_cross_leave_every_path_true(units: Units) -> None:
    """Two leagues swap a district while one of them registers below it."""
    await units.plant()
    back = {"parent_code": "1502", "effective_on": "2014-02-10"}

    answers = await asyncio.gather(
        units.post("/units/150202/move", MOVE),
        units.post("/units/150102/move", back),
        *(
            units.register(f"15020200{n}", "150202", 4, "town", registered_on="2014-02-20")
            for n in range(2, 6)
        ),
    )

    assert [answer.status_code for answer in answers] == [201] * 6
    rows = (await units.get("/units", limit=500)).json()["items"]
    paths = {row["code"]: row["path"] for row in rows}
    for row in rows:
        if row["parent"] is not None:
            assert row["path"] == f"{paths[row['parent']]}.{row['code']}"
    assert paths["150102"] == "15.1502.150102"
    assert paths["150202005"] == "15.1501.150202.150202005"


async def test_merged_units_children_stand_under_the_target(units: Units) -> None:
    await units.plant()

    written = await units.post("/units/150202/merge", MERGE)

    assert (written.status_code, written.json()["events"]) == (201, ["UnitMerged"])
    gone = (await units.get("/units/150202")).json()
    assert (gone["abolished_on"], gone["merged_into"]) == ("2014-02-10", "150203")
    children = (await units.get("/units/150203/children")).json()["items"]
    assert [unit["code"] for unit in children] == ["150202001"]


async def test_abolished_unit_takes_no_more_children(units: Units) -> None:
    await units.plant()
    await units.post("/units/150203/abolish", ABOLISH)

    answer = await units.register("150203001", "150203", 4, "town")

    assert (answer.status_code, code_of(answer)) == (409, "parent-abolished")


async def test_unit_is_not_abolished_while_a_child_is_registered(units: Units) -> None:
    await units.plant()

    child, end = await asyncio.gather(
        units.register("150203001", "150203", 4, "town"),
        units.post("/units/150203/abolish", ABOLISH),
    )

    refused = code_of(end if child.status_code == 201 else child)
    assert {child.status_code, end.status_code} == {201, 409}
    assert refused == ("unit-has-children" if child.status_code == 201 else "parent-abolished")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/units/150202/move", MOVE | {"parent_code": "150202001"}, 409, "move-under-itself"),
        ("/units/150202/move", MOVE | {"parent_code": "1599"}, 422, "unknown-parent"),
        ("/units/150202/move", MOVE | {"effective_on": "2999-01-01"}, 422, "invalid-request"),
        ("/units/150202/move", MOVE | {"effective_on": "2099-01-01"}, 422, "date-in-future"),
        ("/units/150202/move", MOVE | {"effective_on": 0}, 422, "invalid-request"),
        ("/units/15/move", MOVE, 409, "root-cannot-move"),
        ("/units/1599/move", MOVE, 404, "unknown-unit"),
        ("/units/150202/merge", MERGE | {"into": "1501"}, 409, "cannot-merge"),
        ("/units/1502/abolish", ABOLISH, 409, "unit-has-children"),
        ("/units/150202/rename", RENAME | {"name": "\u0000"}, 422, "invalid-request"),
        ("/units/150202/rename", RENAME | {"name": "  "}, 422, "invalid-request"),
        ("/units/150202/rename", RENAME | {"colour": "red"}, 422, "invalid-request"),
        ("/units/150202/rename", {"name": "东河"}, 422, "invalid-request"),
        ("/units/15_02/rename", RENAME, 422, "invalid-request"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(
    units: Units,
    database: asyncpg.Connection,
    path: str,
    body: dict[str, Any],
    status: int,
    code: str,
) -> None:
    await units.plant()

    answer = await units.post(path, body)

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert await history(database, units) == []


async def test_malformed_json_is_refused(units: Units) -> None:
    answer = await units.http.post(
        f"/campaigns/{units.campaign}/units",
        content=b'{"code": ',
        headers={"Content-Type": "application/json"},
    )

    assert (answer.status_code, code_of(answer)) == (400, "malformed-json")


async def test_stale_etag_is_refused(units: Units) -> None:
    await units.plant()
    await units.post("/units/150202/rename", RENAME, {"If-Match": '"1"'})

    answer = await units.post(
        "/units/150202/rename", RENAME | {"name": "东河"}, {"If-Match": '"1"'}
    )

    assert (answer.status_code, code_of(answer)) == (412, "stale-version")


async def test_key_is_answered_the_same_and_done_once(
    units: Units, database: asyncpg.Connection
) -> None:
    await units.plant()
    key = {"Idempotency-Key": f"move-{units.campaign}"}
    first = await units.post("/units/150202/move", MOVE, key)

    again = await units.post("/units/150202/move", MOVE, key)

    assert again.headers["idempotent-replay"] == "true"
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert len(await history(database, units)) == 6


async def test_key_with_another_body_is_refused(units: Units) -> None:
    await units.plant()
    key = {"Idempotency-Key": f"reused-{units.campaign}"}
    await units.post("/units/150202/move", MOVE, key)

    answer = await units.post("/units/150202/move", MOVE | {"effective_on": "2014-02-11"}, key)

    assert (answer.status_code, code_of(answer)) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        (bearer("clerk", "1501"), 403, "outside-subtree"),
        (bearer("clerk", "150202"), 403, "outside-subtree"),
        (bearer("leader", "15"), 403, "action-not-allowed"),
        (foreign_bearer("clerk", "15"), 401, "token-refused"),
        ({"Authorization": "Bearer"}, 401, "token-missing"),
        (
            {"Authorization": f"Bearer {token('clerk', '15', ttl=timedelta(hours=-1))}"},
            401,
            "token-expired",
        ),
    ],
)
async def test_who_may_not_is_refused(
    units: Units, headers: dict[str, str], status: int, code: str
) -> None:
    await units.plant()

    answer = await units.post("/units/150202/rename", RENAME, headers)

    assert (answer.status_code, code_of(answer)) == (status, code)


async def test_league_changes_what_is_below_it_but_moves_nothing_out(units: Units) -> None:
    await units.plant()
    clerk = bearer("clerk", "1502")

    renamed = await units.post("/units/150202/rename", RENAME, clerk)
    moved = await units.post("/units/150202/move", MOVE, clerk)
    own = await units.post("/units/1502/rename", RENAME, clerk)

    assert renamed.status_code == 201
    assert [code_of(moved), code_of(own)] == ["outside-subtree", "outside-subtree"]
