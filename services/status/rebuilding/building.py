"""Building: one rebuild under way, every step of it such that it can be gone on with after any end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec
import structlog

from services.status.projections import update_views
from services.status.rebuilding.beside import Beside, is_busy, together, workers_wait
from services.status.rebuilding.comparing import Comparison, compared
from services.status.rebuilding.journal import Journal, Stage
from services.status.rebuilding.reading import Excluded, Reading, Slim, Taken, slim
from services.status.rebuilding.recollecting import Part, RecollectedPart, Recollection
from services.status.rebuilding.refusals import SwitchHindered
from services.status.rebuilding.sources import Source
from services.status.storage import columns, copy_history
from shared.platform.consuming import HistoryKey
from shared.platform.postgres import Connection, Pool

log = structlog.get_logger()

_ROUNDS: Final = 8
_FEW: Final = 500
_AT_ONCE: Final = 5_000
_TRIES: Final = 30
_PAUSE_SECONDS: Final = 1.0

_CHECKPOINTS: Final = "select service, league, version from checkpoints where projection = $1"
_PASSED_BY: Final = """
select service, league, version from parked where projection = $1 and version is not null
union select service, league, version from discarded where projection = $1 and version is not null
"""
# What came while we were folding, and what was parked then and has been applied since. `offset 0`
# keeps it one index lookup a history: the planner would read all there is, to find next to nothing.
_SINCE: Final = """
select h.value from (
    select l.service, l.league, l.version, l.value from checkpoints c
    left join unnest($2::text[], $3::text[], $4::bigint[]) as read(service, league, version)
        using (service, league)
    cross join lateral (
        select * from history t where t.service = c.service and t.league = c.league
            and t.version > coalesce(read.version, 0)
        offset 0
    ) l
    where c.projection = $1
    union all
    select t.service, t.league, t.version, t.value
    from unnest($5::text[], $6::text[], $7::bigint[]) as passed(service, league, version)
    join history t using (service, league, version)
) h order by h.service, h.league, h.version
"""


WritePart: TypeAlias = Callable[[RecollectedPart, Taken], Awaitable[None]]
"""Given a part's facts, and what was read for them."""


async def standing(
    connection: Connection, projection: str
) -> tuple[dict[HistoryKey, int], Excluded]:
    """How far the present views have come, and what they passed by; within one snapshot."""
    reached = await connection.fetch(_CHECKPOINTS, projection)
    passed = await connection.fetch(_PASSED_BY, projection)
    return (
        {(service, league): version for service, league, version in reached},
        {(service, league, version) for service, league, version in passed},
    )


async def since(
    connection: Connection, projection: str, read: Mapping[HistoryKey, int], excluded: Excluded
) -> AsyncIterator[list[Slim]]:
    """What the present views have applied beyond these positions; within a transaction."""
    rows = [(*key, version) for key, version in read.items()]
    cursor = await connection.cursor(_SINCE, projection, *columns(rows, 3), *columns(excluded, 3))
    while found := await cursor.fetch(_AT_ONCE):
        yield [slim(value) for (value,) in found]


@dataclass(slots=True)
class Building:
    """What is being built, and how far it has come."""

    pool: Pool
    connection: Connection
    journal: Journal
    number: int
    beside: Beside
    reading: Reading
    stage: Stage = "reading"

    def left(self) -> dict[HistoryKey, int]:
        """The histories that no part written holds."""
        read = self.reading.read
        return {key: v for key, v in self.reading.wanted.items() if read.get(key) != v}

    async def fold(self, source: Source) -> None:
        """Part by part."""
        async with self.parts() as write:
            async for portion in source.portions(self.left()):
                before, facts = self.reading.events, RecollectedPart()
                async for values in portion.batches:
                    facts.learn(self.reading.fresh(values))
                reached = self.reading.finish(portion.leagues)
                await write(facts, Taken(reached, self.reading.events - before, []))

    @asynccontextmanager
    async def parts(self) -> AsyncIterator[WritePart]:
        """Writes one part while the next is read; at the end all are written."""
        writing: asyncio.Task[None] | None = None

        async def write(facts: RecollectedPart, taken: Taken) -> None:
            nonlocal writing
            part = facts.take_part()
            aside = [msgspec.json.encode(event) for event in facts.aside()]
            if writing is not None:
                await writing
            writing = asyncio.create_task(self._write(part, aside, taken))

        try:
            yield write
        finally:
            if writing is not None:
                await writing

    async def _write(self, part: Part, aside: list[bytes], taken: Taken) -> None:
        async with self.beside.transaction(self.connection):
            await self.beside.write(self.connection, part)
            if taken.kept:
                await copy_history(self.connection, taken.kept)
            await self.journal.set_aside(self.connection, self.number, aside)
            await self.journal.advance(self.connection, self.number, taken.reached)
            await self.journal.tell(self.connection, self.number, "reading", taken.events, 1)

    async def finish(self) -> None:
        """What no part alone could tell; then sums and indexes."""
        if self.stage == "reading":
            # Pieces are added at the end: the lines of parts need not wait for them.
            await together(self._rest_written(), self.beside.index_lines(self.pool))
            self.stage = "indexing"
        await self.beside.index(self.pool)
        self.stage = "catching-up"

    async def _rest_written(self) -> None:
        async with self.beside.transaction(self.connection):
            await self._write_rest()
            await self._tell("indexing")

    async def _write_rest(self) -> None:
        connection, facts = self.connection, Recollection()
        async for values in self.journal.aside(connection, self.number):
            facts.learn([slim(value) for value in values])
        part, rest = facts.take_part(), facts.take_rest()
        things = part.things | rest.things
        known = await self.beside.known_things(connection, things)
        rest = Part(
            part.units | rest.units,
            {ref: thing for ref, thing in things.items() if ref not in known},
        )
        others = rest.concerned() - rest.units.keys()
        elsewhere = await self.beside.facts_of(connection, others)
        await self.beside.write_rest(connection, rest, elsewhere, facts.campaigns)

    async def catch_up(self) -> None:
        """Take in what the present views have applied meanwhile, until little is left."""
        for _ in range(_ROUNDS):
            async with self.beside.transaction(self.connection, "repeatable_read"):
                reached, passed, count = await self._round()
                await self._tell("catching-up")
            self._reached(reached, passed)
            if count < _FEW:
                return

    async def switch(self) -> None:
        """Put the tables in place; workers wait for as long as that takes, readers hardly."""
        for _ in range(_TRIES):
            try:
                async with (
                    workers_wait(self.connection, self.journal.projection),
                    self.beside.transaction(self.connection, "repeatable_read", lasting=True),
                ):
                    reached, passed, count = await self._round()
                    await self._take_the_place()
                    await self.journal.end(self.connection, self.number, "switched")
            except Exception as hindered:
                if not is_busy(hindered):
                    raise
                log.warning("switch-retrying", error=repr(hindered))
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                self._reached(reached, passed)
                log.info("views-rebuilt", projection=self.journal.projection, since=count)
                return
        raise SwitchHindered

    async def _take_the_place(self) -> None:
        await self.beside.take_the_place(self.connection)

    async def compare(self, shown: int) -> Comparison:
        """With what the present views say at one position, while workers go on."""
        async with AsyncExitStack() as stack:
            other = await stack.enter_async_context(self.pool.acquire())
            async with workers_wait(self.connection, self.journal.projection):
                async with self.beside.transaction(self.connection, "repeatable_read"):
                    reached, passed, _ = await self._round()
                    await self._tell("comparing")
                await stack.enter_async_context(
                    other.transaction(isolation="repeatable_read", readonly=True)
                )
                # The first statement takes the snapshot, while no worker writes.
                await other.execute("select 1")
            self._reached(reached, passed)
            self.stage = "comparing"
            return await compared(other, self.beside, sum(reached.values()), shown)

    async def _round(self) -> tuple[dict[HistoryKey, int], Excluded, int]:
        """Apply what came since; where that leads to, once the transaction is committed."""
        connection, name = self.connection, self.journal.projection
        reached, passed = await standing(connection, name)
        count = 0
        async for events in since(connection, name, self.reading.read, self.reading.excluded):
            await update_views(connection, events)
            count += len(events)
        await self.journal.advance(connection, self.number, reached)
        await self.journal.exclude(connection, self.number, passed)
        return reached, passed, count

    def _reached(self, reached: dict[HistoryKey, int], passed: Excluded) -> None:
        self.reading.read, self.reading.excluded = reached, passed

    async def _tell(self, stage: Stage) -> None:
        await self.journal.tell(self.connection, self.number, stage)
