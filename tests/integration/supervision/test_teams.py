"""Teams over HTTP: people in one team at a time, ranks asked of units, two histories in one life."""

import asyncio
from typing import Any

import pytest

from services.supervision.rebuilding import rebuild_views
from shared.platform import client
from tests.integration.supervision.conftest import Supervision, code_of
from tests.integration.supervision.test_uploads import load

TEAM = {
    "team": "st-1502-01",
    "name": "第一督导组",
    "formed_by": "1502",
    "purpose": "station",
    "leader": "p-1502-0101",
    "members": ["p-1502-0101", "p-1502-0102"],
    "formed_on": "2014-01-28",
}
REGIONAL = TEAM | {
    "team": "st-15-01",
    "formed_by": "15",
    "first_leader": "p-15-0001",
    "leader": None,
    "members": ["p-15-0001", "p-15-0101"],
}
TRAINED = {"training": "tt-1", "trained_on": "2014-02-08"}
SENT = {"unit": "150202", "dispatched_on": "2014-02-11"}
RECALLED = {"reason": "任务完成", "recalled_on": "2014-03-01"}


async def station(desk: Supervision) -> None:
    await desk.told("/teams", TEAM)
    await desk.told("/teams/st-1502-01/training", TRAINED)
    await desk.told("/teams/st-1502-01/dispatch", SENT)


async def test_a_teams_whole_life(desk: Supervision) -> None:
    await station(desk)
    patrols = {"patrols": ["150202001"], "changed_on": "2014-02-20"}
    await desk.told("/teams/st-1502-01/patrols", patrols)
    people = {"leader": "p-1502-0101", "members": ["p-1502-0101", "p-1502-0109"]}
    change = people | {"reason": "工作调动", "changed_on": "2014-02-21"}
    await desk.told("/teams/st-1502-01/members", change)
    await desk.told("/teams/st-1502-01/recall", RECALLED)
    again = await desk.post("/teams/st-1502-01/recall", RECALLED)
    shown = (await desk.get("/teams/st-1502-01")).json()

    assert again.status_code == 200
    assert shown["team"]["state"] == "recalled"
    assert shown["team"]["members"] == ["p-1502-0101", "p-1502-0109"]
    assert [step["event"] for step in shown["history"]] == [
        "TeamFormed", "TeamTrained", "TeamDispatched", "PatrolsChanged", "TeamMembersChanged",
        "TeamRecalled",
    ]  # fmt: skip


async def test_a_make_up_team_and_its_officials(desk: Supervision) -> None:
    make_up = TEAM | {"team": "st-15-13", "formed_by": "15", "purpose": "make_up"}
    await desk.told("/teams", make_up)
    listed = {"officials": ["p-15-m001", "p-15-m002"], "listed_on": "2014-02-10"}
    await desk.told("/teams/st-15-13/officials", listed)
    done = {"caught_up_on": "2014-02-24"}
    await desk.told("/teams/st-15-13/officials/p-15-m001/caught-up", done)
    stranger = await desk.post("/teams/st-15-13/officials/p-77/caught-up", done)
    (shown,) = await desk.items("/teams?purpose=make_up")

    assert code_of(stranger) == (422, "official-not-listed")
    assert (shown["officials"], shown["caught_up"]) == (2, 1)


async def test_the_regions_team_is_led_by_who_has_the_rank(desk: Supervision) -> None:
    office = await desk.post(
        "/teams", REGIONAL | {"first_leader": "p-15-0013", "members": ["p-15-0013"]}
    )
    unknown = await desk.post("/teams", REGIONAL | {"first_leader": "p-77", "members": ["p-77"]})
    nobody = await desk.post("/teams", REGIONAL | {"first_leader": None, "leader": "p-15-0101"})
    await desk.told("/teams", REGIONAL)

    assert [code_of(answer) for answer in (office, unknown, nobody)] == [
        (422, "first-leader-rank"), (422, "first-leader-rank"), (422, "first-leader-missing"),
    ]  # fmt: skip
    assert await desk.events() == ["TeamFormed"]


async def test_nothing_is_written_while_ranks_cannot_be_asked_for(
    desk: Supervision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_ATTEMPTS", 1)
    desk.neighbours.down.add("units.test")
    single = await desk.post("/teams", REGIONAL)
    header = "team,name,formed_by,purpose,first_leader,leader,members,formed_on\n"
    file = header + "st-15-01,一组,15,station,p-15-0001,,p-15-0001,2014-01-27\n"
    bulk = await desk.upload("/teams/import", file)
    league = await desk.post("/teams", TEAM)

    assert {code_of(single), code_of(bulk)} == {(503, "units-unavailable")}
    assert league.status_code == 201  # its leader needs no such rank
    assert await desk.events() == ["TeamFormed"]


async def test_a_person_is_in_one_team_at_a_time(desk: Supervision) -> None:
    await desk.told("/teams", TEAM)
    other = TEAM | {"team": "st-1502-02", "leader": "p-1502-0102", "members": ["p-1502-0102"]}
    refused = await desk.post("/teams", other)
    await desk.told("/teams", other | {"leader": "p-1502-0103", "members": ["p-1502-0103"]})
    both = {"leader": "p-1502-0103", "members": ["p-1502-0103", "p-1502-0101"]}
    change = both | {"reason": "调动", "changed_on": "2014-02-10"}
    moved = await desk.post("/teams/st-1502-02/members", change)

    assert {code_of(refused), code_of(moved)} == {(409, "person-in-another-team")}
    assert "st-1502-01" in refused.json()["detail_en"]
    assert await desk.events() == ["TeamFormed", "TeamFormed"]


async def test_who_leaves_a_team_may_join_another(desk: Supervision) -> None:
    await desk.told("/teams", TEAM)
    left = {"leader": "p-1502-0101", "members": ["p-1502-0101"]}
    change = left | {"reason": "调动", "changed_on": "2014-02-10"}
    await desk.told("/teams/st-1502-01/members", change)

    await desk.told(
        "/teams", TEAM | {"team": "st-1502-02", "leader": "p-1502-0102", "members": ["p-1502-0102"]}
    )


async def test_two_teams_formed_at_the_same_moment_do_not_share_a_person(
    desk: Supervision,
) -> None:
    def body(unit: str) -> Any:
        return TEAM | {"team": f"st-{unit}", "formed_by": unit}

    answers = await asyncio.gather(
        *(desk.post("/teams", body(unit)) for unit in ("1502", "1503", "150202", "150302"))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "person-in-another-team"}
    assert await desk.events() == ["TeamFormed"]
    assert await desk.pool.fetchval(
        "select count(*) from team_members where campaign = $1", desk.campaign
    ) == 2  # fmt: skip


async def test_a_file_is_told_which_rows_share_a_person(desk: Supervision) -> None:
    await desk.told("/teams", TEAM)
    file = (
        "team,name,formed_by,purpose,leader,members,formed_on\n"
        "st-1,一组,1502,station,p-1,p-1;p-2,2014-01-27\n"
        "st-2,二组,1502,station,p-3,p-3;p-2,2014-01-27\n"
        "st-3,三组,1502,station,p-4,p-4;p-1502-0102,2014-01-27\n"
    )
    answer = await desk.upload("/teams/import", file)
    errors = answer.json()["errors"]

    assert [(e["row"], e["column"], e["code"]) for e in errors] == [
        (3, "members", "person-in-another-team"), (4, "members", "person-in-another-team"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/dispatch", SENT, (409, "team-untrained")),
        ("/recall", RECALLED, (409, "team-not-stationed")),
        ("/patrols", {"patrols": [], "changed_on": "2014-02-20"}, (409, "team-not-stationed")),
        ("/dispatch", SENT | {"unit": "150302"}, (422, "not-direct-subordinate")),
        ("/dispatch", SENT | {"unit": "1502-D01"}, (422, "station-not-area")),
        ("/dispatch", SENT | {"unit": "77"}, (404, "unknown-unit")),
        ("/dispatch", SENT | {"patrols": ["77"]}, (404, "unknown-unit")),
        ("/dispatch", SENT | {"patrols": ["150203"]}, (422, "patrol-outside-station")),
        ("/training", TRAINED | {"trained_on": "2014-01-01"}, (422, "before-previous-step")),
        ("/training", TRAINED | {"trained_on": "2099-01-01"}, (422, "date-in-future")),
        ("/training", TRAINED | {"surplus": 1}, (422, "invalid-request")),
        ("/officials", {"officials": [], "listed_on": "2014-02-10"}, (409, "not-make-up-team")),
    ],
)
async def test_what_a_team_may_not_do_is_refused_and_nothing_written(
    desk: Supervision, path: str, body: Any, expected: tuple[int, str]
) -> None:
    await desk.told("/teams", TEAM)
    answer = await desk.post(f"/teams/st-1502-01{path}", body)
    unknown = await desk.post(f"/teams/st-77{path}", body)

    assert code_of(answer) == expected
    assert unknown.json()["code"] in {"unknown-team", "unknown-unit", "invalid-request"}
    assert await desk.events() == ["TeamFormed"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"formed_by": "150202001"}, (422, "forms-no-teams")),
        ({"formed_by": "77"}, (404, "unknown-unit")),
        ({"leader": None}, (422, "leader-missing")),
        ({"leader": "p-77"}, (422, "leader-not-member")),
        ({"members": []}, (422, "invalid-request")),
        ({"purpose": "tourism"}, (422, "invalid-request")),
        ({"team": "../x"}, (422, "invalid-request")),
        ({"formed_on": "2013-01-01"}, (422, "before-campaign")),
    ],
)
async def test_a_team_formed_against_the_rules_is_refused(
    desk: Supervision, more: Any, expected: tuple[int, str]
) -> None:
    answer = await desk.post("/teams", TEAM | more)

    assert code_of(answer) == expected
    assert await desk.events() == []


async def test_a_team_sent_twice_is_refused_and_the_same_again_changes_nothing(
    desk: Supervision,
) -> None:
    await station(desk)
    again = await desk.post("/teams/st-1502-01/dispatch", SENT)
    elsewhere = await desk.post("/teams/st-1502-01/dispatch", SENT | {"unit": "150203"})
    reformed = await desk.post("/teams", TEAM | {"name": "别的"})

    assert again.status_code == 200
    assert [code_of(elsewhere), code_of(reformed)] == [
        (409, "team-already-stationed"), (409, "team-formed-otherwise"),
    ]  # fmt: skip


async def test_a_stale_version_and_a_used_key_are_refused(desk: Supervision) -> None:
    await station(desk)
    stale = await desk.post("/teams/st-1502-01/recall", RECALLED, headers={"If-Match": '"2"'})
    key = {"Idempotency-Key": "recall-1"}
    first = await desk.post("/teams/st-1502-01/recall", RECALLED, headers=key)
    replay = await desk.post("/teams/st-1502-01/recall", RECALLED, headers=key)
    reused = await desk.post("/teams/st-1502-01/recall", RECALLED | {"reason": "其他"}, headers=key)

    assert code_of(stale) == (412, "stale-version")
    assert (first.status_code, replay.headers["idempotent-replay"]) == (201, "true")
    assert first.json() == replay.json()
    assert code_of(reused) == (422, "idempotency-key-reused")


async def test_the_same_team_dispatched_from_two_desks_at_once_goes_once(
    desk: Supervision,
) -> None:
    await desk.told("/teams", TEAM)
    await desk.told("/teams/st-1502-01/training", TRAINED)
    units = ["150202", "150203"] * 3
    answers = await asyncio.gather(
        *(desk.post("/teams/st-1502-01/dispatch", SENT | {"unit": unit}) for unit in units)
    )

    assert [answer.status_code for answer in answers].count(201) == 1
    assert (await desk.events()).count("TeamDispatched") == 1


async def test_views_are_the_same_after_a_rebuild(desk: Supervision) -> None:
    await load(desk)
    await desk.told("/teams/st-1502-01/recall", RECALLED)
    tables = (
        "teams", "team_members", "team_steps", "instructors", "duties", "liaison_leaders",
        "liaison_points", "life_meetings", "liaison_visits", "publicity", "lectures",
    )  # fmt: skip

    async def shown() -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        for table in tables:
            rows = await desk.pool.fetch(
                f"select * from {table} where campaign = $1",  # noqa: S608 - ours
                desk.campaign,
            )
            found[table] = sorted((tuple(row) for row in rows), key=repr)
        return found

    before = await shown()
    await rebuild_views(desk.pool)

    assert await shown() == before
    assert all(before.values())
