"""Rebuilding the views: folded from zero beside the present ones, then put in their place at once.

Nothing is switched unless every event the present views hold was read again and applied.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

import msgspec

from services.status.rebuilding.beside import Beside, workers_wait
from services.status.rebuilding.building import Building, standing
from services.status.rebuilding.comparing import Comparison
from services.status.rebuilding.filling import Filling, OpenPool
from services.status.rebuilding.journal import (
    GOES_ON,
    Entry,
    Journal,
    Purpose,
    Stage,
    State,
    fingerprint,
)
from services.status.rebuilding.lanes import Lanes
from services.status.rebuilding.league import begun
from services.status.rebuilding.reading import Reading
from services.status.rebuilding.refusals import (
    FillingNotPossible,
    NothingToResume,
    RebuildCancelled,
    RebuildRunning,
    SwitchHindered,
)
from services.status.rebuilding.sources import FromTopics, Source
from shared.platform.postgres import Connection, Pool

_WATCH_SECONDS: Final = 0.25
_SHOWN: Final = 20
LANES: Final = 2
"""A worker that fills shares its machine with all that serve."""

_WATCHED: Final = "select state, events_read, parts_done from rebuilds where id = $1"

T = TypeVar("T")


class Progress(msgspec.Struct):
    """How far a rebuild has come."""

    rebuild: int
    stage: Stage
    events: int
    of: int
    parts: int


class Rebuild:
    """Rebuilds of the views of a projection, one at a time."""

    def __init__(
        self,
        pool: Pool,
        projection: str,
        tell: Callable[[Progress], None] = lambda _: None,
        lanes: Lanes | None = None,
    ) -> None:
        self._pool = pool
        self._lanes = lanes
        self._journal = Journal(projection)
        self._tell = tell

    async def run(self, source: Source) -> int:
        """Read everything again, then switch; how many events the views now stand on."""
        async with alone(self._pool, self._journal.projection) as connection:
            building = await self._begun(connection, "rebuild", source)
            return await self._watched(building, _built(building, source, self._lanes, _switched))

    async def verify(self, source: Source, shown: int = _SHOWN) -> Comparison:
        """Read everything again and compare; the present views stay as they are."""
        async with alone(self._pool, self._journal.projection) as connection:
            building = await self._begun(connection, "verify", source)
            return await self._verified(building, source, shown)

    async def league(self, league: str, source: Source) -> int:
        """Make one league's rows anew and put them in place; how many events were read for it."""
        async with alone(self._pool, self._journal.projection) as connection:
            of_league = await begun(connection, self._journal.projection, league)
            reading, total = of_league.reading, sum(of_league.reading.wanted.values())
            number = await self._journal.begin(connection, "rebuild", source.name, league, total)
            try:
                await of_league.read(connection, self._journal.projection, source)
                async with (
                    workers_wait(connection, self._journal.projection),
                    connection.transaction(isolation="repeatable_read"),
                ):
                    await of_league.replace(connection, self._journal.projection)
                    await self._journal.tell(connection, number, "switching", reading.events, 1)
                    await self._journal.end(connection, number, "switched")
            except BaseException as cause:
                await self._note(number, "reading", cause)
                raise
            return reading.events

    async def resume(self, source: Source, shown: int = _SHOWN) -> Comparison | int:
        """Go on with what was left half way, to the end it was begun for."""
        async with alone(self._pool, self._journal.projection) as connection:
            entry = await self._left(connection)
            building = await self._taken_up(connection, entry, source)
            if entry.purpose == "verify":
                return await self._verified(building, source, shown)
            return await self._watched(building, _built(building, source, self._lanes, _switched))

    async def fill(self, topics: FromTopics, sizes: Mapping[int, int], opened: OpenPool) -> int:
        """Make the views of all that the topics hold; how many events they had not applied."""
        async with alone(self._pool, self._journal.projection) as connection:
            filling = await self._filling(connection, topics, sizes)
            try:
                return await self._watched(filling, _filled(filling, opened))
            except BaseException:
                await filling.beside.drop(connection)
                await self._journal.drop(connection)
                raise

    async def _begun(self, connection: Connection, purpose: Purpose, source: Source) -> Building:
        journal, beside = self._journal, await Beside.of(connection)
        async with connection.transaction(isolation="repeatable_read"):
            wanted, excluded = await standing(connection, journal.projection)
        async with connection.transaction():
            number = await journal.begin(
                connection, purpose, source.name, None, sum(wanted.values())
            )
            await journal.exclude(connection, number, excluded)
            await beside.make(connection)
        reading = Reading(wanted, excluded, {})
        return Building(self._pool, connection, journal, number, beside, reading)

    async def _filling(
        self, connection: Connection, topics: FromTopics, sizes: Mapping[int, int]
    ) -> Filling:
        journal, beside = self._journal, await Beside.of(connection)
        before, passed = await standing(connection, journal.projection)
        if passed:
            raise FillingNotPossible(cause=f"events are parked or discarded: {sorted(passed)[:3]}")
        async with connection.transaction():
            number = await journal.begin(connection, "fill", topics.name, None, sum(sizes.values()))
            await beside.make(connection, history=True)
        return Filling(
            self._pool, connection, journal, number, beside, Reading({}, set(), {}),
            before=before, topics=topics, sizes=sizes,
        )  # fmt: skip

    async def _verified(self, building: Building, source: Source, shown: int) -> Comparison:
        return await self._watched(
            building, _built(building, source, self._lanes, lambda b: _compared(b, shown))
        )

    async def _left(self, connection: Connection) -> Entry:
        entries = await self._journal.entries(connection)
        left = next(
            (e for e in entries if e.league is None and e.state in GOES_ON and e.purpose != "fill"),
            None,
        )
        if (
            left is None
            or left.made_with != fingerprint()
            or not await (await Beside.of(connection)).exists(connection)
        ):
            raise NothingToResume
        return left

    async def _taken_up(self, connection: Connection, entry: Entry, source: Source) -> Building:
        """What is written stands; the rest is read up to where the views are now."""
        journal = self._journal
        async with connection.transaction():
            number = await journal.succeed(connection, entry.id, source.name)
        async with connection.transaction(isolation="repeatable_read"):
            wanted, excluded = await standing(connection, journal.projection)
            excluded |= await journal.excluded(connection, number)
            read = await journal.read(connection, number)
        # Leagues are whole in a part: what one has recorded since is caught up with later.
        done = {league for _, league in read}
        wanted = {key: v for key, v in wanted.items() if key[1] not in done} | read
        async with connection.transaction():
            await journal.expect(connection, number, sum(wanted.values()))
            await journal.exclude(connection, number, excluded)
        return Building(
            self._pool, connection, journal, number, await Beside.of(connection),
            Reading(wanted, excluded, read), entry.stage,
        )  # fmt: skip

    async def _watched(self, building: Building, building_it: Coroutine[Any, Any, T]) -> T:
        """Build, telling how it goes, until it is done or nobody wants it any more."""
        work = asyncio.ensure_future(building_it)
        watch = asyncio.create_task(self._watch(building))
        try:
            await asyncio.wait((work, watch), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await _stopped(work)
                watch.result()  # why it ended: cancelled, or the database is gone
            result = await work
        except RebuildCancelled:
            raise
        except BaseException as cause:
            await _stopped(work)
            await self._note(building.number, building.stage, cause)
            raise
        else:
            await self._told(building)
            return result
        finally:
            await _stopped(watch)

    async def _watch(self, building: Building) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if await self._told(building) == "cancelled":
                raise RebuildCancelled

    async def _told(self, building: Building) -> str:
        """Say how far it has come; what the journal says of its state."""
        state, events, parts = await self._pool.fetchrow(_WATCHED, building.number)
        wanted = sum(building.reading.wanted.values())
        events = max(events, building.reading.events)
        self._tell(Progress(building.number, building.stage, events, wanted, parts))
        return str(state)

    async def _note(self, number: int, stage: Stage, cause: BaseException) -> None:
        """Why it ended. What cannot be noted shows as interrupted: its lock is free."""
        stopped = isinstance(cause, asyncio.CancelledError)
        state: State = "built" if isinstance(cause, SwitchHindered) else "failed"
        with suppress(OSError, RuntimeError, RebuildCancelled):
            async with self._pool.acquire() as connection:
                await self._journal.end(
                    connection, number, "cancelled" if stopped else state, stage,
                    cause="" if stopped else repr(cause),
                )  # fmt: skip


async def _built(
    building: Building,
    source: Source,
    lanes: Lanes | None,
    end: Callable[[Building], Awaitable[T]],
) -> T:
    if building.stage == "reading":
        await (building.fold(source) if lanes is None else lanes.fold(building, source))
        building.reading.finish({league for _, league in building.reading.wanted})
    await building.finish()
    await building.catch_up()
    return await end(building)


async def _filled(filling: Filling, opened: OpenPool) -> int:
    await filling.take(opened, LANES)
    await filling.finish()
    return await _switched(filling) - sum(filling.before.values())


async def _switched(building: Building) -> int:
    building.stage = "switching"
    await building.switch()
    building.stage = "done"
    return sum(building.reading.read.values())


async def _compared(building: Building, shown: int) -> Comparison:
    comparison = await building.compare(shown)
    async with building.connection.transaction():
        await building.beside.drop(building.connection)
        await building.journal.end(
            building.connection, building.number, "compared", differences=comparison.counts
        )
    building.stage = "done"
    return comparison


async def _stopped(task: "asyncio.Future[T]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def lock_of(projection: str) -> str:
    """What whoever rebuilds these views holds."""
    return f"rebuild-{projection}"


@asynccontextmanager
async def alone(pool: Pool, projection: str) -> AsyncIterator[Connection]:
    """A connection on which nobody else rebuilds these views."""
    lock = lock_of(projection)
    async with pool.acquire() as connection:
        if not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", lock):
            raise RebuildRunning
        try:
            yield connection
        finally:
            await connection.execute("select pg_advisory_unlock(hashtext($1))", lock)
