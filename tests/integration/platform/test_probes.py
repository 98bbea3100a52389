"""A worker's probes, asked as orchestrators and collectors ask, and as nobody should."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from deploy.layout import LOOPBACK, free_ports
from shared.platform import probes
from shared.platform.metrics import Metrics
from shared.platform.probes import Probes


class Worker:
    """What the probes tell of, and where they do."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.metrics = Metrics()
        self.missing: dict[str, str] | Exception = {}

    async def ready(self) -> dict[str, str]:
        if isinstance(self.missing, Exception):
            raise self.missing
        return self.missing

    async def ask(self, path: str, method: str = "GET") -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.request(method, f"http://{LOOPBACK}:{self.port}{path}")

    async def say(self, words: bytes) -> bytes:
        """What is answered to bytes, however wrong, until the connection is closed."""
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        writer.write(words)
        async with asyncio.timeout(5):
            heard = await reader.read()

        writer.close()
        # What was cut off was perhaps not read to its end: the other side may then reset.
        with suppress(ConnectionError):
            await writer.wait_closed()
        return heard


@asynccontextmanager
async def opened() -> AsyncIterator[Worker]:
    worker, stop = Worker(), asyncio.Event()
    serving = asyncio.create_task(
        Probes(worker.metrics, worker.ready).run(LOOPBACK, worker.port, stop)
    )
    await asyncio.sleep(0.05)
    try:
        yield worker
    finally:
        stop.set()
        await serving


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with opened() as found:
        yield found


async def test_a_living_worker_says_so(worker: Worker) -> None:
    answer = await worker.ask("/livez")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_ready_worker_misses_nothing(worker: Worker) -> None:
    answer = await worker.ask("/readyz?verbose=1")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "missing": {}})


async def test_what_is_missing_is_named(worker: Worker) -> None:
    worker.missing = {"database": "not migrated", "relay": "retrying"}

    answer = await worker.ask("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not-ready", "missing": worker.missing}


async def test_a_worker_that_cannot_tell_is_not_ready(worker: Worker) -> None:
    worker.missing = ZeroDivisionError()

    answer = await worker.ask("/readyz")

    assert answer.status_code == 503
    assert answer.json()["missing"] == {"readiness": "ZeroDivisionError"}


async def test_metrics_are_exposed_as_prometheus_wants_them(worker: Worker) -> None:
    worker.metrics.events_applied.labels("status").inc(5)

    answer = await worker.ask("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'campaign_events_applied_total{projection="status"} 5.0' in answer.text


@pytest.mark.parametrize("path", ["/", "/docs", "/livez/", "/%00"])
async def test_other_addresses_are_problems_that_name_the_right_ones(
    worker: Worker, path: str
) -> None:
    answer = await worker.ask(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "/readyz" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
async def test_nothing_can_be_changed_here(worker: Worker, method: str) -> None:
    answer = await worker.ask("/livez", method)

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


async def test_a_head_is_answered_without_a_body(worker: Worker) -> None:
    answer = await worker.ask("/livez", "HEAD")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "words", [b"\r\n\r\n", b"GET\r\n\r\n", b"\xff\xfe \x00 \x01\r\n\r\n", b"GET /livez\r\n\r\n"]
)
async def test_what_is_no_request_gets_a_problem(worker: Worker, words: bytes) -> None:
    assert (await worker.say(words)).startswith(b"HTTP/1.1 404 ")


async def test_an_endless_head_is_cut_off(worker: Worker) -> None:
    assert await worker.say(b"GET /livez HTTP/1.1\r\nx: " + b"x" * 50_000) == b""


async def test_a_caller_who_says_nothing_is_not_waited_for(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "_PATIENCE_SECONDS", 0.2)

    assert await worker.say(b"GET /livez HTTP/1.1\r\n") == b""


async def test_many_may_ask_at_once(worker: Worker) -> None:
    answers = await asyncio.gather(*(worker.ask("/metrics") for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}


async def test_it_closes_at_once_though_somebody_still_talks() -> None:
    async with opened() as worker:
        _reader, writer = await asyncio.open_connection(LOOPBACK, worker.port)
        writer.write(b"GET /livez")
        await asyncio.sleep(0.05)
        began = time.monotonic()
    took = time.monotonic() - began
    writer.close()
    await writer.wait_closed()

    assert took < 2
