"""A view of other services filled again from their own feeds, whatever it has seen before."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from shared.kernel.envelope import Envelope
from shared.platform.completeness import Feeds
from shared.platform.consuming import Projection
from shared.platform.postgres import Connection, Pool

_AT_ONCE = 5_000
# Alone: workers hold it shared while they apply a batch, and skip afterwards what we have applied.
_LOCK = "select pg_advisory_xact_lock(hashtext($1))"
_REACHED = """
insert into checkpoints (projection, service, league, version, recorded_at)
values ($1, $2, $3, $4, $5)
"""


class Refillable(Projection, Protocol):
    """A projection that says which tables are all its own."""

    @property
    def tables(self) -> Sequence[str]: ...


async def refollow(
    pool: Pool, projection: Refillable, feeds: Feeds, tell: Callable[[str, int, int], None]
) -> Mapping[str, int]:
    """Empty the projection's tables and fill them from the feeds' first events; readers see the
    old ones until it is done. How many events of each service that were.
    """
    counts: dict[str, int] = {}
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_LOCK, f"parked-{projection.name}")
        for table in projection.tables:
            await connection.execute(f"delete from {table}")  # noqa: S608 - names are ours
        for table in ("checkpoints", "parked"):
            await connection.execute(
                f"delete from {table} where projection = $1",  # noqa: S608 - names are ours
                projection.name,
            )
        for service in (contract.service for contract in projection.contracts):
            heads = await feeds.heads(service)
            counts[service], total = 0, sum(heads.values())
            for league, head in sorted(heads.items()):
                source = _History(feeds, service, league, head)
                counts[service] += await _refill(connection, projection, source)
                tell(service, counts[service], total)
    return counts


class _History:
    """One league's history as its service's feed gives it."""

    def __init__(self, feeds: Feeds, service: str, league: str, head: int) -> None:
        self.service, self.league, self.head = service, league, head
        self._feeds = feeds

    async def page(self, after: int) -> list[Envelope]:
        up_to = min(self.head, after + _AT_ONCE)
        return await self._feeds.events(self.service, self.league, after, up_to)


async def _refill(connection: Connection, projection: Projection, history: _History) -> int:
    """Apply a whole history and note how far it went; how many events that were."""
    after, last = 0, None
    while after < history.head and (page := await history.page(after)):
        await projection.apply(connection, page)
        last, after = page[-1], page[-1].version
    if last is not None:
        reached: tuple[Any, ...] = (history.service, history.league, last.version, last.recordedat)
        await connection.execute(_REACHED, projection.name, *reached)
    return after
