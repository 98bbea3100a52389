"""Server-sent events over HTTP: few at a time, none for whoever has left or reads no more."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from shared.kernel.refusals import Refusal
from shared.platform import problems

MEDIA_TYPE: Final = "text/event-stream"
AT_ONCE: Final = 8
STALLED_SECONDS: Final = 60.0

log = structlog.get_logger()


class TooManyReplays(Refusal):
    code = "too-many-replays"
    status = 503
    zh = "已有 {replays} 个回放正在进行,请稍后再试。"
    en = "{replays} replays are under way already; try again shortly."


class Seats:
    """How many replays may go on at once: each holds pages in memory and asks the database."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._taken = 0

    @property
    def taken(self) -> int:
        return self._taken

    @contextmanager
    def one(self) -> Iterator[None]:
        """A seat for as long as the block lasts, or TooManyReplays."""
        if self._taken >= self._at_once:
            raise TooManyReplays(replays=self._taken)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


class EventStream(StreamingResponse):
    """A stream that keeps its seat until it ends, however it ends.

    Whoever takes nothing for a while is cut off, and may come back with the last id it got.
    """

    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        seats: Seats,
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        # Proxies must neither keep nor gather what is meant to arrive as it is sent.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(chunks, headers=headers, media_type=MEDIA_TYPE)
        self._chunks = chunks
        self._seats = seats
        self._stalled_seconds = stalled_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patient_send(message: Message) -> None:
            async with asyncio.timeout(self._stalled_seconds):
                await send(message)

        try:
            with self._seats.one():
                await super().__call__(scope, receive, patient_send)
        except TooManyReplays as refusal:
            await problems.refused(Request(scope), refusal)(scope, receive, send)
        except TimeoutError:
            log.warning("replay-cut-off", path=scope["path"], seconds=self._stalled_seconds)
        finally:
            await self._chunks.aclose()
