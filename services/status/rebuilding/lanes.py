"""Lanes: parts of a rebuild folded side by side, each lane a process with its own partitions.

Folding takes more than one core has, and parts need nothing of one another. A lane is forked, so
that nothing need be loaded again; it opens what it needs itself, and writes under the rebuild's
number: cancelled or gone on with by another, it can write nothing more.
"""

import asyncio
import gc
import multiprocessing
import signal
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection as Pipe
from typing import Final, TypeAlias

import uvloop

from services.status.rebuilding.building import Building
from services.status.rebuilding.reading import Reading
from services.status.rebuilding.sources import Source, Wanted
from shared.kernel.refusals import Refusal
from shared.platform.kafka import partition_of
from shared.platform.postgres import Pool

Open: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[Pool, Source]]]
"""Opens a lane's own pool and source."""

_POLL_SECONDS: Final = 0.05
_FEW_EVENTS: Final = 40_000
"""For fewer, a lane costs more than it saves."""

_LastWord: TypeAlias = tuple[type[Refusal] | None, dict[str, object], str]
"""The refusal and its context, or what else went wrong; all empty when it is done."""
_SILENCE: Final[_LastWord] = (None, {}, "It ended without a word.")

_forking: Final = multiprocessing.get_context("fork")


class LaneFailed(RuntimeError):
    """A lane has ended before its work was done."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many there are at most, and how each opens its own."""

    count: int
    opened: Open
    at_least: int = _FEW_EVENTS

    async def fold(self, building: Building, source: Source) -> None:
        """Fold all that is left, side by side if it is much; then the building has read it."""
        work = divided(building.left(), self.count, self.at_least)
        if len(work) < 2:
            await building.fold(source)
            return
        lanes = [_Lane(self.opened, building, wanted) for wanted in work]
        try:
            for lane in lanes:
                lane.start()
            await asyncio.gather(*(lane.ended() for lane in lanes))
        finally:
            for lane in lanes:
                lane.stop()
        async with building.connection.transaction():
            building.reading.read = await building.journal.read(
                building.connection, building.number
            )


def divided(wanted: Wanted, count: int, at_least: int = _FEW_EVENTS) -> list[Wanted]:
    """Whole partitions to the lane that has least, as few lanes as there are events for."""
    count = max(1, min(count, sum(wanted.values()) // at_least))
    sizes: defaultdict[int, int] = defaultdict(int)
    for (_, league), version in wanted.items():
        sizes[partition_of(league)] += version
    lane_of: dict[int, int] = {}
    loads = [0] * count
    for partition, size in sorted(sizes.items(), key=lambda item: -item[1]):
        lane_of[partition] = loads.index(min(loads))
        loads[lane_of[partition]] += size
    return [
        {key: v for key, v in wanted.items() if lane_of[partition_of(key[1])] == number}
        for number in range(count)
    ]


class _Lane:
    """One process."""

    def __init__(self, opened: Open, building: Building, wanted: Wanted) -> None:
        self._told, end = _forking.Pipe(duplex=False)
        self._process = _forking.Process(target=_work, args=(end, opened, building, wanted))

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


def _work(end: Pipe, opened: Open, building: Building, wanted: Wanted) -> None:
    # Ctrl-C reaches all of a terminal's processes: the one that began us decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What a part leaves behind is no cycle: looking for some took a twentieth of a lane's time.
    gc.disable()
    last: _LastWord = (None, {}, "")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_folded(opened, building, wanted))
    except Refusal as refusal:
        last = type(refusal), refusal.context, ""
    except Exception as cause:  # noqa: BLE001 - whatever it is, the one that began us must hear of it
        last = None, {}, repr(cause)
    end.send(last)


async def _folded(opened: Open, building: Building, wanted: Wanted) -> None:
    async with opened() as (pool, source), pool.acquire() as connection:
        reading = Reading(wanted, building.reading.excluded, {})
        await replace(building, pool=pool, connection=connection, reading=reading).fold(source)
