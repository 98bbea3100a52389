"""The schedule's lists over HTTP: filters, orders, counts and files, within the caller's rights."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from deploy.issuer import Role
from tests.support.access import bearer
from tests.support.desk import Desk

TOWNS = [f"1502020{n:02}" for n in range(1, 6)]
LISTS = [
    "documents", "preparation-orders", "meetings", "preparations", "plans", "mobilizations",
    "trainings",
]  # fmt: skip
SORTS = {
    "documents": ["document", "issued_on"],
    "preparation-orders": ["preparation_order", "ordered_on"],
    "meetings": ["meeting", "held_at"],
    "preparations": ["unit", "prepared_on"],
    "plans": ["unit", "submitted_at", "decided_at"],
    "mobilizations": ["unit", "planned_at", "held_at", "attendees"],
    "trainings": ["unit", "held_on", "participants"],
}
NAMES = {"office_staff": "活动办工作人员", "organisers": "组织活动人员"}
TRAININGS = "unit,training,audience,held_on,participants\n" + "".join(
    f"{unit},t-1,{audience},{day},{people}\n"
    for unit, audience, day, people in [
        ("1502", "office_staff", "2014-01-10", 86),
        ("1503", "supervision_team", "2014-01-12", 9),
        ("150202", "office_staff", "2014-02-10", 30),
        (TOWNS[0], "organisers", "2014-02-01", 30),
    ]
)


async def recorded(desk: Desk, path: str, *bodies: Any) -> None:
    for body in bodies:
        answer = await desk.post(path, body)
        assert answer.status_code == 201, answer.text


async def trained(desk: Desk) -> None:
    assert (await desk.upload("/trainings/import", TRAININGS)).status_code == 200


async def units(desk: Desk, path: str, role: Role = "clerk", unit: str = "15") -> list[str]:
    answer = await desk.get(path, role, unit)
    assert answer.status_code == 200, answer.text
    return [item["unit"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1502", "150202", "150202001", "1503"]),
        ("?sort=-unit", ["1503", "150202001", "150202", "1502"]),
        ("?sort=held_on", ["1502", "1503", "150202001", "150202"]),
        ("?sort=-held_on", ["150202", "150202001", "1503", "1502"]),
        ("?sort=participants", ["1503", "150202", "150202001", "1502"]),
        ("?sort=-participants", ["1502", "150202001", "150202", "1503"]),
        ("?audience=office_staff", ["1502", "150202"]),
        ("?held_from=2014-01-12&held_to=2014-02-01", ["150202001", "1503"]),
        ("?under=1502&sort=-held_on", ["150202", "150202001", "1502"]),
        ("?under=150202", ["150202", "150202001"]),
        ("?unit=1502", ["1502"]),
        ("?unit=1502&under=1502", ["1502"]),
        ("?unit=1503&under=1502", []),
        ("?under=15", ["1502", "150202", "150202001", "1503"]),
    ],
)
async def test_trainings_are_filtered_and_ordered(
    desk: Desk, query: str, expected: list[str]
) -> None:
    await trained(desk)
    counted = await desk.get(f"/counts/trainings{query}")

    assert await units(desk, f"/trainings{query}") == expected
    assert counted.json() == {"count": len(expected)}


async def test_a_reader_sees_the_subtrees_granted_and_no_more(desk: Desk) -> None:
    await trained(desk)

    assert await units(desk, "/trainings", "leader", "1503") == ["1503"]
    assert await units(desk, "/trainings", "leader", "150202") == ["150202", "150202001"]
    assert (await desk.get("/counts/trainings", "leader", "1503")).json() == {"count": 1}
    for path in ("/trainings", "/counts/trainings", "/exports/trainings"):
        beyond = await desk.get(f"{path}?under=1502", "leader", "1503")
        assert (beyond.status_code, beyond.json()["code"]) == (403, "outside-subtree")


async def test_a_grant_for_an_unknown_unit_shows_nothing(desk: Desk) -> None:
    await trained(desk)

    assert await units(desk, "/trainings", "leader", "1599") == []


@pytest.mark.parametrize("sort", ["", "sort=-held_at&", "sort=attendees&", "sort=planned_at&"])
async def test_pages_of_mobilizations_come_without_gap_or_repeat(desk: Desk, sort: str) -> None:
    for n, town in enumerate(TOWNS[:3], 1):
        held = {"unit": town, "held_at": f"2014-03-0{n}T09:00:00+08:00", "attendees": 40}
        await recorded(desk, "/mobilizations", held)
    planned = {"planned_at": "2014-03-10T09:00:00+08:00"}
    for town in TOWNS[3:]:
        await recorded(desk, f"/mobilizations/{town}/plan", planned)
    whole = await units(desk, f"/mobilizations?{sort}")
    paged: list[str] = []
    cursor = ""
    while True:
        page = (await desk.get(f"/mobilizations?{sort}limit=2{cursor}")).json()
        paged += [item["unit"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert paged == whole
    assert sorted(paged) == TOWNS


async def test_mobilizations_by_state_and_local_day(desk: Desk) -> None:
    # Ten minutes past midnight in Shanghai is the day before in UTC.
    late = {"unit": TOWNS[0], "held_at": "2014-03-02T00:10:00+08:00", "attendees": 40}
    await recorded(desk, "/mobilizations", late)
    await recorded(
        desk, f"/mobilizations/{TOWNS[1]}/plan", {"planned_at": "2014-03-10T09:00:00+08:00"}
    )

    assert await units(desk, "/mobilizations?state=planned") == [TOWNS[1]]
    assert await units(desk, "/mobilizations?held_from=2014-03-02&held_to=2014-03-02") == [TOWNS[0]]
    assert await units(desk, "/mobilizations?held_to=2014-03-01") == []


async def test_plans_are_searched_by_title_whatever_signs_it_has(desk: Desk) -> None:
    plan = {"category": "implementation", "digest": "digest-01"}
    for unit, title in (("150202", "实施方案(100%)"), ("150203", "实施_方案"), ("1503", "方案")):
        await recorded(
            desk,
            "/plans",
            plan | {"unit": unit, "title": title, "submitted_at": "2014-02-01T09:00"},
        )

    assert await units(desk, "/plans?q=%25") == ["150202"]
    assert await units(desk, "/plans?q=_") == ["150203"]
    assert await units(desk, "/plans?q=实施") == ["150202", "150203"]
    assert await units(desk, "/plans?q=方案&state=in_review&sort=-unit") == [
        "1503", "150203", "150202",
    ]  # fmt: skip


async def test_a_file_of_trainings_goes_back_in_unchanged(desk: Desk) -> None:
    await trained(desk)
    names = ["unit", "training", "audience", "held_on", "participants"]
    columns = "".join(f"&columns={name}" for name in names)
    for form, media_type in (
        ("csv", "text/csv"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        file = await desk.get(f"/exports/trainings?format={form}{columns}")
        back = await desk.upload(
            "/trainings/import", file.content, headers={"Content-Type": media_type}
        )

        assert file.headers["content-type"].startswith(media_type)
        assert (back.json()["rows"], back.json()["unchanged"]) == (4, 4), back.text


async def test_a_file_has_what_the_list_shows_in_its_order(desk: Desk) -> None:
    await trained(desk)
    query = "sort=-participants&under=1502"
    shown = (await desk.get(f"/trainings?{query}")).json()["items"]
    file = await desk.get(f"/exports/trainings?format=csv&{query}")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))

    assert list(rows[0]) == ["单位代码", "培训编号", "培训对象", "参加人数", "阶段", "培训日期"]
    assert [
        (r["单位代码"], int(r["参加人数"]), r["培训日期"], r["培训对象"]) for r in rows
    ] == [
        (i["unit"], i["participants"], i["held_on"], NAMES[i["audience"]]) for i in shown
    ]  # fmt: skip


async def test_every_list_has_a_file_with_chinese_headers(desk: Desk) -> None:
    for name in LISTS:
        shown = (await desk.get(f"/{name}")).json()
        file = await desk.get(f"/exports/{name}")
        sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
        assert sheet is not None
        (header,) = sheet.iter_rows(values_only=True)

        assert shown == {"items": [], "next": None}
        assert file.headers["content-disposition"] == f'attachment; filename="{name}.xlsx"'
        assert all(isinstance(title, str) and not title.isascii() for title in header)


async def test_every_order_is_answered_and_no_other(desk: Desk) -> None:
    for name in LISTS:
        for sort in SORTS[name]:
            for order in (sort, f"-{sort}"):
                assert (await desk.get(f"/{name}?sort={order}")).status_code == 200
        sideways = await desk.get(f"/{name}?sort=sideways")

        assert (sideways.status_code, sideways.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("sort=--unit", 422, "invalid-request"),
        ("limit=0", 422, "invalid-request"),
        ("limit=501", 422, "invalid-request"),
        ("limit=many", 422, "invalid-request"),
        ("cursor=nonsense", 400, "malformed-cursor"),
        ("cursor=W10=", 400, "malformed-cursor"),
        ("cursor=WyIiLCBbXV0=", 400, "malformed-cursor"),
    ],
)
async def test_what_a_list_cannot_read_is_refused(
    desk: Desk, query: str, status: int, code: str
) -> None:
    for name in LISTS:
        answer = await desk.get(f"/{name}?{query}")

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_filters_refuse_what_is_no_value_of_theirs(desk: Desk) -> None:
    wrong = [
        "plans?category=poetry", "plans?state=lost", "plans?waiting_for=poet:15", "plans?q=",
        "plans?q=%00", "mobilizations?state=lost", "mobilizations?held_from=tomorrow",
        "trainings?audience=all", "trainings?held_from=0001-01-01", "trainings?unit=..",
        "exports/trainings?format=pdf", "exports/trainings?columns=secret",
    ]  # fmt: skip
    for path in wrong:
        answer = await desk.get(f"/{path}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request"), path


async def test_unknown_units_and_campaigns_are_told(desk: Desk) -> None:
    for prefix in ("", "/counts", "/exports"):
        for query in ("unit=1599", "under=1599"):
            answer = await desk.get(f"{prefix}/trainings?{query}")
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-unit")
        for name in LISTS:
            path = f"/campaigns/nmg-1999{prefix}/{name}"
            answer = await desk.http.get(path, headers=bearer("clerk", "15"))
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown-campaign")


async def test_without_a_token_nothing_is_shown(desk: Desk) -> None:
    for name in LISTS:
        for prefix in ("", "/counts", "/exports"):
            answer = await desk.http.get(f"/campaigns/{desk.campaign}{prefix}/{name}")
            assert answer.status_code == 401
