"""Ledger items one by one: raised, handled, verified by others, reopened; orders for many."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.rectification.orders import OrdersPart
from services.rectification.rebuilding import LIVES
from shared.contracts.rectification import RECTIFICATION
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.rebuilding import rebuild
from tests.support.access import bearer_of
from tests.support.desk import Desk

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def body(**changes: Any) -> dict[str, Any]:
    return {
        "item": "wuhai-1",
        "unit": "150202",
        "source": "opinion",
        "category": "ecology",
        "summary": "矿区扬尘",
        "responsible_person": "p-150202-07",
        "due_on": "2014-03-28",
        "raised_on": "2014-03-03",
    } | changes


async def raised(desk: Desk, **changes: Any) -> dict[str, Any]:
    answer = await desk.post("/items", body(**changes))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def digest_of(desk: Desk, item: str = "wuhai-1") -> str:
    answer = await desk.upload(
        f"/evidence?item={item}&name=photo.png", PNG, headers={"Content-Type": "image/png"}
    )
    assert answer.status_code in {200, 201}, answer.text
    digest: str = answer.json()["digest"]
    return digest


async def step(desk: Desk, path: str, told: dict[str, Any], **who: Any) -> httpx.Response:
    return await desk.post(f"/items/wuhai-1/{path}", told, **who)


async def closing(desk: Desk) -> None:
    """An item whose closure its unit's clerk has requested."""
    await raised(desk)
    answer = await step(
        desk,
        "request-closure",
        {"summary": "已整改", "evidence": [await digest_of(desk)], "on": "2014-03-20"},
        unit="150202",
    )
    assert answer.status_code == 201, answer.text


async def state_of(desk: Desk, item: str = "wuhai-1") -> str:
    state: str = await desk.pool.fetchval(
        "select state from items where campaign = $1 and item = $2", desk.campaign, item
    )
    return state


class TestRaising:
    async def test_answers_with_id_and_number(self, desk: Desk) -> None:
        first, second = await raised(desk), await raised(desk, item="wuhai-2")

        assert (first["item"], first["number"], second["number"]) == ("wuhai-1", 1, 2)
        assert first["league"] == "1502"
        assert first["events"] == ["ItemRaised"]

    async def test_without_an_id_it_is_named_after_its_number(self, desk: Desk) -> None:
        await raised(desk)
        told = await raised(desk, item=None)

        assert (told["item"], told["number"]) == ("150202-2", 2)
        assert told["stream"] == f"item/{desk.campaign}/150202-2"
        assert await state_of(desk, "150202-2") == "open"

    async def test_a_name_given_by_hand_is_not_given_again(self, desk: Desk) -> None:
        await raised(desk, item="150202-2")
        told = await raised(desk, item=None)

        assert (told["item"], told["number"]) == ("150202-2-2", 2)

    async def test_under_one_key_it_is_raised_once(self, desk: Desk) -> None:
        given = body(item=None, source="finding", origin="f-1")
        key = {"Idempotency-Key": "finding-nmg-f-1"}

        answers = await asyncio.gather(
            *[desk.post("/items", given, role="service", headers=key) for _ in range(4)]
        )

        assert {answer.json()["item"] for answer in answers} == {"150202-1"}
        assert await desk.events() == ["ItemRaised"]

    async def test_raised_again_it_says_what_it_is(self, desk: Desk) -> None:
        await raised(desk)
        answer = await desk.post("/items", body())

        assert (answer.status_code, answer.json()["number"]) == (200, 1)
        assert answer.json()["events"] == []

    async def test_many_at_once_get_every_number_once(self, desk: Desk) -> None:
        answers = await asyncio.gather(*[desk.post("/items", body(item=None)) for _ in range(20)])

        assert sorted(answer.json()["number"] for answer in answers) == list(range(1, 21))

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"due_on": "2014-03-02"}, 422, "due-before-raised"),
            ({"raised_on": "2031-01-01", "due_on": "2031-02-01"}, 422, "date-in-future"),
            ({"unit": "999"}, 404, "unknown-unit"),
            ({"parent": "nowhere"}, 422, "unknown-parent"),
            ({"programme": "nowhere"}, 404, "unknown-programme"),
            ({"category": "weather"}, 422, "invalid-request"),
            ({"item": "../etc"}, 422, "invalid-request"),
            ({"summary": "\u0000"}, 422, "invalid-request"),
        ],
    )
    async def test_bad_content_is_refused(
        self, desk: Desk, changes: dict[str, Any], status: int, code: str
    ) -> None:
        answer = await desk.post("/items", body(**changes))

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert await desk.events() == []

    async def test_other_content_under_the_same_id_is_refused(self, desk: Desk) -> None:
        await raised(desk)
        answer = await desk.post("/items", body(summary="另一事项"))

        assert (answer.status_code, answer.json()["code"]) == (409, "item-already-raised")


class TestHandling:
    async def test_an_item_goes_from_raised_to_closed(self, desk: Desk) -> None:
        await closing(desk)
        answer = await step(desk, "close", {"note": "现场核查", "on": "2014-03-24"}, unit="1502")

        assert answer.status_code == 201, answer.text
        assert await state_of(desk) == "closed"

    async def test_who_requested_it_does_not_close_it(self, desk: Desk) -> None:
        await closing(desk)
        answer = await step(desk, "close", {"on": "2014-03-24"}, unit="150202")

        assert (answer.status_code, answer.json()["code"]) == (403, "own-item")

    async def test_closed_from_an_old_reading_is_refused(self, desk: Desk) -> None:
        await closing(desk)
        answer = await step(
            desk, "close", {"on": "2014-03-24"}, unit="1502", headers={"If-Match": '"1"'}
        )

        assert (answer.status_code, answer.json()["code"]) == (412, "stale-version")

    async def test_evidence_never_handed_in_is_refused(self, desk: Desk) -> None:
        await raised(desk)
        told = {"summary": "已整改", "evidence": ["0" * 64], "on": "2014-03-20"}
        answer = await step(desk, "request-closure", told)

        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-evidence")

    async def test_the_responsible_person_handles_it_with_any_grant(self, desk: Desk) -> None:
        await raised(desk)
        own = bearer_of("p-150202-07", "auditor", "150302")
        told = {"note": "已动工", "percent": 30, "on": "2014-03-06"}

        mine = await desk.http.post(
            f"/campaigns/{desk.campaign}/items/wuhai-1/progress", json=told, headers=own
        )
        others = await desk.http.post(
            f"/campaigns/{desk.campaign}/items/wuhai-1/extend",
            json={"due_on": "2014-04-28", "reason": "天气", "on": "2014-03-07"},
            headers=own,
        )

        assert mine.status_code == 201, mine.text
        assert (others.status_code, others.json()["code"]) == (403, "action-not-allowed")

    async def test_another_units_clerk_is_kept_out(self, desk: Desk) -> None:
        await raised(desk)
        answer = await step(desk, "assign", {"person": "p-1"}, unit="1503")

        assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")

    @pytest.mark.parametrize(
        ("path", "told"),
        [
            ("assign", {"person": "p-150202-08"}),
            ("progress", {"percent": 10}),
            ("extend", {"due_on": "2014-04-28", "reason": "天气"}),
            ("pause", {"reason": "等待批复"}),
            ("resume", {}),
            ("request-closure", {"summary": "已整改"}),
            ("reject", {"reason": "扬尘仍在"}),
            ("close", {}),
            ("reopen", {"reason": "群众反映"}),
            ("review", {"holds": True}),
            ("rate", {"score": 4, "raters": 10}),
        ],
    )
    async def test_steps_of_an_unknown_item_are_refused(
        self, desk: Desk, path: str, told: dict[str, Any]
    ) -> None:
        answer = await step(desk, path, told)

        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-item")

    async def test_steps_without_a_day_are_todays(self, desk: Desk) -> None:
        await raised(desk)
        for path, told in (
            ("assign", {"person": "p-150202-08"}),
            ("progress", {"percent": 10, "note": "已动工"}),
            ("pause", {"reason": "等待批复"}),
            ("resume", {}),
        ):
            assert (await step(desk, path, told)).status_code == 201, path

        assert await desk.events() == [
            "ItemRaised", "ItemAssigned", "ProgressReported", "ClockPaused", "ClockResumed",
        ]  # fmt: skip

    async def test_a_poor_rating_reopens_in_the_same_answer(self, desk: Desk) -> None:
        await closing(desk)
        await step(desk, "close", {"on": "2014-03-24"}, unit="1502")
        answer = await step(desk, "rate", {"score": 2, "raters": 30, "on": "2014-03-26"})

        assert answer.json()["events"] == ["SatisfactionRated", "ItemReopened"]
        assert await state_of(desk) == "open"


class TestOrders:
    def order(self, **changes: Any) -> dict[str, Any]:
        return {
            "item": "order-1",
            "unit": "1502",
            "levels": [3, 4],
            "category": "formalism",
            "summary": "清理文山会海",
            "responsible_person": "p-1502-01",
            "due_on": "2014-06-30",
            "raised_on": "2014-03-03",
        } | changes

    async def test_an_order_becomes_an_item_for_each_unit(self, desk: Desk) -> None:
        answer = await desk.post("/cascades", self.order())

        assert answer.status_code == 201, answer.text
        assert answer.json() == {"item": "order-1", "number": 1, "children": 22, "recorded": 23}
        rows = await desk.pool.fetch(
            "select item, unit, parent, number, cascades from items where campaign = $1"
            " and unit in ('1502', '150203') order by item",
            desk.campaign,
        )
        assert [tuple(row) for row in rows] == [
            ("order-1", "1502", "", 1, True),
            ("order-1-150203", "150203", "order-1", 1, False),
        ]

    async def test_given_twice_it_changes_nothing(self, desk: Desk) -> None:
        await desk.post("/cascades", self.order())
        answer = await desk.post("/cascades", self.order())

        assert (answer.status_code, answer.json()["recorded"]) == (200, 0)

    async def test_it_may_go_to_a_part_and_to_attached_organisations(self, desk: Desk) -> None:
        answer = await desk.post(
            "/cascades", self.order(levels=[2], kinds=["directly_affiliated"], unit="15")
        )

        assert answer.json()["children"] == 1, answer.text
        assert await state_of(desk, "order-1-1502-D03") == "open"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"levels": [5], "under": "150203"}, "cascade-empty"),
            ({"under": "1503"}, "cascade-empty"),
        ],
    )
    async def test_an_order_for_nobody_is_refused(
        self, desk: Desk, changes: dict[str, Any], code: str
    ) -> None:
        answer = await desk.post("/cascades", self.order(**changes))

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert await desk.events() == []

    async def test_the_order_closes_after_the_items_below_it(self, desk: Desk) -> None:
        await desk.post("/cascades", self.order(levels=[3]))
        for item in ("order-1", "order-1-150202"):
            told = {"summary": "已完成", "on": "2014-03-20", "person": "p-1502-09"}
            answer = await desk.post(f"/items/{item}/request-closure", told, role="service")
            assert answer.status_code == 201, answer.text
        close = {"on": "2014-03-24", "person": "p-15-01"}

        too_early = await desk.post("/items/order-1/close", close, role="service")

        assert too_early.json()["code"] == "children-open"
        assert too_early.json()["context"] == {"count": 2}
        assert (
            await desk.post("/items/order-1-150202/close", close, role="service")
        ).status_code == 201

    async def closed(self, desk: Desk) -> None:
        """An order for two units, all done and closed on 24 March."""
        await desk.post("/cascades", self.order(levels=[3]))
        items = ("order-1-150202", "order-1-150203", "order-1")
        told = {"summary": "已完成", "on": "2014-03-20", "person": "p-1502-09"}
        for item in items:
            await desk.post(f"/items/{item}/request-closure", told, role="service")
        for item in items:
            close = {"on": "2014-03-24", "person": "p-15-01"}
            answer = await desk.post(f"/items/{item}/close", close, role="service")
            assert answer.status_code == 201, answer.text

    async def test_it_comes_back_with_an_item_below_it(self, desk: Desk) -> None:
        await self.closed(desk)
        relapsed = {"holds": False, "note": "反弹", "on": "2014-04-02", "person": "p-15-01"}
        await desk.post("/items/order-1-150203/review", relapsed, role="service")
        orders = OrdersPart(CommandHandler(EventStore(desk.pool, RECTIFICATION)))

        assert await orders.once(datetime.now(UTC)) == 1
        assert await state_of(desk, "order-1") == "open"
        data = await desk.pool.fetchval(
            "select data from events where stream like '%order-1' and type = 'ItemReopened'"
            " and meta->>'campaign' = $1",
            desk.campaign,
        )
        told = json.loads(data)
        assert (told["cause"], told["reason"]) == ("child_open", "order-1-150203 (1)")
        assert told["reopened_on"] == "2014-04-02"
        assert await orders.once(datetime.now(UTC)) == 0

    async def test_it_stays_closed_while_all_below_it_are(self, desk: Desk) -> None:
        await self.closed(desk)
        orders = OrdersPart(CommandHandler(EventStore(desk.pool, RECTIFICATION)))

        assert await orders.once(datetime.now(UTC)) == 0
        assert await state_of(desk, "order-1") == "closed"

    async def test_nothing_is_raised_under_an_item_that_does_not_cascade(self, desk: Desk) -> None:
        await raised(desk)
        answer = await desk.post("/items", body(item="child", parent="wuhai-1"))

        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-parent")


async def test_the_ledger_is_the_same_when_it_is_rebuilt(desk: Desk) -> None:
    await closing(desk)
    await raised(desk, item=None)
    query = "select * from items where campaign = $1 order by item"
    before = await desk.pool.fetch(query, desk.campaign)

    written = await rebuild(desk.pool, RECTIFICATION, LIVES)

    assert written["items"] >= 2
    assert await desk.pool.fetch(query, desk.campaign) == before
