"""Processes and servers killed under load: the view ends equal to a recount of the events."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from fastapi import APIRouter

from deploy.embedded import Cluster, start_postgres
from deploy.layout import ROOT
from deploy.processes import Child
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.http import create_app
from shared.platform.kafka import KafkaAddress
from shared.platform.metrics import Metrics
from shared.platform.postgres import LOST
from tests.faults.servers import level, opened, served
from tests.integration.platform.deliveries import write
from tests.integration.platform.tally import contract, new_schema
from tests.integration.platform.topics import first_seen, until, versions

UNITS = [f"15{league:02}01" for league in range(1, 9)]


@asynccontextmanager
async def worker_process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.tally_worker", *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"started\n"
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@pytest.mark.kafka
async def test_a_worker_killed_under_load_loses_and_doubles_nothing(
    database_url: str, bootstrap: str, real_broker: bool
) -> None:
    schema, tally = await new_schema(database_url), contract()
    kind = "real" if real_broker else "embedded"
    arguments = (database_url, schema, tally.service, bootstrap, kind)
    async with opened(database_url, schema) as pool:
        handler = CommandHandler(EventStore(pool, tally))

        async def keep_writing() -> None:
            for _ in range(100):
                await write(handler, UNITS, times=1)
                await asyncio.sleep(0.05)

        async def under_way() -> bool:
            return bool(await pool.fetchval("select count(*) from counted"))

        async with worker_process(*arguments) as process:
            writing = asyncio.create_task(keep_writing())
            await until(under_way)
            await asyncio.sleep(random.uniform(0, 0.5))
            process.send_signal(signal.SIGKILL)
        await writing
        async with worker_process(*arguments):
            await until(lambda: level(pool))
        published = await versions(KafkaAddress(bootstrap), tally.topic)
        heads = dict(await pool.fetch("select league, version from histories"))

    assert sum(heads.values()) == 800
    for league, version in heads.items():
        assert first_seen(published[league]) == list(range(1, version + 1))


async def test_a_broker_that_lost_its_memory_is_filled_again(
    database_url: str, broker: Child, own_address: KafkaAddress
) -> None:
    """Its topics, offsets and groups are gone; what was written meanwhile is shown, too."""
    schema, tally = await new_schema(database_url), contract()
    async with opened(database_url, schema) as pool:
        handler = CommandHandler(EventStore(pool, tally))
        await write(handler, UNITS, times=4)
        async with served(database_url, schema, pool, tally, own_address):
            await until(lambda: level(pool))
            broker.kill()
            await write(handler, UNITS, times=3)
            await asyncio.to_thread(broker.start)
            await asyncio.to_thread(broker.wait_ready)
            await write(handler, UNITS[:2], times=3)
            await until(lambda: level(pool), 90)
            expected = dict(await pool.fetch("select league, version from histories"))

            async def filled() -> bool:
                found = await versions(own_address, tally.topic)
                return {league: set(each) for league, each in found.items()} == {
                    league: set(range(1, version + 1)) for league, version in expected.items()
                }

            await until(filled)
        assert await pool.fetchval("select count(*) from parked") == 0


async def test_a_database_server_that_crashes_interrupts_but_loses_nothing(
    own_postgres: tuple[Cluster, Child], own_address: KafkaAddress
) -> None:
    """What was answered is there after the crash, and relay and consumer go on by themselves."""
    cluster, server = own_postgres
    url = cluster.url("killed")
    schema, tally = await new_schema(url), contract()
    answered: dict[str, int] = {}

    async def keep_writing(handler: CommandHandler) -> None:
        for _ in range(60):
            with suppress(*LOST):
                await write(handler, UNITS[:4], times=1)
                for unit in UNITS[:4]:
                    answered[unit] = answered.get(unit, 0) + 1
            await asyncio.sleep(0.05)

    async def ready() -> dict[str, str]:
        return {}

    async with opened(url, schema) as pool, served(url, schema, pool, tally, own_address):
        router = APIRouter()

        @router.get("/count")
        async def count() -> int:
            counted: int = await pool.fetchval("select count(*) from events")
            return counted

        app = create_app("Tally", "", [router], Metrics(), ready)
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tally.test")
        writing = asyncio.create_task(keep_writing(CommandHandler(EventStore(pool, tally))))
        await asyncio.sleep(1)
        await asyncio.to_thread(server.kill)
        told = [await http.get("/count") for _ in range(3)]
        await asyncio.to_thread(start_postgres, cluster, server)
        await writing
        await until(lambda: level(pool), 90)
        assert (await http.get("/count")).status_code == 200
        await http.aclose()
        rows = await pool.fetch("select meta->>'unit', count(*)::int from events group by 1")
        counted = dict(rows)

    assert {(answer.status_code, answer.json()["code"]) for answer in told} == {
        (503, "database-unavailable")
    }
    assert all(counted[unit] >= times for unit, times in answered.items())
