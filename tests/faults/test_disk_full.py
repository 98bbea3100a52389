"""A disk that is full under PostgreSQL: callers are told so, and nothing answered is lost."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import APIRouter, Response
from structlog.testing import capture_logs

from deploy.embedded import Cluster, postgres_home, start_postgres
from deploy.processes import Child, stop_all
from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.http import create_app
from shared.platform.kafka import KafkaAddress
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from tests.contract.outsider import head_of_chain
from tests.faults.servers import as_server, fill_disk, level, opened, served
from tests.integration.platform.deliveries import envelopes
from tests.integration.platform.tally import DECIDER, ORIGIN, contract, hold, new_schema
from tests.integration.platform.topics import until

UNITS = ("150201", "150301")
SEGMENT = 1024 * 1024
LARGEST_TABLE = SEGMENT + SEGMENT // 2
LARGEST_LOG = SEGMENT // 8
AT_ONCE = 40


@pytest.fixture
def small(
    tmp_path_factory: pytest.TempPathFactory, folder: Path
) -> Iterator[tuple[Cluster, Child]]:
    """A server whose log lies in small files, so that a table's files can be the larger ones."""
    cluster = Cluster(postgres_home(folder))
    cluster.prepare(durable=False)
    resized = as_server(
        (str(cluster.programs / "pg_resetwal"), "--wal-segsize=1", str(cluster.folder))
    )
    assert resized.returncode == 0, resized.stderr
    child = Child(cluster.program(), folder / "postgres.log")
    try:
        start_postgres(cluster, child)
        cluster.create_database("full")
        yield cluster, child
    finally:
        stop_all([child])


class Meetings:
    """An API that holds meetings, and how it answered."""

    def __init__(self, pool: Pool, tally: Contract) -> None:
        handler = CommandHandler(EventStore(pool, tally))
        router = APIRouter()

        @router.post("/{unit}/{number}")
        async def meet(unit: str, number: int) -> Response:
            work = hold(f"会场 {number}", unit, times=AT_ONCE)
            answer = await handler.one(DECIDER, work, ORIGIN)
            return Response(status_code=answer.status)

        async def ready() -> dict[str, str]:
            return {}

        app = create_app("Tally", "", [router], Metrics(), ready)
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://tally.test"
        )
        self.answered: Counter[str] = Counter()
        self._number = 0

    async def meet(self) -> set[tuple[int, str]]:
        """A meeting of each unit; the refusals."""
        self._number += 1
        refused = set()
        for unit in UNITS:
            answer = await self._http.post(f"/{unit}/{self._number}")
            if answer.is_success:
                self.answered[unit] += AT_ONCE
            else:
                refused.add((answer.status_code, answer.json()["code"]))
        return refused

    async def until_refused(self) -> set[tuple[int, str]]:
        for _ in range(400):
            if refused := await self.meet():
                return refused
        raise AssertionError("the disk never was full")


async def recorded(pool: Pool) -> dict[str, int]:
    return dict(await pool.fetch("select meta->>'unit', count(*)::int from events group by 1"))


async def check_chains(pool: Pool, tally: Contract) -> None:
    """Raise ValueError where a league's chain, as an outsider computes it, is broken."""
    for unit in UNITS:
        told: Any = await envelopes(EventStore(pool, tally), unit[:4], 0, 2**62)
        head_of_chain(json.loads(msgspec.json.encode(told)))


async def test_a_table_that_cannot_grow_refuses_until_there_is_room_again(
    small: tuple[Cluster, Child], own_address: KafkaAddress
) -> None:
    cluster, server = small
    url = cluster.url("full")
    schema, tally = await new_schema(url), contract()
    async with opened(url, schema) as pool, served(url, schema, pool, tally, own_address):
        meetings = Meetings(pool, tally)
        await asyncio.to_thread(fill_disk, server, LARGEST_TABLE)
        with capture_logs() as said:
            refused = await meetings.until_refused()
        again = await meetings.meet()
        await asyncio.to_thread(fill_disk, server)
        with_room = await meetings.meet()
        await until(lambda: level(pool), 60)
        await check_chains(pool, tally)

        assert refused | again == {(503, "database-full")}
        assert any(each["event"] == "database-full" for each in said)
        assert with_room == set()
        assert await recorded(pool) == meetings.answered


async def test_a_log_that_cannot_grow_ends_the_server_and_loses_nothing_answered(
    small: tuple[Cluster, Child], own_address: KafkaAddress
) -> None:
    cluster, server = small
    url = cluster.url("full")
    schema, tally = await new_schema(url), contract()
    async with opened(url, schema) as pool, served(url, schema, pool, tally, own_address):
        meetings = Meetings(pool, tally)
        assert await meetings.meet() == set()
        await asyncio.to_thread(fill_disk, server, LARGEST_LOG)
        refused = await meetings.until_refused()

        async def ended() -> bool:
            return server.exit_code is not None

        await until(ended)
        await asyncio.to_thread(start_postgres, cluster, server)
        assert await meetings.meet() == set()
        await until(lambda: level(pool), 60)
        await check_chains(pool, tally)
        counted = await recorded(pool)

    assert refused <= {(503, "database-unavailable"), (503, "database-full")}
    assert all(counted[unit] >= times for unit, times in meetings.answered.items())
