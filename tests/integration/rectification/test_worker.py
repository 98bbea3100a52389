"""The worker as a process: units come in, the ledger's events go out, notices are delivered."""

import json
import time
from pathlib import Path

from shared.contracts.rectification import RECTIFICATION
from tests.support.desk import Desk
from tests.support.worker_process import (
    broker_of_its_own,
    running_worker,
    send_region,
    until,
    wait_until_published,
)

REMINDED_ON = "2014-02-17"


async def test_units_come_in_events_and_notices_go_out(
    desk: Desk, rectification_url: str, tmp_path: Path
) -> None:
    campaign = f"{desk.campaign}-{time.time_ns()}"
    notices = tmp_path / "of-the-worker"
    file = notices / f"{REMINDED_ON}.jsonl"
    body = {"day": REMINDED_ON, "back_workdays": 0}
    taken = await desk.post("/urging/run", body, role="operations")

    async def known() -> bool:
        found = await desk.pool.fetchval(
            "select count(*) from unit_directory where campaign = $1", campaign
        )
        return bool(found)

    async def delivered() -> bool:
        waiting = await desk.pool.fetchval(
            "select count(*) from urging_steps where campaign = $1 and delivered_at is null",
            desk.campaign,
        )
        return not waiting

    with broker_of_its_own(tmp_path) as broker:
        async with running_worker(
            "rectification", rectification_url, broker, tmp_path,
            EVIDENCE_DIR=str(tmp_path / "evidence"), NOTICES_DIR=str(notices),
        ):  # fmt: skip
            await send_region(broker, campaign)
            await until(known)
            await wait_until_published(broker, RECTIFICATION.topic, desk.campaign)
            await until(delivered)

    told = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    ours = [each for each in told if each["campaign"] == desk.campaign]
    assert len(ours) == taken.json()["taken"] == 5
