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
from services.status.replaying.totals import Running
from shared.kernel.events import Instant

KEEP_ALIVE_SECONDS: Final = 10.0
# Events due this close together go out together.
_TICK_SECONDS: Final = 0.02
KEEP_ALIVE: Final = b": keep-alive\n\n"
_BEGIN: Final = b"retry: 3000\n: replay\n\n"


class ShownEnvelope(msgspec.Struct, omit_defaults=True, tag_field="specversion", tag="1.0"):
    """An envelope for those who may read the views, not the streams: without the traces of the
    requests behind it.
    """

    id: str
    source: str
    type: str
    subject: str
    time: Instant
    campaign: str
    league: str
    version: int
    stream: str
    streamversion: int
    unitpath: str
    actor: str
    recordedat: Instant
    hash: str
    data: msgspec.Raw


_shown: Final = msgspec.json.Decoder(ShownEnvelope).decode
_encode: Final = msgspec.json.Encoder().encode


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
        self._running.totals.complete = True
        yield self._totals()

    async def _recounted(self, up_to: Position) -> AsyncGenerator[bytes, None]:
        pages = self._history.pages(self._selection, up_to=up_to, values=False)
        async with aclosing(pages):
            async for page in pages:
                for each in page:
                    self._running.hear(each.heard)
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
                    waiting.append(self._event(each))
                    self._running.hear(each.heard)
                    waiting.append(self._totals_if_due())
                yield b"".join(waiting)

    def _event(self, told: Told) -> bytes:
        value = told.value or b""
        if not self._manner.whole:
            value = _encode(_shown(value))
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (
            str(told.position).encode(),
            told.heard.type.encode(),
            _on_one_line(value),
        )

    def _totals_if_due(self) -> bytes:
        events = self._running.totals.events
        return self._totals() if events and events % self._manner.totals_every == 0 else b""

    def _totals(self) -> bytes:
        return b"event: totals\ndata: %b\n\n" % _encode(self._running.totals)


async def _until(due_at: float) -> AsyncGenerator[bytes, None]:
    """Wait, and show now and then that somebody is still here."""
    while (seconds := due_at - monotonic()) > 0:
        await asyncio.sleep(min(seconds, KEEP_ALIVE_SECONDS))
        if seconds > KEEP_ALIVE_SECONDS:
            yield KEEP_ALIVE


def _on_one_line(value: bytes) -> bytes:
    """JSON has line ends only between its parts; here a line's end is the datum's."""
    if b"\n" in value or b"\r" in value:
        return value.replace(b"\r", b" ").replace(b"\n", b" ")
    return value
