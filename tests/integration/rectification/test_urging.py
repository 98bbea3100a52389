"""The urging ladder: taken once, by the nearest area's rules, delivered by channels with patience."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.rectification.rebuilding import LIVES
from services.rectification.urging.channels import ChannelFailed, FileChannel
from services.rectification.urging.configured import UrgingConfig
from services.rectification.urging.delivering import MOST_ATTEMPTS, Delivering
from services.rectification.urging.milestones import MilestonesProjection
from services.rectification.urging.wording import Notice
from services.rectification.urging.working import UrgingPart
from services.rectification.worker import urging_part
from shared.contracts.rectification import RECTIFICATION
from shared.contracts.schedule import MobilizationHeld, MobilizationVoided, PlanApproved
from shared.kernel.events import Event
from shared.platform.campaigns import known_campaigns
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.rebuilding import rebuild
from shared.platform.recording import Origin
from tests.support.desk import Desk, enveloped

REMINDED_ON = "2014-02-17"  # three working days before the window of levels 2 and 3 closes
AREAS = ["1502", "150202", "150203", "1503", "150302"]
ITEMS = (
    "item,unit,source,category,summary,responsible_person,due_on,raised_on\n"
    "i-1,1502,opinion,service,办事拖延,p-9,2014-06-10,2014-03-03\n"
)
ORIGIN = Origin("operations-15", "c")


async def test_what_falls_due_is_taken_once(desk: Desk) -> None:
    first = await _run(desk, REMINDED_ON)
    second = await _run(desk, REMINDED_ON)

    assert first["counts"] == [{"subject": "mobilization", "step": "reminder", "steps": 5}]
    assert (first["taken"], second["taken"]) == (5, 0)
    assert await desk.events() == ["UrgingStepTaken"] * 5
    assert await _things(desk) == sorted(AREAS)


async def test_runs_at_the_same_time_take_each_step_once(desk: Desk) -> None:
    runs = await asyncio.gather(*(_run(desk, REMINDED_ON) for _ in range(4)))

    assert sum(run["taken"] for run in runs) == 5
    assert await desk.events() == ["UrgingStepTaken"] * 5


async def test_a_run_answers_with_the_token_of_what_it_wrote(desk: Desk) -> None:
    body = {"day": REMINDED_ON, "back_workdays": 0}
    answer = await desk.post("/urging/run", body, role="operations")
    token = answer.headers["Consistency-Token"]

    assert "rectification@1502:" in token
    assert "rectification@1503:" in token


async def test_a_preview_says_what_a_run_would_take_and_takes_nothing(desk: Desk) -> None:
    told = await desk.get(f"/urging/preview?day={REMINDED_ON}", unit="1502")
    steps = [step for step in told.json()["steps"] if step["step"] == "reminder"]

    assert [step["thing"] for step in steps] == ["1502", "150202", "150203"]
    assert {step["addressee"] for step in steps} == {
        "office:1502", "office:150202", "office:150203",
    }  # fmt: skip
    assert await desk.events() == []


async def test_a_plan_is_due_when_the_window_opens_and_not_from_the_root(desk: Desk) -> None:
    taken = await _run(desk, "2014-01-26")  # a Sunday worked for the holidays after it

    assert taken["counts"] == [{"subject": "plan", "step": "notice", "steps": 5}]
    assert await _things(desk) == sorted(AREAS)


async def test_what_is_done_is_not_urged(desk: Desk) -> None:
    at = datetime(2014, 2, 14, 1, tzinfo=UTC)
    await _learn(desk, "15.1502", f"mobilization/{desk.campaign}/1502", _held(desk, "1502", at))
    plan = PlanApproved(
        campaign=desk.campaign, unit="1503", category="implementation", plan_version=1,
        approved_at=datetime(2014, 1, 20, 1, tzinfo=UTC),
    )  # fmt: skip
    await _learn(desk, "15.1503", f"plan/{desk.campaign}/1503/implementation", plan)
    reminders = await _run(desk, REMINDED_ON)
    notices = await _run(desk, "2014-01-26")

    assert (reminders["taken"], notices["taken"]) == (4, 4)


async def test_a_voided_mobilization_is_urged_again(desk: Desk) -> None:
    stream = f"mobilization/{desk.campaign}/1502"
    at = datetime(2014, 2, 14, 1, tzinfo=UTC)
    voided = MobilizationVoided(campaign=desk.campaign, unit="1502", reason="重报", voided_at=at)
    await _learn(desk, "15.1502", stream, voided, 2)
    await _learn(desk, "15.1502", stream, _held(desk, "1502", at), 1)

    assert (await _run(desk, REMINDED_ON))["taken"] == 5


async def test_the_nearest_area_above_decides(desk: Desk) -> None:
    early = {"area": "1502", "subject": "mobilization", "steps": [_step("reminder", -5)]}
    silent = {"area": "150203", "subject": "mobilization", "steps": []}
    for body in (early, silent):
        answer = await desk.post("/urging-rules", body)
        assert answer.status_code == 201, answer.text
    again = await desk.post("/urging-rules", early)
    taken = await _run(desk, "2014-02-13")
    shown = await desk.get("/urging-rules?unit=150202")

    assert again.status_code == 200
    assert taken["taken"] == 2
    assert await _things(desk) == ["1502", "150202"]
    assert {rule["subject"]: rule["area"] for rule in shown.json()["rules"]} == {
        "item": "", "mobilization": "1502", "plan": "",
    }  # fmt: skip


async def test_a_ladder_that_does_not_climb_is_refused(desk: Desk) -> None:
    steps = [_step("notice", 1), _step("reminder", 2)]
    answer = await desk.post("/urging-rules", {"area": "15", "subject": "item", "steps": steps})
    outside = await desk.post(
        "/urging-rules", {"area": "1503", "subject": "item", "steps": []}, unit="1502"
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "ladder-out-of-order")
    assert (outside.status_code, outside.json()["code"]) == (403, "outside-subtree")


async def test_an_item_climbs_step_by_step_and_anew_after_another_due_date(desk: Desk) -> None:
    await _raise(desk)
    for day in ("2014-06-05", "2014-06-11", "2014-06-17", "2014-06-24"):
        assert (await _run(desk, day))["taken"] == 1
    await desk.pool.execute(
        "update items set due_on = '2014-07-10' where campaign = $1", desk.campaign
    )

    assert (await _run(desk, "2014-06-24"))["taken"] == 0
    assert (await _run(desk, "2014-07-07"))["taken"] == 1
    listed = (await desk.get("/urging?thing=i-1&sort=taken_on")).json()["items"]
    assert [step["step"] for step in listed] == [
        "reminder", "notice", "bulletin", "interview", "reminder",
    ]  # fmt: skip
    assert {step["addressee"] for step in listed} == {"p-9"}


@pytest.mark.parametrize("halt", ["paused_on = '2014-06-03'", "state = 'closed'"])
async def test_a_paused_or_closed_item_does_not_climb(desk: Desk, halt: str) -> None:
    await _raise(desk)
    await desk.pool.execute(f"update items set {halt} where campaign = $1", desk.campaign)  # noqa: S608

    assert (await _run(desk, "2014-06-11"))["taken"] == 0


async def test_steps_that_fell_long_ago_are_left_unless_asked_for(desk: Desk) -> None:
    near = await _run(desk, "2014-04-20", back_workdays=3)
    far = await _run(desk, "2014-04-20", back_workdays=30)

    assert near["counts"] == []
    assert sum(count["steps"] for count in far["counts"]) == far["taken"] > 15


@pytest.mark.parametrize(
    ("body", "role", "status", "code"),
    [
        ({"day": "2099-01-01"}, "operations", 422, "date-in-future"),
        ({"day": REMINDED_ON}, "clerk", 403, "action-not-allowed"),
        ({"day": "1900-01-01"}, "operations", 422, "invalid-request"),
        ({"back_workdays": -1}, "operations", 422, "invalid-request"),
    ],
)
async def test_who_may_run_the_ladder_for_which_day(
    desk: Desk, body: dict[str, Any], role: Any, status: int, code: str
) -> None:
    answer = await desk.post("/urging/run", body, role=role)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await desk.events() == []


async def test_mine_and_my_area_are_different_lists_with_their_counts(desk: Desk) -> None:
    await _run(desk, REMINDED_ON)
    for query, things in {
        "mine=true": ["1502"],
        "under=1502": ["1502", "150202", "150203"],
        "mine=false&under=1502": ["150202", "150203"],
    }.items():
        listed = await desk.get(f"/urging?{query}", unit="1502")
        count = await desk.get(f"/counts/urging?{query}", unit="1502")
        assert [step["thing"] for step in listed.json()["items"]] == things
        assert count.json() == {"count": len(things)}


async def test_the_worker_does_not_urge_what_is_long_past(desk: Desk, tmp_path: Path) -> None:
    assert await _part(desk, tmp_path).once(datetime.now(UTC).date())
    assert await desk.events() == []


async def test_the_worker_takes_and_delivers_to_the_files_of_the_day(
    desk: Desk, tmp_path: Path
) -> None:
    part = _part(desk, tmp_path)
    await _raise(desk)
    await part.once(date(2014, 6, 11))
    await part.once(date(2014, 6, 11))

    lines = (tmp_path / "2014-06-11.jsonl").read_text("utf-8").splitlines()
    mine = [line for line in map(json.loads, lines) if line["campaign"] == desk.campaign]
    text = (tmp_path / "2014-06-11.txt").read_text("utf-8")
    assert [(line["thing"], line["step"]) for line in mine] == [
        ("i-1", "reminder"), ("i-1", "notice"),
    ]  # fmt: skip
    assert "【督办】Supervision notice → p-9" in text
    assert "办事拖延" in text
    delivered = [name for name in await desk.events() if name == "UrgingDelivered"]
    assert len(delivered) == 2
    shown = (await desk.get("/urging?delivered=true")).json()["items"]
    assert [step["channels"] for step in shown] == [["file"], ["file"]]


async def test_what_was_delivered_before_a_crash_is_put_on_record_once(
    desk: Desk, tmp_path: Path
) -> None:
    part = _part(desk, tmp_path)
    await _raise(desk)
    await part.once(date(2014, 6, 11))
    await desk.pool.execute(
        "insert into urging_deliveries (campaign, subject, thing, due_on, step, channel, unit)"
        " select campaign, subject, thing, due_on, step, 'file', unit from urging_steps"
        " where campaign = $1",
        desk.campaign,
    )
    await part.once(date(2014, 6, 11))

    delivered = [name for name in await desk.events() if name == "UrgingDelivered"]
    left = await desk.pool.fetchval(
        "select count(*) from urging_deliveries where campaign = $1", desk.campaign
    )
    assert (len(delivered), left) == (2, 0)


async def test_two_workers_take_turns(desk: Desk, tmp_path: Path) -> None:
    part = _part(desk, tmp_path)
    async with desk.pool.acquire() as connection:
        await connection.execute("select pg_advisory_lock(hashtext('rectification-urging'))")
        try:
            assert not await part.once(date(2014, 6, 11))
        finally:
            await connection.execute("select pg_advisory_unlock(hashtext('rectification-urging'))")

    assert await part.once(date(2014, 6, 11))


async def test_the_worker_ends_when_told_and_outlives_its_failures(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = replace(_part(desk, tmp_path), every_seconds=0.01)
    stop = asyncio.Event()
    turns = 0

    async def failing(self: UrgingPart, day: date) -> bool:
        nonlocal turns
        turns += 1
        if turns == 3:
            stop.set()
        raise OSError("the disk is full")

    monkeypatch.setattr(UrgingPart, "once", failing)
    await asyncio.wait_for(part.run(stop), 5)

    assert turns == 3


class Stubborn:
    """A channel that takes nothing, as a server that is down."""

    name = "stubborn"

    def batches(self, notices: Sequence[Notice]) -> Iterator[list[Notice]]:
        yield list(notices)

    async def send(self, batch: Sequence[Notice]) -> None:
        raise ChannelFailed("nobody answers")


async def test_a_failing_channel_waits_alone_and_is_parked_in_the_end(
    desk: Desk, tmp_path: Path
) -> None:
    await _queued_for(desk, tmp_path, "stubborn")
    delivering = Delivering(
        _part(desk, tmp_path).taking.handler, [Stubborn(), FileChannel(tmp_path)]
    )
    first = await delivering.run(ORIGIN)
    soon = await delivering.run(ORIGIN)
    waiting = await desk.get("/urging-deliveries?parked=false", role="operations")
    for _ in range(MOST_ATTEMPTS):
        await desk.pool.execute("update urging_deliveries set next_at = now()")
        await delivering.run(ORIGIN)
    parked = await desk.get("/urging-deliveries?parked=true", role="operations")

    assert first == {"stubborn": 0, "file": 1}
    assert soon == {"stubborn": 0, "file": 0}
    assert [row["attempts"] for row in waiting.json()["items"]] == [1]
    assert [row["attempts"] for row in parked.json()["items"]] == [MOST_ATTEMPTS]
    assert "nobody answers" in parked.json()["items"][0]["error"]


async def test_parked_deliveries_are_tried_again_on_demand(desk: Desk, tmp_path: Path) -> None:
    await _queued_for(desk, tmp_path, "stubborn")
    await desk.pool.execute(
        "update urging_deliveries set parked_at = now() where channel = 'stubborn'"
    )
    refused = await desk.post("/urging-deliveries/retry", {})
    retried = await desk.post("/urging-deliveries/retry", {}, role="operations")
    again = await desk.post("/urging-deliveries/retry", {}, role="operations")

    assert (refused.status_code, refused.json()["code"]) == (403, "action-not-allowed")
    assert (retried.json(), again.json()) == ({"retried": 1}, {"retried": 0})


async def test_what_urging_shows_can_be_rebuilt(desk: Desk, tmp_path: Path) -> None:
    await _queued_for(desk, tmp_path, "stubborn")
    await desk.post("/urging-rules", {"area": "15", "subject": "item", "steps": []})
    before = await _shown(desk)
    await rebuild(desk.pool, RECTIFICATION, LIVES)

    assert await _shown(desk) == before


async def _shown(desk: Desk) -> list[Any]:
    return [
        await desk.pool.fetch(
            f"select * from {table} where campaign = $1 order by 2, 3, 4, 5",  # noqa: S608
            desk.campaign,
        )
        for table in ("urging_steps", "urging_rules", "items")
    ]


async def _queued_for(desk: Desk, folder: Path, channel: str) -> None:
    """One step of an item, taken and queued for the file and another channel."""
    await _raise(desk)
    taking = replace(_part(desk, folder).taking, channels=("file", channel))
    campaign = await known_campaigns(desk.pool).campaign(desk.campaign)
    await taking.run(campaign, date(2014, 6, 11), 0, ORIGIN)


def _part(desk: Desk, folder: Path) -> UrgingPart:
    handler = CommandHandler(EventStore(desk.pool, RECTIFICATION))
    return urging_part(handler, UrgingConfig(folder, {}, 60, 10))


async def _raise(desk: Desk) -> None:
    answer = await desk.upload("/items/import", ITEMS, role="service")
    assert answer.json()["accepted"] == 1, answer.text


async def _run(desk: Desk, day: str, back_workdays: int = 0) -> Any:
    body = {"day": day, "back_workdays": back_workdays}
    answer = await desk.post("/urging/run", body, role="operations")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _things(desk: Desk) -> list[str]:
    rows = await desk.pool.fetch(
        "select thing from urging_steps where campaign = $1 order by 1", desk.campaign
    )
    return [row["thing"] for row in rows]


async def _learn(desk: Desk, path: str, stream: str, event: Event, version: int = 1) -> None:
    envelope = enveloped("schedule", desk.campaign, path, stream, event, version)
    async with desk.pool.acquire() as connection:
        await MilestonesProjection().apply(connection, [envelope])


def _held(desk: Desk, unit: str, at: datetime) -> MobilizationHeld:
    return MobilizationHeld(
        campaign=desk.campaign, unit=unit, held_at=at, attendees=100, chaired_by="p-1",
        place="", flags=(),
    )  # fmt: skip


def _step(step: str, workdays: int) -> dict[str, Any]:
    return {"step": step, "workdays": workdays}
