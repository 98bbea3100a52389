"""A replay as server-sent events: each envelope under its position, totals now and then."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from typing import Final

import msgspec

from services.status.replaying.pace import Pace
from services.status.replaying.position import BEGINNING, Position
from services.status.replaying.reading import History, Told
from services.status.replaying.selection import Selection
from services.status.replaying.showing import on_one_line, without_traces
from services.status.replaying.totals import Running

KEEP_ALIVE_SECONDS: Final = 10.0
# Events due this close together go out together.
_TICK_SECONDS: Final = 0.02
KEEP_ALIVE: Final = b": keep-alive\n\n"
_BEGIN: Final = b"retry: 3000\n: replay\n\n"


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is told: after how many events totals follow, and whether envelopes are whole."""

    totals_every: int
    whole: bool


class Telling:
    """One replay, from its beginning or from a position; it holds a page in memory, no more."""

    def __init__(
        self, history: History, selection: Selection, running: Running, pace: Pace, manner: Manner
    ) -> None:
        self._history = history
        self._selection = selection
        self._running = running
        self._pace = pace
        self._manner = manner

    async def told(self, after: Position | None = None) -> AsyncGenerator[bytes, None]:
        """The stream's bytes. After a position they are what would have followed it, totals
        included: all before is counted again, but not sent.
        """
        yield _BEGIN
        if after is not None:
            async with aclosing(self._recounted(after)) as chunks:
                async for chunk in chunks:
                    if chunk:
                        yield chunk
        async with aclosing(self._following(after or BEGINNING)) as chunks:
            async for chunk in chunks:
                if chunk:
                    yield chunk
        yield self._totals(complete=True)

    async def _recounted(self, up_to: Position) -> AsyncGenerator[bytes, None]:
        pages = self._history.pages(self._selection, up_to=up_to, values=False)
        async with aclosing(pages):
            async for page in pages:
                for each in page:
                    self._running.hear(each)
                yield KEEP_ALIVE
        yield self._totals_if_due()

    async def _following(self, after: Position) -> AsyncGenerator[bytes, None]:
        pages = self._history.pages(self._selection, after)
        started = monotonic()
        async with aclosing(pages):
            async for page in pages:
                waiting: list[bytes] = []
                for each in page:
                    due_at = started + self._pace.due_after(each)
                    if due_at - monotonic() > _TICK_SECONDS:
                        yield b"".join(waiting)
                        waiting.clear()
                        async for chunk in _until(due_at):
                            yield chunk
                    waiting += self._event(each)
                    self._running.hear(each)
                    waiting.append(self._totals_if_due())
                yield b"".join(waiting)

    def _event(self, told: Told) -> tuple[bytes, bytes, bytes]:
        position = f"{told.micros}.{told.service}.{told.league}.{told.version}"
        value = told.value or b""
        shown = value if self._manner.whole else without_traces(value)
        head = f"id: {position}\nevent: {told.type}\ndata: ".encode()
        return head, on_one_line(shown), b"\n\n"

    def _totals_if_due(self) -> bytes:
        events = self._running.events
        return self._totals() if events and events % self._manner.totals_every == 0 else b""

    def _totals(self, *, complete: bool = False) -> bytes:
        totals = self._running.totals(complete=complete)
        return b"event: totals\ndata: %b\n\n" % msgspec.json.encode(totals)


async def _until(due_at: float) -> AsyncGenerator[bytes, None]:
    """Wait, and show now and then that somebody is still here."""
    while (seconds := due_at - monotonic()) > 0:
        await asyncio.sleep(min(seconds, KEEP_ALIVE_SECONDS))
        if seconds > KEEP_ALIVE_SECONDS:
            yield KEEP_ALIVE
