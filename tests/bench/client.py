"""A load client that costs little: prepared requests on kept connections, in its own process."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop


class Call(msgspec.Struct, frozen=True):
    """One request; `due_seconds` after the start when calls are paced, else as soon as possible."""

    method: str
    path: str
    body: str = ""
    headers: dict[str, str] = {}
    due_seconds: float = 0.0


class Plan(msgspec.Struct, frozen=True):
    base_url: str
    connections: int
    calls: list[Call]


class Taken(msgspec.Struct, frozen=True):
    """Seconds each call took (from when it was due), the statuses seen, and the whole."""

    seconds: list[float]
    statuses: dict[str, int]
    whole_seconds: float
    first_refusal: str = ""


class _Connection(asyncio.Protocol):
    """One kept connection: a request's bytes out, the status and body of its answer back."""

    def __init__(self) -> None:
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is not derived from it

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, end, body = self._seen.partition(b"\r\n\r\n")
        if not end or len(body) < _length_in(head):
            return
        self._seen = b""
        if self._answered is not None:
            self._answered.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("cut before the answer"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _length_in(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


async def run(plan: Plan) -> Taken:
    address = urlsplit(plan.base_url)
    host, port = address.hostname or "localhost", address.port or 80
    # Whatever can be done beforehand is: the client shares the cores with what it measures.
    waiting = [(call.due_seconds, _request(call, address.netloc)) for call in plan.calls]
    waiting.reverse()
    seconds: list[float] = []
    statuses: Counter[str] = Counter()
    refusals: list[str] = []
    started = time.perf_counter()

    async def connection() -> None:
        _, asked = await asyncio.get_running_loop().create_connection(_Connection, host, port)
        while waiting:
            due_seconds, request = waiting.pop()
            begun = time.perf_counter()
            if due_seconds:
                begun = started + due_seconds
                await asyncio.sleep(max(0.0, begun - time.perf_counter()))
            status, body = await asked.ask(request)
            seconds.append(time.perf_counter() - begun)
            statuses[str(status)] += 1
            if status >= 400 and not refusals:
                refusals.append(body.decode()[:500])
        asked.close()

    await asyncio.gather(*(connection() for _ in range(plan.connections)))
    whole = time.perf_counter() - started
    return Taken(seconds, statuses, whole, refusals[0] if refusals else "")


def _request(call: Call, host: str) -> bytes:
    body = call.body.encode()
    headers = {"Host": host, "Content-Length": str(len(body)), **call.headers}
    if body:
        headers.setdefault("Content-Type", "application/json")
    lines = [f"{call.method} {call.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def send(base_url: str, calls: Sequence[Call], connections: int) -> Taken:
    """Run the calls from a process of their own, so that measuring costs the measured little."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.client",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    plan = msgspec.json.encode(Plan(base_url, connections, list(calls)))
    out, _ = await process.communicate(plan)
    taken = msgspec.json.decode(out, type=Taken)
    if taken.first_refusal:
        raise RuntimeError(f"the service refused: {taken.statuses} {taken.first_refusal}")
    return taken


if __name__ == "__main__":
    told = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(told))))
