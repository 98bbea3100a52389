"""A service's worker as a process of its own, and what comes out of it on its topic."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import msgspec

from deploy.embedded import broker_program
from deploy.layout import LOOPBACK, free_ports
from deploy.processes import Child, stop_all
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
from tests.support.desk import registered

_PATIENCE_SECONDS = 30.0


@contextmanager
def broker_of_its_own(folder: Path) -> Iterator[KafkaAddress]:
    """What is put on its topics would stop other tests' relays, whose stores never had it."""
    (port,) = free_ports(1)
    child = Child(broker_program(port), folder / "broker.log")
    try:
        child.start()
        child.wait_ready()
        yield KafkaAddress(f"{LOOPBACK}:{port}", idempotence=False)
    finally:
        stop_all([child])


@asynccontextmanager
async def running_worker(
    service: str, database_url: str, broker: KafkaAddress, folder: Path, **settings: str
) -> AsyncIterator[str]:
    """The address of the running worker's probes; it ends cleanly when told to."""
    port, unused = free_ports(2)
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "KAFKA_IDEMPOTENCE": str(broker.idempotence),
        "ISSUER_URL": f"http://{LOOPBACK}:{unused}",
        "UNITS_URL": f"http://{LOOPBACK}:{unused}",
        "PORT": str(unused),
        "METRICS_PORT": str(port),
        **settings,
    }
    with (folder / "worker.log").open("wb") as log:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{service}.main", "worker",
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            url = f"http://{LOOPBACK}:{port}"
            await until(lambda: _is_ready(url))
            yield url
            child.terminate()
            assert await asyncio.wait_for(child.wait(), 20) == 0
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()


async def send_region(broker: KafkaAddress, campaign: str) -> None:
    """Tell of a campaign's root on the topic of units, in a history of its own."""
    await ensure_topics(broker, [UNITS.topic])
    league = f"w{time.time_ns()}"
    envelope = msgspec.structs.replace(registered(campaign, "15", 1, "region"), league=league)
    async with producer(broker) as sender:
        await sender.send_and_wait(
            UNITS.topic, msgspec.json.encode(envelope), key=league.encode(),
            partition=partition_of(league),
        )  # fmt: skip


async def wait_until_published(broker: KafkaAddress, topic: str, campaign: str) -> None:
    """Until the topic has an event of the campaign."""
    seen: set[str] = set()
    async with reader(broker) as consumer:
        partitions = partitions_of(topic)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)

        async def found() -> bool:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    seen.add(msgspec.json.decode(record.value, type=Envelope).campaign)
            return campaign in seen

        await until(found)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await holds():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.1)


async def _is_ready(url: str) -> bool:
    async with httpx.AsyncClient() as http:
        try:
            return (await http.get(f"{url}/readyz")).status_code == 200
        except httpx.TransportError:
            return False
