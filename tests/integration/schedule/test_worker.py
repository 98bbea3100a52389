"""The worker as a process: units come in over Kafka, the schedule's events go out."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from deploy.embedded import broker_program
from deploy.layout import LOOPBACK, free_ports
from deploy.processes import Child, stop_all
from shared.contracts.schedule import SCHEDULE
from shared.contracts.units import UNITS
from shared.kernel.envelope import Envelope
from shared.platform.kafka import (
    KafkaAddress,
    ensure_topics,
    partition_of,
    partitions_of,
    producer,
    reader,
)
from tests.support.desk import Desk, registered

_PATIENCE_SECONDS = 30.0


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaAddress]:
    """A broker of this test's own: what it puts on the topics would stop other tests' relays,
    whose stores never had those events.
    """
    (port,) = free_ports(1)
    child = Child(broker_program(port), tmp_path / "broker.log")
    try:
        child.start()
        child.wait_ready()
        yield KafkaAddress(f"{LOOPBACK}:{port}", idempotence=False)
    finally:
        stop_all([child])


@pytest.fixture
async def worker_url(
    schedule_url: str, own_broker: KafkaAddress, tmp_path: Path
) -> AsyncIterator[str]:
    """The address of a running worker's probes; the worker ends cleanly when told to."""
    port, unused = free_ports(2)
    environment = os.environ | {
        "DATABASE_URL": schedule_url,
        "KAFKA_BOOTSTRAP_SERVERS": own_broker.bootstrap_servers,
        "KAFKA_IDEMPOTENCE": str(own_broker.idempotence),
        "ISSUER_URL": f"http://{LOOPBACK}:{unused}",
        "UNITS_URL": f"http://{LOOPBACK}:{unused}",
        "PORT": str(unused),
        "METRICS_PORT": str(port),
    }
    with (tmp_path / "worker.log").open("wb") as log:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.schedule.main", "worker",
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            url = f"http://{LOOPBACK}:{port}"
            await _until(lambda: _is_ready(url))
            yield url
            child.terminate()
            assert await asyncio.wait_for(child.wait(), 20) == 0
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()


async def test_units_come_in_and_events_go_out(
    desk: Desk, worker_url: str, own_broker: KafkaAddress
) -> None:
    campaign = f"{desk.campaign}-{time.time_ns()}"
    await ensure_topics(own_broker, [UNITS.topic])
    async with producer(own_broker) as sender:
        league = f"w{time.time_ns()}"
        envelope = msgspec.structs.replace(registered(campaign, "15", 1, "region"), league=league)
        await sender.send_and_wait(
            UNITS.topic, msgspec.json.encode(envelope), key=league.encode(),
            partition=partition_of(league),
        )  # fmt: skip

    async def known() -> bool:
        found = await desk.pool.fetchval(
            "select count(*) from unit_directory where campaign = $1", campaign
        )
        return bool(found)

    await _until(known)

    assert desk.campaign in await _published(own_broker, desk.campaign)
    async with httpx.AsyncClient() as http:
        metrics = (await http.get(f"{worker_url}/metrics")).text
        assert "campaign_relay_lag_events" in metrics


async def _published(address: KafkaAddress, campaign: str) -> set[str]:
    """Campaigns seen on the schedule's topic, read until the wanted one is among them."""
    seen: set[str] = set()
    async with reader(address) as consumer:
        partitions = partitions_of(SCHEDULE.topic)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)

        async def found() -> bool:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    seen.add(msgspec.json.decode(record.value, type=Envelope).campaign)
            return campaign in seen

        await _until(found)
    return seen


async def _is_ready(url: str) -> bool:
    async with httpx.AsyncClient() as http:
        try:
            return (await http.get(f"{url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await holds():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.1)
