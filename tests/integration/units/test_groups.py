"""Leading groups and offices over HTTP and from files."""

import pytest

from tests.integration.units.calls import Units, code_of
from tests.support.access import bearer

GROUP = {
    "unit": "1502",
    "group": "leading_group",
    "formed_on": "2013-12-02",
    "leader": "p-1502-0001",
    "members": 17,
}
HEADER = "unit,group,formed_on,leader,members,rules_title,rules_adopted_on\n"


async def test_formed_group_is_shown_with_its_rules(units: Units) -> None:
    await units.plant()
    rules = {"rules_title": "工作规则", "rules_adopted_on": "2013-12-05"}

    written = await units.post("/leading-groups", GROUP | rules)

    assert written.json()["events"] == ["LeadingGroupFormed", "WorkingRulesAdopted"]
    groups = (await units.get("/units/1502/leading-groups")).json()["items"]
    assert groups == [
        GROUP | rules | {"campaign": units.campaign, "reinforced_on": None, "version": 2}
    ]


async def test_reinforced_group_has_its_new_head_count(units: Units) -> None:
    await units.plant()
    await units.post("/leading-groups", GROUP)

    again = await units.post("/leading-groups", GROUP)
    later = await units.post("/leading-groups", GROUP | {"formed_on": "2014-01-08", "members": 21})

    assert (again.status_code, later.json()["events"]) == (200, ["LeadingGroupReinforced"])
    group = (await units.get("/units/1502/leading-groups")).json()["items"][0]
    assert (group["formed_on"], group["reinforced_on"], group["members"]) == (
        "2013-12-02",
        "2014-01-08",
        21,
    )


async def test_rules_are_adopted_once(units: Units) -> None:
    await units.plant()
    await units.post("/leading-groups", GROUP)
    rules = {"unit": "1502", "group": "leading_group", "title": "规则", "adopted_on": "2014-01-02"}

    answers = [await units.post("/leading-groups/working-rules", rules) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"unit": "1599"}, 404, "unknown-unit"),
        ({"members": 0}, 422, "invalid-request"),
        ({"members": True}, 422, "invalid-request"),
        ({"members": 3_000_000_000}, 422, "invalid-request"),
        ({"group": "committee"}, 422, "invalid-request"),
        ({"formed_on": "2013-10-31"}, 422, "before-registration"),
        ({"formed_on": "2099-01-01"}, 422, "date-in-future"),
        ({"rules_title": "规则"}, 422, "rules-incomplete"),
        ({"leader": "王书记"}, 422, "invalid-request"),
    ],
)
async def test_what_cannot_be_is_refused(
    units: Units, change: dict[str, object], status: int, code: str
) -> None:
    await units.plant()

    answer = await units.post("/leading-groups", GROUP | change)

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert (await units.get("/units/1502/leading-groups")).json()["items"] == []


async def test_office_of_another_league_may_not(units: Units) -> None:
    await units.plant()

    answer = await units.post("/leading-groups", GROUP, bearer("clerk", "1501"))

    assert (answer.status_code, code_of(answer)) == (403, "outside-subtree")


async def test_file_of_groups(units: Units) -> None:
    await units.plant()
    file = HEADER + (
        "1502,领导小组,2013-12-02,p-1502-0001,17,工作规则,2013-12-05\n"
        "1502,办公室,2013-12-02,p-1502-0011,20,,\n"
        "150202,leading_group,2014/1/6,,11,,\n"
    )

    first = (await units.upload("/leading-groups", file)).json()
    again = (await units.upload("/leading-groups", file)).json()

    assert (first["rows"], first["accepted"], again["unchanged"]) == (3, 3, 3)
    groups = (await units.get("/units/1502/leading-groups")).json()["items"]
    assert [group["group"] for group in groups] == ["leading_group", "office"]


async def test_file_of_groups_names_what_is_wrong(units: Units) -> None:
    await units.plant()
    file = HEADER + (
        "1599,leading_group,2013-12-02,,17,,\n"
        "1502,leading_group,2013-12-02,,17,工作规则,\n"
        "1502,office,2013-10-02,,17,,\n"
    )

    problem = (await units.upload("/leading-groups", file)).json()

    assert [(e["row"], e["column"], e["code"]) for e in problem["errors"]] == [
        (2, "unit", "unknown-unit"),
        (3, "rules_title", "rules-incomplete"),
        (4, "formed_on", "before-registration"),
    ]
    assert (await units.get("/units/1502/leading-groups")).json()["items"] == []
