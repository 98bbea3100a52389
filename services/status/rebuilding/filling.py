"""Filling: views far behind the topics are made anew of all that these hold, history and all.

What is taken is what the worker would have taken batch by batch; whatever is not in order ends the
filling, and is left to the worker, who knows what to do about it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from aiokafka import ConsumerRecord

from services.status.rebuilding.beside import LONG_SECONDS, TABLES, together
from services.status.rebuilding.building import Building, standing
from services.status.rebuilding.lanes import FEW_EVENTS, shares
from services.status.rebuilding.processes import side_by_side
from services.status.rebuilding.reading import Excluded, Taken
from services.status.rebuilding.recollecting import RecollectedPart
from services.status.rebuilding.refusals import FillingNotPossible
from services.status.rebuilding.sources import FromTopics
from services.status.storage import history_row
from shared.kernel.envelope import Envelope
from shared.platform.consuming import HistoryKey, NotAnEvent, Record, envelope_in
from shared.platform.postgres import Pool

OpenPool: TypeAlias = Callable[[], AbstractAsyncContextManager[Pool]]

# In the order of the key, so that its pages fill one after the other.
_KEEP: Final = """
insert into "{live}".history select * from "{beside}".history order by service, league, version
"""
_REACH: Final = """
insert into checkpoints as c (projection, service, league, version, recorded_at)
select $1, h.service, h.league, h.version, h.recorded_at
from "{beside}".history h join (
    select service, league, max(version) as version from "{beside}".history group by 1, 2
) last using (service, league, version)
on conflict (projection, service, league) do update
    set version = excluded.version, recorded_at = excluded.recorded_at, applied_at = now()
"""


class Taking:
    """What the topics hold, each event once and in its history's order; of those that the views
    have not kept, the rows of their history.
    """

    def __init__(self, before: Mapping[HistoryKey, int]) -> None:
        self._before = before
        self._read: dict[HistoryKey, int] = {}
        self._part, self._events = Taken({}, 0, []), 0

    def fresh(self, records: Sequence[ConsumerRecord[bytes, bytes]]) -> list[Envelope]:
        """Those not taken yet; FillingNotPossible where one is missing, or is no event."""
        fresh: list[Envelope] = []
        for record in records:
            found = Record(record.topic, record.partition, record.offset, record.value or b"")
            try:
                envelope = envelope_in(found)
            except NotAnEvent as cause:
                raise FillingNotPossible(cause=f"{found.place}: {cause}") from cause
            key = found.service, envelope.league
            last = self._read.get(key, 0)
            if envelope.version <= last:
                continue
            if envelope.version != last + 1:
                raise FillingNotPossible(cause=f"{found.place}: version {last + 1} is missing")
            self._read[key] = self._part.reached[key] = envelope.version
            fresh.append(envelope)
            if envelope.version > self._before.get(key, 0):
                self._part.kept.append(history_row(found.service, envelope, found.value))
        self._events += len(fresh)
        return fresh

    def take_part(self) -> Taken:
        """What was taken since this was asked last."""
        part, self._part = self._part._replace(events=self._events), Taken({}, 0, [])
        self._events = 0
        return part


@dataclass(kw_only=True)
class Filling(Building):
    """Views being filled: where they stood, and the partitions to be read, with their sizes."""

    before: Mapping[HistoryKey, int]
    topics: FromTopics
    sizes: Mapping[int, int]

    async def take(self, opened: OpenPool, count: int, at_least: int = FEW_EVENTS) -> None:
        """Take all the topics hold, side by side if it is much."""
        work = shares(self.sizes, count, at_least)
        if len(work) < 2:
            await self.take_partitions()
        else:
            await side_by_side([partial(self._lane, opened, sizes) for sizes in work])
        self.reading.read = await self.journal.read(self.connection, self.number)
        if lost := [key for key, v in self.before.items() if self.reading.read.get(key, 0) < v]:
            raise FillingNotPossible(cause=f"the topics hold less than the views of {lost}")

    async def _lane(self, opened: OpenPool, sizes: Mapping[int, int]) -> None:
        async with opened() as pool, pool.acquire() as connection:
            await replace(self, pool=pool, connection=connection, sizes=sizes).take_partitions()

    async def take_partitions(self) -> None:
        """Take them portion by portion; one is written while the next is read."""
        taking = Taking(self.before)
        async with self.parts() as write:
            async for batches in self.topics.whole(self.sizes):
                facts = RecollectedPart()
                async for records in batches:
                    facts.learn(taking.fresh(records))
                await write(facts, taking.take_part())

    async def finish(self) -> None:
        """As of any views; where none are kept yet, the history's indexes are made meanwhile."""
        finishing = [super().finish()]
        if not self.before:
            finishing.append(self.beside.index_history(self.pool))
        await together(*finishing)

    async def _round(self) -> tuple[dict[HistoryKey, int], Excluded, int]:
        """Say how far the views have come, where nobody has done so since; keep the history."""
        projection = self.journal.projection
        reached, passed = await standing(self.connection, projection)
        if reached != self.before or passed:
            raise FillingNotPossible(cause="another worker has gone on meanwhile")
        schemas = {"live": self.beside.live, "beside": self.beside.schema}
        await self.connection.execute(_REACH.format(**schemas), projection, timeout=LONG_SECONDS)
        if self.before:
            await self.connection.execute(_KEEP.format(**schemas), timeout=LONG_SECONDS)
        read = self.reading.read
        return read, set(), sum(read.values()) - sum(reached.values())

    async def _take_the_place(self) -> None:
        """Nobody wants to go back to what was far behind. An empty history is left as well."""
        tables = TABLES if self.before else (*TABLES, "history")
        await self.beside.take_the_place(self.connection, tables, keep_former=False)
