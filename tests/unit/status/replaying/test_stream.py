"""A stream's end: whoever leaves, stalls or fails gives the seat back; a full house says so."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import pytest

from services.status.replaying.stream import EventStream, Seats, TooManyReplays

SCOPE = {
    "type": "http", "method": "GET", "path": "/replay", "headers": [], "query_string": b"",
    "asgi": {"version": "3.0", "spec_version": "2.3"},
}  # fmt: skip


class Chunks:
    """Chunks without end, until they are closed."""

    def __init__(self, failing_after: int = 10**9) -> None:
        self.given = 0
        self.is_closed = False
        self._failing_after = failing_after

    async def told(self) -> AsyncGenerator[bytes, None]:
        try:
            while self.given < self._failing_after:
                self.given += 1
                yield b": here\n\n"
                await asyncio.sleep(0)
            raise ConnectionError("the database is gone")
        finally:
            self.is_closed = True


class Client:
    """Takes so many messages, then leaves or takes no more."""

    def __init__(self, takes: int, *, then_leaves: bool) -> None:
        self.taken: list[dict[str, Any]] = []
        self._takes = takes
        self._then_leaves = then_leaves
        self._has_left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if len(self.taken) >= self._takes:
            if not self._then_leaves:
                await asyncio.Event().wait()
            self._has_left.set()
        self.taken.append(message)

    @property
    def status(self) -> int:
        return int(self.taken[0]["status"])


async def test_whoever_leaves_ends_the_replay() -> None:
    seats, chunks, client = Seats(), Chunks(), Client(5, then_leaves=True)
    await asyncio.wait_for(EventStream(chunks.told(), seats)(SCOPE, client.receive, client.send), 5)

    assert client.status == 200
    assert chunks.is_closed
    assert chunks.given < 20
    assert seats.taken == 0


async def test_whoever_takes_nothing_is_cut_off() -> None:
    seats, chunks, client = Seats(), Chunks(), Client(3, then_leaves=False)
    stream = EventStream(chunks.told(), seats, stalled_seconds=0.05)
    await asyncio.wait_for(stream(SCOPE, client.receive, client.send), 5)

    assert len(client.taken) == 3
    assert chunks.given <= 4
    assert chunks.is_closed
    assert seats.taken == 0


async def test_a_failure_on_the_way_gives_the_seat_back() -> None:
    seats, chunks, client = Seats(), Chunks(failing_after=3), Client(100, then_leaves=True)
    with pytest.raises(ConnectionError):
        await EventStream(chunks.told(), seats)(SCOPE, client.receive, client.send)

    assert seats.taken == 0
    assert chunks.is_closed


async def test_a_full_house_is_told_and_nothing_is_begun() -> None:
    seats, chunks, client = Seats(at_once=1), Chunks(), Client(100, then_leaves=True)
    with seats.one():
        await EventStream(chunks.told(), seats)(SCOPE, client.receive, client.send)
        assert seats.taken == 1

    headers = dict(client.taken[0]["headers"])
    assert client.status == 503
    assert headers[b"retry-after"]
    assert headers[b"content-type"] == b"application/problem+json"
    assert msgspec.json.decode(client.taken[1]["body"])["code"] == "too-many-replays"
    assert chunks.given == 0


def test_a_seat_that_was_left_can_be_taken_again() -> None:
    seats = Seats(at_once=2)
    with seats.one(), seats.one():
        with pytest.raises(TooManyReplays), seats.one():
            pytest.fail("there was no seat")
        assert seats.taken == 2
    with seats.one():
        assert seats.taken == 1


async def test_what_is_streamed_is_neither_kept_nor_gathered() -> None:
    client = Client(2, then_leaves=True)
    await EventStream(Chunks().told(), Seats())(SCOPE, client.receive, client.send)
    headers = dict(client.taken[0]["headers"])

    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"x-accel-buffering"] == b"no"
