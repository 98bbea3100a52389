"""Opening a campaign and what is said for all of it, over HTTP."""

from tests.integration.schedule.conftest import WINDOWS, opening
from tests.support.access import bearer
from tests.support.desk import Desk


async def test_opening_again_changes_nothing_and_otherwise_is_refused(desk: Desk) -> None:
    body = opening(desk.campaign)
    again = await desk.http.post("/campaigns", json=body, headers=bearer("clerk", "15"))
    other = await desk.http.post(
        "/campaigns", json=body | {"name_zh": "另一个"}, headers=bearer("clerk", "15")
    )

    assert (again.status_code, again.json()["events"]) == (200, [])
    assert (other.status_code, other.json()["code"]) == (409, "campaign-already-open")
    assert await desk.events() == ["CampaignOpened"]


async def test_a_campaign_is_opened_by_the_top_unit_only(desk: Desk) -> None:
    body = opening(f"{desk.campaign}-b") | {"root": "1502"}
    unknown = await desk.http.post("/campaigns", json=body, headers=bearer("clerk", "15"))
    below = await desk.http.post(
        "/campaigns", json=opening(desk.campaign), headers=bearer("clerk", "1502")
    )

    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-unit")
    assert (below.status_code, below.json()["code"]) == (403, "outside-subtree")


async def test_it_shows_itself_with_an_etag(desk: Desk) -> None:
    shown = await desk.get("")

    assert shown.headers["etag"] == '"1"'
    assert shown.json()["windows"] == WINDOWS


async def test_an_unknown_campaign(desk: Desk) -> None:
    lost = Desk(desk.http, "nowhere", desk.pool)
    answers = [
        await lost.get(""),
        await lost.get("/plans"),
        await lost.get("/meetings"),
        await lost.post("/windows", {"windows": WINDOWS, "reason": "顺延"}),
        await lost.upload("/mobilizations/import", "unit,held_at,attendees\n"),
    ]

    assert {(a.status_code, a.json()["code"]) for a in answers} == {(404, "unknown-campaign")}


async def test_windows_change_under_the_version_that_was_read(desk: Desk) -> None:
    later = [WINDOWS[0] | {"closes_on": "2014-02-28"}, WINDOWS[1]]
    body = {"windows": later, "reason": "顺延一周"}
    stale = await desk.post("/windows", body, headers={"If-Match": '"7"'})
    changed = await desk.post("/windows", body, headers={"If-Match": '"1"'})
    shown = await desk.get("")

    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert changed.json()["events"] == ["WindowsChanged"]
    assert (shown.headers["etag"], shown.json()["windows"]) == ('"2"', later)


async def test_documents_orders_and_meetings_are_listed_a_page_at_a_time(desk: Desk) -> None:
    for n in range(3):
        issued = await desk.post(
            "/documents",
            {
                "document": f"opinion-{n}",
                "kind": "guiding_opinion",
                "title": f"指导意见{n}",
                "topic": "programmes",
                "issued_on": "2014-01-27",
                "applies_to": ["area", "leading_bodies"],
            },
        )
        assert issued.status_code == 201, issued.text
    order = {"order": "ahead", "title": "通知", "levels": [2, 3], "ordered_on": "2013-11-15"}
    meeting = {
        "meeting": "deployment", "kind": "deployment", "title": "部署会议", "unit": "15",
        "held_at": "2014-01-24T09:00:00+08:00", "attendees": 1260,
    }  # fmt: skip
    assert (await desk.post("/preparation-orders", order)).status_code == 201
    assert (await desk.post("/meetings", meeting)).status_code == 201
    first = (await desk.get("/documents?limit=2", "auditor", "1502")).json()
    second = (await desk.get(f"/documents?limit=2&cursor={first['next']}")).json()
    orders = (await desk.get("/preparation-orders")).json()
    meetings = (await desk.get("/meetings")).json()

    assert [item["document"] for item in first["items"]] == ["opinion-0", "opinion-1"]
    assert [item["document"] for item in second["items"]] == ["opinion-2"]
    assert (second["next"], first["items"][0]["applies_to"]) == (None, ["area", "leading_bodies"])
    assert orders["items"][0]["levels"] == [2, 3]
    assert meetings["items"][0]["held_at"] == "2014-01-24T01:00:00+00:00"


async def test_a_cursor_that_was_not_given_out(desk: Desk) -> None:
    for cursor in ("x", "WyIxIl0K!", "WzFd", "e30=", "WyIAIl0=", "%E6%9C%88"):
        answer = await desk.get(f"/documents?cursor={cursor}")

        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-cursor")
