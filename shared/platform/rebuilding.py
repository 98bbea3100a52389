"""Rebuilding inline views: every stream folded from its first event, written set by set."""

from collections.abc import Iterable

import msgspec

from shared.contracts.contract import Contract
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


async def rebuild(pool: Pool, contract: Contract, lives: Iterable[Life]) -> dict[str, int]:
    """Empty each life's tables and fill them again, while writers wait; streams by table."""
    written: dict[str, int] = {}
    async with pool.acquire() as connection, connection.transaction():
        # Writers take their history's row first: none can be half way when we hold the table. And
        # rows are deleted, not truncated: a writer that waits for us already holds its table.
        await connection.execute("lock table histories in exclusive mode")
        for life in lives:
            for table in life.view.tables:
                await connection.execute(f"delete from {table.name}")  # noqa: S608
            written[life.view.table.name] = await _refill(connection, contract, life)
    return written


async def _refill(connection: Connection, contract: Contract, life: Life) -> int:
    changes: dict[str, Change[None, object]] = {}
    count = 0
    async for row in connection.cursor(_STREAMS, life.prefix, prefetch=_AT_ONCE):
        stream = row["stream"]
        if stream not in changes:
            if len(changes) >= _AT_ONCE:
                await life.view(connection, list(changes.values()))
                changes.clear()
            count += 1
            work = Work(stream, row["campaign"], row["unit"], row["path"], None)
            changes[stream] = Change(work, life.decider.initial, 0)
        before = changes[stream]
        event = contract.decode(row["type"], row["schema_version"], msgspec.Raw(row["body"]))
        state = life.decider.evolve(before.state, event)
        changes[stream] = Change(before.work, state, before.version + 1)
    await life.view(connection, list(changes.values()))
    return count
