"""Findings become ledger items: once each, in order, however long the ledger was away."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.supervision import handing_over as process
from services.supervision.handing_over import HandingOver, LedgerAway
from shared.platform import client
from tests.integration.supervision.conftest import Supervision
from tests.integration.supervision.test_uploads import load
from tests.support.access import ISSUER_URL, bearer
from tests.support.desk import Desk

MARKED = {
    "finding": "f-3",
    "team": "st-1502-01",
    "unit": "150202",
    "category": "formalism",
    "summary": "学习记录有补记",
    "for_rectification": True,
    "responsible_person": "p-150202-0002",
    "due_on": "2014-03-30",
    "found_on": "2014-02-26",
}


async def states(desk: Supervision) -> dict[str, tuple[str, str]]:
    items = await desk.items("/findings")
    return {item["finding"]: (item["state"], item["item"] or item["refused"]) for item in items}


async def items_of(ledger: Desk) -> list[Any]:
    path = f"/campaigns/{ledger.campaign}/items"
    answer = await ledger.http.get(path, headers=bearer("clerk", "15"))
    found: list[Any] = answer.json()["items"]
    return found


async def test_a_marked_finding_becomes_an_item_linked_both_ways(
    desk: Supervision, ledger: Desk, handing_over: HandingOver
) -> None:
    await load(desk, until="findings")
    settled = await handing_over.once()
    (item,) = await items_of(ledger)

    assert settled == 1
    assert await states(desk) == {"f-1": ("reported", ""), "f-2": ("handed_over", "150202-1")}
    assert (item["item"], item["origin"], item["source"]) == ("150202-1", "f-2", "finding")
    assert (item["responsible_person"], item["due_on"]) == ("p-150202-0001", "2014-03-20")


async def test_nothing_is_handed_over_twice(
    desk: Supervision, ledger: Desk, handing_over: HandingOver
) -> None:
    await load(desk, until="findings")
    await handing_over.once()

    assert await handing_over.once() == 0
    assert len(await items_of(ledger)) == 1


async def test_a_crash_after_the_ledger_took_it_makes_no_second_item(
    desk: Supervision, ledger: Desk, handing_over: HandingOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load(desk, until="findings")

    async def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(HandingOver, "_record", crash)
        with pytest.raises(KeyboardInterrupt):
            await handing_over.once()
    assert (await states(desk))["f-2"] == ("waiting", "")
    await handing_over.once()

    assert (await states(desk))["f-2"] == ("handed_over", "150202-1")
    assert len(await items_of(ledger)) == 1


async def test_two_at_the_same_time_make_one_item(
    desk: Supervision, ledger: Desk, handing_over: HandingOver
) -> None:
    await load(desk, until="findings")
    await asyncio.gather(handing_over.once(), handing_over.once())
    events = await desk.events()

    assert len(await items_of(ledger)) == 1
    assert events.count("FindingHandedOver") == 1


async def test_findings_wait_while_the_ledger_is_away_and_go_in_order(
    desk: Supervision,
    ledger: Desk,
    handing_over: HandingOver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await load(desk, until="findings")
    await desk.told("/findings", MARKED)
    desk.neighbours.down.add("rectification.test")
    monkeypatch.setattr(client, "_ATTEMPTS", 1)
    with pytest.raises(LedgerAway):
        await handing_over.once()
    assert {state for state, _ in (await states(desk)).values()} == {"reported", "waiting"}
    desk.neighbours.down.clear()
    await handing_over.once()

    assert await states(desk) == {
        "f-1": ("reported", ""),
        "f-2": ("handed_over", "150202-1"),
        "f-3": ("handed_over", "150202-2"),
    }


async def test_the_worker_comes_back_by_itself_when_the_ledger_does(
    desk: Supervision,
    ledger: Desk,
    handing_over: HandingOver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await load(desk, until="findings")
    desk.neighbours.down.add("rectification.test")
    monkeypatch.setattr(client, "_ATTEMPTS", 1)
    monkeypatch.setattr(process, "_LOOK_SECONDS", 0.05)
    stop = asyncio.Event()
    running = asyncio.create_task(handing_over.run(stop))
    await asyncio.sleep(0.2)
    desk.neighbours.down.clear()
    async with asyncio.timeout(20):
        while (await states(desk))["f-2"][0] == "waiting":  # noqa: ASYNC110 - another's doing
            await asyncio.sleep(0.05)
    stop.set()
    await running

    assert len(await items_of(ledger)) == 1


async def test_what_the_ledger_refuses_is_said_with_its_code(
    desk: Supervision, handing_over: HandingOver
) -> None:
    await load(desk, until="findings")
    desk.neighbours.apps["rectification.test"] = httpx.MockTransport(
        lambda _: httpx.Response(422, json={"code": "due-before-raised"})
    )
    await handing_over.once()

    assert (await states(desk))["f-2"] == ("refused", "due-before-raised")
    assert "FindingRefused" in await desk.events()


async def test_a_ledger_that_has_not_heard_of_the_unit_yet_is_asked_again(
    desk: Supervision, handing_over: HandingOver
) -> None:
    await load(desk, until="findings")
    desk.neighbours.apps["rectification.test"] = httpx.MockTransport(
        lambda _: httpx.Response(404, json={"code": "unknown-unit"})
    )

    assert await handing_over.once() == 0
    assert (await states(desk))["f-2"] == ("waiting", "")


@pytest.mark.parametrize(
    ("host", "status"),
    [("rectification.test", 401), ("rectification.test", 429), (httpx.URL(ISSUER_URL).host, 422)],
)
async def test_not_being_let_in_says_nothing_of_the_finding_however_long(
    desk: Supervision,
    handing_over: HandingOver,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    status: int,
) -> None:
    await load(desk, until="findings")
    monkeypatch.setattr(client, "_ATTEMPTS", 2)
    monkeypatch.setattr(process, "_PATIENCE", timedelta(0))
    desk.neighbours.apps[host] = httpx.MockTransport(lambda _: httpx.Response(status))

    with pytest.raises(LedgerAway):
        await handing_over.once()
    assert "FindingRefused" not in await desk.events()
