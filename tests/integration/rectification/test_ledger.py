"""The ledger: what it shows to whom, in which order, and as which file."""

import io
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from python_calamine import CalamineWorkbook

from shared.platform.filters import today
from tests.integration.rectification.ledger_files import ITEMS, STEPS, item, step, table
from tests.support.access import bearer_of
from tests.support.desk import Desk

TOWN = "150202001"


@pytest.fixture
async def ledger(desk: Desk) -> Desk:
    """Four items in two leagues: one closed, one overdue, one near, one far."""
    programme = {
        "programme": "wuhai", "unit": "1503", "kind": "special_rectification",
        "category": "ecology", "title": "专项整治", "measure": "项", "target": "1",
        "due_on": "2014-10-31", "launched_on": "2014-02-17",
    }  # fmt: skip
    launched = await desk.upload(
        "/programmes/import", ",".join(programme) + "\n" + ",".join(programme.values()) + "\n"
    )
    assert launched.json()["accepted"] == 1, launched.text
    near, far = today() + timedelta(days=2), today() + timedelta(days=30)
    rows = [
        item("a", "150202", summary="矿区扬尘"),
        item("b", TOWN, category="education", source="petition", due_on=str(near)),
        item("c", "150203", due_on=str(far), origin="f-1"),
        item("d", "150302", programme="wuhai", summary="100% 达标"),
    ]
    answer = await desk.upload("/items/import", table(ITEMS, *rows))
    assert answer.json()["accepted"] == 4, answer.text
    closing = [
        step("d", "request_closure", "2014-03-20", person="p-1503-08", note="已整改"),
        step("d", "close", "2014-03-24", person="p-15-01"),
        step("d", "rate", "2014-03-25", score=5, raters=30),
    ]
    answer = await desk.upload("/item-steps/import", table(STEPS, *closing), role="service")
    assert answer.json()["accepted"] == 3, answer.text
    return desk


async def names(desk: Desk, query: str, **who: Any) -> str:
    answer = await desk.get(f"/items?{query}", **who)
    assert answer.status_code == 200, answer.text
    counted = await desk.get(f"/counts/items?{query}", **who)
    shown = "".join(row["item"] for row in answer.json()["items"])
    assert counted.json() == {"count": len(shown)}
    return shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abcd"),
        ("unit=150202", "a"),
        ("under=150202", "ab"),
        ("under=1502", "abc"),
        ("state=open", "abc"),
        ("state=closed&state=closing", "d"),
        ("source=petition", "b"),
        ("category=ecology&category=education", "abcd"),
        ("responsible_person=p-150203-07", "c"),
        ("overdue=true", "a"),
        ("overdue=false", "bcd"),
        ("due_soon=true", "b"),
        ("due_to=2014-12-31", "ad"),
        ("raised_from=2014-03-04", ""),
        ("closed_from=2014-03-24&closed_to=2014-03-24", "d"),
        ("origin=f-1", "c"),
        ("programme=wuhai", "d"),
        ("q=扬尘", "abc"),
        ("q=100%25", "d"),
        ("score=5", "d"),
        ("paused=true", ""),
        ("reopened=false", "abcd"),
        ("cascades=true", ""),
        ("under=1502&overdue=true&state=open", "a"),
        ("sort=-due_on", "cbda"),
        ("sort=due_on", "adbc"),
        ("sort=closed_on", "dabc"),
        ("sort=-unit", "dcba"),
    ],
)
async def test_each_filter_and_order_shows_what_it_says(
    ledger: Desk, query: str, expected: str
) -> None:
    assert await names(ledger, query) == expected


async def test_pages_follow_one_another_without_gap_or_repeat(ledger: Desk) -> None:
    for order in ("", "&sort=-due_on", "&sort=closed_on", "&sort=-score"):
        shown, cursor = "", ""
        while True:
            page = (await ledger.get(f"/items?limit=1{order}{cursor}")).json()
            shown += page["items"][0]["item"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert sorted(shown) == list("abcd"), order


async def test_a_line_says_where_the_unit_stands(ledger: Desk) -> None:
    line = (await ledger.get("/items?unit=" + TOWN)).json()["items"][0]

    place = {name: line[name] for name in ("league", "banner", "township", "unit")}
    assert place == {"league": "1502", "banner": "150202", "township": TOWN, "unit": TOWN}
    assert line["league_name"] == "单位1502"
    assert line["due_soon"]
    assert not line["overdue"]


async def test_callers_see_the_subtrees_they_hold(ledger: Desk) -> None:
    assert await names(ledger, "", unit="1503") == "d"
    assert await names(ledger, "", unit="150202", role="leader") == "ab"
    answer = await ledger.get("/items?under=1502", unit="1503")
    assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")


async def test_mine_and_my_area_are_different_questions(ledger: Desk) -> None:
    who = bearer_of("p-150203-07", "auditor", "1503")
    path = f"/campaigns/{ledger.campaign}"

    mine = await ledger.http.get(f"{path}/items?mine=true", headers=who)
    counted = await ledger.http.get(f"{path}/counts/items?mine=true", headers=who)
    area = await ledger.http.get(f"{path}/items?under=1503", headers=who)

    assert [row["item"] for row in mine.json()["items"]] == ["c"]
    assert counted.json() == {"count": 1}
    assert [row["item"] for row in area.json()["items"]] == ["d"]


async def test_an_item_is_shown_with_its_whole_life(ledger: Desk) -> None:
    answer = await ledger.get("/items/d")

    assert answer.headers["ETag"] == '"4"'
    assert answer.json()["item"]["state"] == "closed"
    assert [one["event"] for one in answer.json()["history"]] == [
        "ItemRaised", "ClosureRequested", "RectificationClosed", "SatisfactionRated",
    ]  # fmt: skip


async def test_the_responsible_person_sees_the_item_from_anywhere(ledger: Desk) -> None:
    path = f"/campaigns/{ledger.campaign}/items/c"
    own = await ledger.http.get(path, headers=bearer_of("p-150203-07", "auditor", "1503"))
    other = await ledger.http.get(path, headers=bearer_of("p-1", "auditor", "1503"))

    assert own.status_code == 200
    assert (other.status_code, other.json()["code"]) == (403, "outside-subtree")


@pytest.mark.parametrize(
    "query",
    ["sort=path", "state=dancing", "due_from=soon", "limit=0", "overdue=perhaps", "q="],
)
async def test_a_question_that_makes_no_sense_is_refused(ledger: Desk, query: str) -> None:
    answer = await ledger.get(f"/items?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


class TestFiles:
    async def test_a_csv_holds_what_the_screen_shows_in_its_order(self, ledger: Desk) -> None:
        query = "sort=-due_on&state=open&columns=item&columns=unit_name&columns=category"
        answer = await ledger.get(f"/exports/items?format=csv&{query}")

        assert answer.content.decode("utf-8-sig").splitlines() == [
            "编号,责任单位,类别",
            "c,单位150203,生态环境",
            f"b,单位{TOWN},教育",
            "a,单位150202,生态环境",
        ]

    async def test_a_workbook_keeps_the_hierarchy(self, ledger: Desk) -> None:
        answer = await ledger.get("/exports/items?under=150202")

        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        rows = book.get_sheet_by_index(0).to_python()
        head = [str(cell) for cell in rows[0]]
        lines = [dict(zip(head, row, strict=True)) for row in rows[1:]]
        assert [line["编号"] for line in lines] == ["a", "b"]
        assert (lines[1]["盟市"], lines[1]["旗县"], lines[1]["乡镇代码"]) == (
            "单位1502", "单位150202", TOWN,
        )  # fmt: skip
        assert (lines[0]["状态"], lines[0]["逾期"], lines[1]["临期"]) == ("整改中", "是", "是")

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    async def test_a_file_can_be_read_in_again_and_changes_nothing(
        self, ledger: Desk, form: str
    ) -> None:
        later = [step("a", "assign", "2014-03-10", person="p-150202-09")]
        await ledger.upload("/item-steps/import", table(STEPS, *later))
        exported = await ledger.get(f"/exports/items?format={form}")
        media_type = {"Content-Type": exported.headers["content-type"].partition(";")[0]}

        answer = await ledger.upload("/items/import", exported.content, headers=media_type)

        assert answer.status_code == 200, answer.text
        assert (answer.json()["accepted"], answer.json()["unchanged"]) == (0, 4)

    async def test_what_a_spreadsheet_would_run_is_neutral_text(self, desk: Desk) -> None:
        told = item("a", summary='=HYPERLINK("http://x")')
        assert (await desk.upload("/items/import", table(ITEMS, told))).status_code == 200

        answer = await desk.get("/exports/items?format=csv&columns=summary")

        assert answer.content.decode("utf-8-sig").splitlines()[1].startswith("\"'=HYPERLINK")


class TestManyAtOnce:
    async def test_the_items_named_get_another_person(self, ledger: Desk) -> None:
        answer = await ledger.post(
            "/items/bulk-assign", {"items": ["a", "b", "a"], "person": "p-150202-09"}
        )

        assert (answer.status_code, answer.json()["changed"]) == (201, 2), answer.text
        assert await names(ledger, "responsible_person=p-150202-09") == "ab"

    async def test_all_that_a_question_shows_is_extended(self, ledger: Desk) -> None:
        until = str(today() + timedelta(days=90))
        answer = await ledger.post(
            "/items/bulk-extend?under=1502&state=open", {"due_on": until, "reason": "疫情"}
        )

        assert (answer.json()["selected"], answer.json()["changed"]) == (3, 3), answer.text
        assert await names(ledger, f"due_from={until}") == "abc"

    async def test_when_one_is_refused_none_is_changed(self, ledger: Desk) -> None:
        answer = await ledger.post(
            "/items/bulk-assign", {"items": ["a", "d", "nowhere"], "person": "p-150202-09"}
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "items-refused")
        refused = {one["item"]: one["code"] for one in answer.json()["refused"]}
        assert refused["nowhere"] == "unknown-item"
        assert await names(ledger, "responsible_person=p-150202-09") == ""

    async def test_closed_items_are_named_as_such(self, ledger: Desk) -> None:
        answer = await ledger.post("/items/bulk-assign", {"items": ["a", "d"], "person": "p-9"})

        assert [one["code"] for one in answer.json()["refused"]] == ["item-closed"]

    async def test_nothing_selected_is_not_everything(self, ledger: Desk) -> None:
        answer = await ledger.post("/items/bulk-assign", {"person": "p-9"})

        assert (answer.status_code, answer.json()["code"]) == (422, "nothing-selected")

    async def test_a_question_outside_the_callers_subtree_is_refused(self, ledger: Desk) -> None:
        answer = await ledger.post("/items/bulk-assign?under=1502", {"person": "p-9"}, unit="1503")

        assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")


class TestSavedViews:
    VIEW: ClassVar = {
        "filters": {"under": "1502", "state": ["open"]},
        "sort": "-due_on",
        "columns": ["item"],
    }

    async def put(self, desk: Desk, name: str, content: Any, unit: str = "15") -> Any:
        headers = bearer_of(f"p-{unit}-clerk", "clerk", unit)
        return await desk.http.put(
            f"/campaigns/{desk.campaign}/saved-views/{name}", json=content, headers=headers
        )

    async def test_a_view_is_kept_for_the_one_who_saved_it(self, desk: Desk) -> None:
        assert (await self.put(desk, "逾期", self.VIEW)).status_code == 200

        mine = await desk.get("/saved-views")
        others = await desk.get("/saved-views", unit="1502")

        assert [(view["name"], view["content"]) for view in mine.json()] == [("逾期", self.VIEW)]
        assert others.json() == []

    async def test_saved_again_it_is_replaced_and_deleted_it_is_gone(self, desk: Desk) -> None:
        await self.put(desk, "逾期", self.VIEW)
        await self.put(desk, "逾期", {"sort": "unit"})
        assert (await desk.get("/saved-views")).json()[0]["content"]["sort"] == "unit"

        path, headers = (
            f"/campaigns/{desk.campaign}/saved-views/逾期",
            bearer_of("p-15-clerk", "clerk", "15"),
        )
        gone = await desk.http.delete(path, headers=headers)
        again = await desk.http.delete(path, headers=headers)

        assert gone.status_code == 204
        assert (again.status_code, again.json()["code"]) == (404, "unknown-view")

    @pytest.mark.parametrize(
        "content",
        [{"sort": "path"}, {"columns": ["secret"]}, {"filters": {"drop": "x"}}, {"more": 1}],
    )
    async def test_what_the_ledger_does_not_have_is_refused(self, desk: Desk, content: Any) -> None:
        answer = await self.put(desk, "逾期", content)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_a_hundred_views_are_enough(self, desk: Desk) -> None:
        for n in range(100):
            await self.put(desk, f"v{n}", {})
        full = await self.put(desk, "v100", {})
        kept = await self.put(desk, "v99", {"sort": "unit"})

        assert (full.status_code, full.json()["code"]) == (409, "too-many-views")
        assert kept.status_code == 200
