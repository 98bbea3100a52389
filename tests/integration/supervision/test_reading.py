"""What supervision shows: lists within rights, a team with its history, who supervises a unit."""

from typing import Any

import pytest

from tests.integration.supervision.conftest import Supervision, code_of
from tests.integration.supervision.test_uploads import load

LISTS = [
    "/teams", "/team-diary", "/instructors", "/instructors-by-township", "/units-without-team",
    "/units-without-instructor", "/duties", "/findings", "/liaison-quotas", "/liaison-leaders",
    "/liaison-points", "/life-meetings", "/liaison-visits", "/liaison-compliance",
    "/liaison-compliance-by-area", "/joint-meetings", "/team-rules", "/publicity", "/lectures",
]  # fmt: skip
FILES = [
    "teams", "team-diary", "instructors", "instructors-by-township", "units-without-team",
    "units-without-instructor", "duties", "findings", "liaison-leaders", "liaison-points",
    "liaison-compliance", "publicity", "lectures",
]  # fmt: skip
REGIONAL = {
    "area": "15",
    "rank": "regional_leader",
    "targets": [
        {"target": "league", "at_least": 1, "at_most": 1},
        {"target": "banner", "at_least": 2, "at_most": 3},
    ],
}


def column(items: Any, name: str) -> list[Any]:
    return [item[name] for item in items]


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_is_for_those_who_may_read(desk: Supervision, path: str) -> None:
    await load(desk)
    nobody = await desk.http.get(f"/campaigns/{desk.campaign}{path}")
    whole = await desk.items(path)
    league = await desk.items(path, "auditor", "1503")
    unknown = await desk.get(f"{path}?unit=77")

    assert nobody.json()["code"] == "token-missing"
    assert code_of(unknown) == (404, "unknown-unit")
    assert all(item["unit"] in {"1503", "150302"} for item in league)
    assert len(league) <= len(whole)


@pytest.mark.parametrize("name", FILES)
async def test_a_list_is_also_a_file_and_a_count(desk: Supervision, name: str) -> None:
    await load(desk)
    items = await desk.items(f"/{name}")
    count = (await desk.get(f"/counts/{name}")).json()
    file = await desk.get(f"/exports/{name}?format=csv")
    lines = file.text.strip().splitlines()

    assert count == {"count": len(items)}
    assert len(lines) == len(items) + 1
    assert not any(word in lines[0] for word in ("unit", "team", "leader"))


async def test_teams_by_level_state_station_and_member(desk: Supervision) -> None:
    await load(desk)

    assert column(await desk.items("/teams?level=1"), "team") == ["st-15-01", "st-15-13"]
    assert column(await desk.items("/teams?purpose=make_up"), "state") == ["formed"]
    assert column(await desk.items("/teams?station=1502"), "team") == ["st-15-01"]
    assert column(await desk.items("/teams?member=p-15-0202"), "team") == ["st-15-13"]
    assert column(await desk.items("/teams?under=150202"), "team") == ["st-150202-01"]
    assert column(await desk.items("/teams?sort=-formed_on&limit=2"), "team") == [
        "st-150202-01", "st-1502-01",
    ]  # fmt: skip


async def test_a_team_with_its_history(desk: Supervision) -> None:
    await load(desk)
    answer = await desk.get("/teams/st-15-01")
    shown = answer.json()

    assert answer.headers["etag"] == '"3"'
    assert (shown["team"]["station"], shown["team"]["patrols"]) == ("1502", ["150202", "150203"])
    assert column(shown["history"], "event") == ["TeamFormed", "TeamTrained", "TeamDispatched"]


async def test_a_team_is_shown_to_who_formed_it_and_where_it_is(desk: Supervision) -> None:
    await load(desk)
    hosts = await desk.get("/teams/st-15-01", "clerk", "1502")
    others = await desk.get("/teams/st-15-01", "clerk", "1503")
    unknown = await desk.get("/teams/st-99")

    assert hosts.status_code == 200
    assert [code_of(others), code_of(unknown)] == [(403, "outside-subtree"), (404, "unknown-team")]


async def test_who_supervises_a_unit(desk: Supervision) -> None:
    await load(desk)
    league = (await desk.get("/supervision/1502")).json()
    banner = (await desk.get("/supervision/150202")).json()
    village = (await desk.get("/supervision/150202001001")).json()

    assert column(league["stationed"], "team") == ["st-15-01"]
    assert column(banner["stationed"], "team") == ["st-1502-01"]
    assert column(banner["patrolling"], "team") == ["st-15-01"]
    assert column(village["patrolling"], "team") == ["st-150202-01"]
    assert column(village["instructors"], "instructor") == ["p-150202001-i1", "p-150202001-i2"]


async def test_who_of_a_persons_teams_supervises_a_unit(desk: Supervision) -> None:
    await load(desk)
    member = (await desk.get("/supervision/150202?person=p-15-0101")).json()
    stranger = (await desk.get("/supervision/150202?person=p-77")).json()

    assert column(member["patrolling"], "formed_by") == ["15"]
    assert member["stationed"] == []
    assert stranger == {"unit": "150202", "stationed": [], "patrolling": [], "instructors": []}


async def test_a_teams_diary_is_in_the_order_of_days(desk: Supervision) -> None:
    await load(desk)
    items = await desk.items("/team-diary?team=st-15-01")

    assert [(item["day"], item["source"], item["kind"]) for item in items] == [
        ("2014-01-27", "step", "TeamFormed"),
        ("2014-02-08", "step", "TeamTrained"),
        ("2014-02-11", "step", "TeamDispatched"),
        ("2014-02-12", "duty", "plan_examined"),
        ("2014-02-14", "duty", "patrol_made"),
        ("2014-02-14", "finding", "formalism"),
    ]


async def test_units_without_a_team_and_without_an_instructor(desk: Supervision) -> None:
    await load(desk)

    assert column(await desk.items("/units-without-team"), "unit") == [
        "150202002", "150203", "1503", "150302",
    ]  # fmt: skip
    assert column(await desk.items("/units-without-team?level=2"), "unit") == ["1503"]
    assert column(await desk.items("/units-without-instructor"), "unit") == ["150202001002"]
    (first, second) = await desk.items("/instructors-by-township")
    assert (first["units"], first["instructed"], first["instructors"]) == (2, 1, 2)
    assert (second["units"], second["instructors"]) == (0, 0)


async def test_compliance_says_what_leaders_owe_and_miss(desk: Supervision) -> None:
    await desk.told("/liaison-quotas", REGIONAL)
    await load(desk)
    items = await desk.items("/liaison-compliance")
    behind = await desk.items("/liaison-compliance?done=false")
    (area,) = await desk.items("/liaison-compliance-by-area")

    assert [(i["target"], i["owed"], i["taken"], i["missing"], i["done"]) for i in items] == [
        ("banner", 2, 1, 1, False), ("league", 1, 1, 0, True),
    ]  # fmt: skip
    assert column(behind, "target") == ["banner"]
    assert (area["leaders"], area["behind"], area["owed"], area["missing"]) == (1, 1, 3, 1)


async def test_publicity_is_summed_by_channel(desk: Supervision) -> None:
    await load(desk)
    whole = (await desk.get("/publicity-by-channel")).json()
    elsewhere = (await desk.get("/publicity-by-channel?under=1503")).json()

    assert whole == {"unit": "15", "channels": [{"channel": "wechat", "issues": 1, "pieces": 12}]}
    assert elsewhere == {"unit": "1503", "channels": []}


async def test_pages_follow_one_another(desk: Supervision) -> None:
    await load(desk)
    seen, cursor = [], ""
    while True:
        page = (await desk.get(f"/teams?limit=1&sort=-trained_on{cursor}")).json()
        seen += column(page["items"], "team")
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert seen == ["st-150202-01", "st-1502-01", "st-15-01", "st-15-13"]
