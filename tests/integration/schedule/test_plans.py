"""Plans through their gates, over HTTP and in uploads."""

from deploy.issuer import Role
from tests.support.desk import Desk

BAOTOU: list[tuple[str, Role, str]] = [
    ("city_supervision_team", "supervisor", "1502"),
    ("campaign_office", "clerk", "1502"),
    ("city_leader_liaison", "leader", "1502"),
    ("region_supervision_team", "supervisor", "15"),
]
GATES = {
    "area": "1502",
    "applies_to_level": 3,
    "category": "implementation",
    "gates": [
        {"gate": gate, "name_zh": gate, "name_en": gate, "role": role, "holder": holder}
        for gate, role, holder in BAOTOU
    ],
}
PLAN = {"unit": "150202", "category": "implementation", "title": "实施方案", "digest": "digest-01"}
AT = "2014-02-0{}T09:00:00+08:00"


async def submit(desk: Desk, digest: str = "digest-01", day: int = 1) -> None:
    body = PLAN | {"digest": digest, "submitted_at": AT.format(day)}
    answer = await desk.post("/plans", body, "clerk", "150202")

    assert answer.status_code == 201, answer.text


async def test_baotous_plan_goes_through_four_gates_in_order(desk: Desk) -> None:
    assert (await desk.post("/gates", GATES, "clerk", "1502")).status_code == 201
    await submit(desk)
    wrong = await desk.post(
        "/plans/150202/implementation/pass", {"gate": "campaign_office"}, "clerk", "1502"
    )
    for n, (gate, role, holder) in enumerate(BAOTOU, 2):
        desk_of_holder = await desk.get(f"/plans?waiting_for={role}:{holder}")
        assert [item["gate"] for item in desk_of_holder.json()["items"]] == [gate]
        passed = await desk.post(
            "/plans/150202/implementation/pass", {"gate": gate, "at": AT.format(n)}, role, holder
        )
        assert passed.status_code == 201, passed.text
    shown = await desk.get("/plans/150202/implementation")

    assert (wrong.status_code, wrong.json()["code"]) == (409, "gate-out-of-order")
    assert (shown.json()["plan"]["state"], shown.headers["etag"]) == ("approved", '"6"')
    assert [(step["event"], step["actor"]) for step in shown.json()["history"]] == [
        ("PlanSubmitted", "p-150202-clerk"),
        ("GatePassed", "p-1502-supervisor"),
        ("GatePassed", "p-1502-clerk"),
        ("GatePassed", "p-1502-leader"),
        ("GatePassed", "p-15-supervisor"),
        ("PlanApproved", "p-15-supervisor"),
    ]


async def test_versions_reasons_and_reviewers_are_kept(desk: Desk) -> None:
    await submit(desk)
    path = "/plans/150202/implementation/return"
    body = {"gate": "superior_office", "at": AT.format(2), "note": "请细化"}
    without = await desk.post(path, body | {"reasons": []}, "clerk", "1502")
    unknown = await desk.post(path, body | {"reasons": ["ugly"]}, "clerk", "1502")
    stranger = await desk.post(path, body | {"reasons": ["not_actionable"]}, "clerk", "150202")
    reasons = ["spirit_not_reflected", "not_actionable"]
    returned = await desk.post(path, body | {"reasons": reasons}, "clerk", "1502")
    same = await desk.post("/plans", PLAN | {"submitted_at": AT.format(3)}, "clerk", "150202")
    await submit(desk, "digest-02", 3)
    shown = (await desk.get("/plans/150202/implementation", "clerk", "150202")).json()

    codes = [answer.json()["code"] for answer in (without, unknown, stranger, same)]
    assert codes == ["reason-missing", "unknown-reason", "not-entitled-to-gate", "nothing-changed"]
    assert stranger.status_code == 403
    assert returned.status_code == 201
    assert (shown["plan"]["state"], shown["plan"]["plan_version"]) == ("in_review", 2)
    assert shown["history"][1]["data"]["reasons"] == reasons
    assert shown["history"][1]["actor"] == "p-1502-clerk"


async def test_lists_keep_to_what_was_asked_and_allowed(desk: Desk) -> None:
    await submit(desk)
    other = PLAN | {"unit": "150302", "submitted_at": AT.format(1)}
    assert (await desk.post("/plans", other)).status_code == 201

    async def units(query: str, unit: str = "15") -> list[str]:
        answer = await desk.get(f"/plans{query}", "leader", unit)
        assert answer.status_code == 200, answer.text
        return [item["unit"] for item in answer.json()["items"]]

    assert await units("") == ["150202", "150302"]
    assert await units("", "1503") == ["150302"]
    assert await units("", "9999") == []
    assert await units("?under=1502") == ["150202"]
    assert await units("?unit=150302") == ["150302"]
    assert await units("?under=1502&unit=150302") == []
    assert await units("?category=communities") == []
    assert await units("?state=approved") == []
    assert await units("?waiting_for=clerk:1503") == ["150302"]
    assert await units("?limit=1") == ["150202"]


async def test_others_subtrees_are_not_shown(desk: Desk) -> None:
    await submit(desk)
    answers = [
        await desk.get("/plans?under=1502", "clerk", "1503"),
        await desk.get("/plans?unit=150202", "clerk", "1503"),
        await desk.get("/plans/150202/implementation", "clerk", "1503"),
        await desk.post("/plans", PLAN, "clerk", "1503"),
    ]

    assert {(a.status_code, a.json()["code"]) for a in answers} == {(403, "outside-subtree")}


async def test_what_is_not_there(desk: Desk) -> None:
    for path, code in (
        ("/plans/150202/implementation", "unknown-plan"),
        ("/plans/77/implementation", "unknown-unit"),
        ("/mobilizations/150202", "unknown-mobilization"),
        ("/plans?under=77", "unknown-unit"),
    ):
        answer = await desk.get(path)

        assert (answer.status_code, answer.json()["code"]) == (404, code)


LIFE = """unit,category,action,at,title,digest,gate,reasons,note
150202,implementation,submit,2014-02-01 09:00,实施方案,digest-01,,,
150202,implementation,退回,2014-02-02 09:00,,,superior_office,不具体不可操作;spirit_not_reflected,请细化
150202,implementation,submit,2014-02-03 09:00,实施方案(二稿),digest-02,,,
150202,implementation,approve,2014-02-04 09:00,,,superior_office,,
1502,communities,submit,2014-02-03 09:00,社区方案,digest-03,,,
"""


async def test_a_file_tells_whole_lives_in_order_and_twice_changes_nothing(desk: Desk) -> None:
    first = await desk.upload("/plans/import", LIFE, "service")
    again = await desk.upload("/plans/import", LIFE, "service")
    shown = (await desk.get("/plans/150202/implementation")).json()

    assert (first.json()["accepted"], first.json()["refused"]) == (5, 0)
    assert (again.json()["accepted"], again.json()["unchanged"]) == (0, 5)
    assert (shown["plan"]["state"], shown["plan"]["plan_version"]) == ("approved", 2)
    assert shown["history"][1]["data"]["reasons"] == ["not_actionable", "spirit_not_reflected"]


async def test_a_clerk_imports_only_the_gates_held(desk: Desk) -> None:
    refused = await desk.upload("/plans/import", LIFE, "clerk", "15")
    (first, *_) = refused.json()["errors"]

    assert (refused.status_code, refused.json()["code"]) == (422, "rows-refused")
    assert (first["row"], first["column"], first["code"]) == (3, "gate", "not-entitled-to-gate")
    assert await desk.events() == ["CampaignOpened"]


async def test_a_step_without_what_it_needs(desk: Desk) -> None:
    rows = (
        "unit,category,action,at,title,digest,gate,reasons,note\n"
        "150202,implementation,submit,2014-02-01 09:00,,,,,\n"
        "150202,implementation,pass,2014-02-02 09:00,,,,,\n"
    )
    refused = await desk.upload("/plans/import", rows, "service")

    assert [error["code"] for error in refused.json()["errors"]] == ["step-incomplete"] * 2
