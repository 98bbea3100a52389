"""Processes side by side: each forked, so that nothing need be loaded again, and heard to its end.

What a process opens it opens itself. It writes under the rebuild's number: cancelled or gone on
with by another, it can write nothing more.
"""

import asyncio
import gc
import multiprocessing
import signal
from collections.abc import Callable, Coroutine, Sequence
from multiprocessing.connection import Connection as Pipe
from typing import Any, Final, TypeAlias

import uvloop

from shared.kernel.refusals import Refusal

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

_POLL_SECONDS: Final = 0.05

_LastWord: TypeAlias = tuple[type[Refusal] | None, dict[str, object], str]
"""The refusal and its context, or what else went wrong; all empty when it is done."""
_SILENCE: Final[_LastWord] = (None, {}, "It ended without a word.")

_forking: Final = multiprocessing.get_context("fork")


class LaneFailed(RuntimeError):
    """A lane has ended before its work was done."""


async def side_by_side(works: Sequence[Work]) -> None:
    """Do each in a process of its own; when one fails, or we are cancelled, none goes on."""
    lanes = [_Lane(work) for work in works]
    try:
        for lane in lanes:
            lane.start()
        await asyncio.gather(*(lane.ended() for lane in lanes))
    finally:
        for lane in lanes:
            lane.stop()


class _Lane:
    """One process."""

    def __init__(self, work: Work) -> None:
        self._told, end = _forking.Pipe(duplex=False)
        self._process = _forking.Process(target=_run, args=(end, work))

    def start(self) -> None:
        self._process.start()

    async def ended(self) -> None:
        """Wait for its last word; raises what made it fail."""
        while self._process.is_alive() and not self._told.poll():  # noqa: ASYNC110 - another process
            await asyncio.sleep(_POLL_SECONDS)
        try:
            refusal, context, cause = self._told.recv() if self._told.poll() else _SILENCE
        except EOFError:
            refusal, context, cause = _SILENCE
        if refusal is not None:
            raise refusal(**context)
        if cause:
            raise LaneFailed(cause)

    def stop(self) -> None:
        """What it has not committed is undone by the database."""
        if self._process.is_alive():
            self._process.kill()
        if self._process.pid is not None:
            self._process.join()
        self._told.close()


def _run(end: Pipe, work: Work) -> None:
    # Ctrl-C reaches all of a terminal's processes: the one that began us decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What a part leaves behind is no cycle: looking for some took a twentieth of a lane's time.
    gc.disable()
    last: _LastWord = (None, {}, "")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work())
    except Refusal as refusal:
        last = type(refusal), refusal.context, ""
    except Exception as cause:  # noqa: BLE001 - whatever it is, the one that began us must hear of it
        last = None, {}, repr(cause)
    end.send(last)
