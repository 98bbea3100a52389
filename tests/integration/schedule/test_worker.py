"""The worker as a process: units come in over Kafka, the schedule's events go out."""

import time
from pathlib import Path

import httpx

from shared.contracts.schedule import SCHEDULE
from tests.support.desk import Desk
from tests.support.worker_process import (
    broker_of_its_own,
    running_worker,
    send_region,
    until,
    wait_until_published,
)


async def test_units_come_in_and_events_go_out(
    desk: Desk, schedule_url: str, tmp_path: Path
) -> None:
    campaign = f"{desk.campaign}-{time.time_ns()}"

    async def known() -> bool:
        found = await desk.pool.fetchval(
            "select count(*) from unit_directory where campaign = $1", campaign
        )
        return bool(found)

    with broker_of_its_own(tmp_path) as broker:
        async with running_worker("schedule", schedule_url, broker, tmp_path) as url:
            await send_region(broker, campaign)
            await until(known)
            await wait_until_published(broker, SCHEDULE.topic, desk.campaign)
            async with httpx.AsyncClient() as http:
                metrics = (await http.get(f"{url}/metrics")).text

    assert "campaign_relay_lag_events" in metrics
