"""Rebuilding inline views: every stream folded from its first event, written set by set."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from shared.contracts.contract import Contract
from shared.kernel.events import Event
from shared.platform.commands import Change, Work
from shared.platform.lives import Life
from shared.platform.postgres import Connection, Pool

_AT_ONCE = 5_000

# A stream may lie in several histories: its own versions, not theirs, say the order.
_STREAMS = """
select stream, data::text as body, type, schema_version,
       meta->>'campaign' as campaign, meta->>'unit' as unit, meta->>'path' as path
from events where starts_with(stream, $1 || '/')
order by stream, stream_version
"""


@dataclass(slots=True)
class Past:
    """A whole stream, and where its first event was told."""

    work: Work[None]
    events: list[Event] = field(default_factory=list)


async def rebuild(pool: Pool, contract: Contract, lives: Iterable[Life]) -> dict[str, int]:
    """Empty each life's tables and fill them again, while writers wait; streams by table."""
    async with while_writers_wait(pool) as connection:
        return await refill_lives(connection, contract, lives)


async def refill_lives(
    connection: Connection, contract: Contract, lives: Iterable[Life]
) -> dict[str, int]:
    """Do so within a transaction that goes on."""
    return {life.view.table.name: await refill(connection, contract, life) for life in lives}


@asynccontextmanager
async def while_writers_wait(pool: Pool) -> AsyncIterator[Connection]:
    """One transaction in which no command is half way; readers see what was there before."""
    async with pool.acquire() as connection, connection.transaction():
        # Writers take their history's row first: none can be half way when we hold the table.
        await connection.execute("lock table histories in exclusive mode")
        yield connection


async def refill(connection: Connection, contract: Contract, life: Life) -> int:
    """Empty a life's tables and fill them again; how many streams there are."""
    for table in life.view.tables:
        # Deleted, not truncated: a writer that waits for us already holds its table.
        await connection.execute(f"delete from {table.name}")  # noqa: S608 - names are ours
    count = 0
    async for streams in whole_streams(connection, contract, life.prefix):
        await life.view(
            connection,
            [
                Change(past.work, life.decider.fold(past.events), len(past.events))
                for past in streams
            ],
        )
        count += len(streams)
    return count


async def whole_streams(
    connection: Connection, contract: Contract, prefix: str
) -> AsyncIterator[list[Past]]:
    """The streams `<prefix>/...` with all their events, some thousands at a time."""
    streams: list[Past] = []
    async for row in connection.cursor(_STREAMS, prefix, prefetch=_AT_ONCE):
        stream = row["stream"]
        if not streams or streams[-1].work.stream != stream:
            if len(streams) >= _AT_ONCE:
                yield streams
                streams = []
            work = Work(stream, row["campaign"], row["unit"], row["path"], None)
            streams.append(Past(work))
        body = msgspec.Raw(row["body"])
        streams[-1].events.append(contract.decode(row["type"], row["schema_version"], body))
    if streams:
        yield streams
