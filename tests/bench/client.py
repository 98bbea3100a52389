"""A load client that costs little: prepared requests on kept connections, in its own process."""

import asyncio
import sys
import time
from collections.abc import Sequence
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


async def run(plan: Plan) -> Taken:
    address = urlsplit(plan.base_url)
    waiting = list(reversed(plan.calls))
    seconds: list[float] = []
    statuses: dict[str, int] = {}
    refusals: list[str] = []
    started = time.perf_counter()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while waiting:
            call = waiting.pop()
            due = started + call.due_seconds
            if call.due_seconds:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            begun = due if call.due_seconds else time.perf_counter()
            writer.write(_request(call, address.netloc))
            status, body = await _answer(reader)
            seconds.append(time.perf_counter() - begun)
            statuses[str(status)] = statuses.get(str(status), 0) + 1
            if status >= 400 and not refusals:
                refusals.append(body.decode()[:500])
        writer.close()

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


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line[15:])
    return status, await reader.readexactly(length)


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
