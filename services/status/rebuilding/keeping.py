"""What is kept of rebuilds: looked at, cancelled, taken back, dropped."""

from typing import Final

import msgspec

from services.status.rebuilding.beside import Beside
from services.status.rebuilding.building import Building
from services.status.rebuilding.journal import Entry, Journal
from services.status.rebuilding.reading import Reading
from services.status.rebuilding.rebuild import alone, lock_of
from services.status.rebuilding.refusals import FormerViewsOutdated, NothingToTakeBack
from shared.platform.postgres import Connection, Pool

_MIGRATED: Final = "select exists (select 1 from migrations where ran_at > $1)"
_IS_FREE: Final = """
select not exists (
    select 1 from pg_locks where locktype = 'advisory' and objsubid = 1
        and (classid::bigint << 32 | objid::bigint) = (hashtext($1)::bigint)
        and database = (select oid from pg_database where datname = current_database())
)
"""


class Kept(msgspec.Struct):
    """The rebuilds, the latest first; and which tables stand beside those that serve."""

    rebuilds: list[Entry]
    next: bool
    former: bool


async def kept(pool: Pool, projection: str) -> Kept:
    """A rebuild whose process has ended without a word is `interrupted`."""
    async with pool.acquire() as connection:
        entries = await Journal(projection).entries(connection)
        if await connection.fetchval(_IS_FREE, lock_of(projection)):
            for entry in entries:
                entry.state = "interrupted" if entry.state == "running" else entry.state
        return Kept(
            entries,
            await (await Beside.of(connection)).exists(connection),
            await (await Beside.of(connection, "former")).exists(connection),
        )


async def cancelled(pool: Pool, projection: str) -> int:
    """Stop what runs, wherever it runs; how many rebuilds that were."""
    async with pool.acquire() as connection:
        return await Journal(projection).cancel(connection)


async def dropped(pool: Pool, projection: str) -> list[str]:
    """Drop what stands beside the views that serve; which that was."""
    async with alone(pool, projection) as connection, connection.transaction():
        found = [await Beside.of(connection), await Beside.of(connection, "former")]
        there = [beside for beside in found if await beside.exists(connection)]
        for beside in there:
            await beside.drop(connection)
        await Journal(projection).drop(connection)
        return [beside.schema for beside in there]


async def taken_back(pool: Pool, projection: str) -> int:
    """The views of before the last switch, brought up to date, serve again."""
    async with alone(pool, projection) as connection:
        journal, former = Journal(projection), await Beside.of(connection, "former")
        last = await _switched(connection, journal)
        if last is None or not await former.exists(connection):
            raise NothingToTakeBack
        if await connection.fetchval(_MIGRATED, last.finished_at):
            raise FormerViewsOutdated
        read = await journal.read(connection, last.id)
        excluded = await journal.excluded(connection, last.id)
        async with connection.transaction():
            number = await journal.begin(connection, "back", "former", None, sum(read.values()))
        reading = Reading(read, excluded, read)
        building = Building(pool, connection, journal, number, former, reading, "catching-up")
        await building.catch_up()
        await building.switch()
        return sum(building.reading.read.values())


async def _switched(connection: Connection, journal: Journal) -> Entry | None:
    entries = await journal.entries(connection, 1_000)
    return next((e for e in entries if e.state == "switched" and e.league is None), None)
