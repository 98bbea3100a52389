"""Reading the histories up to a position, in short queries: nothing is held open between them."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Final, TypeAlias

from services.status.knowing.scope import Scope
from services.status.knowing.types import ACROSS, TEACHING
from shared.kernel.positions import Positions
from shared.platform.postgres import Pool

Stretch: TypeAlias = tuple[str, str, int, int]
"""Service, league, after which version, up to which."""

Parts: TypeAlias = AsyncGenerator[AsyncGenerator[Sequence[bytes], None], None]
"""Each a stream of envelopes, in no order within; a league's history lies within one part."""

AT_ONCE: Final = 4_000
_WHOLE: Final = """
select h.value
from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) p(service, league, after, up_to)
cross join lateral (
    select value from history
    where service = p.service and league = p.league and version > p.after and version <= p.up_to
      and campaign = $5 and type = any($6::text[])
    offset 0
) h
"""
_ACROSS: Final = """
select h.value from history h
join unnest($1::text[], $2::text[], $3::bigint[]) p(service, league, version)
    on (p.service, p.league) = (h.service, h.league)
where h.version <= p.version and h.campaign = $4 and h.type = any($5::text[])
"""


async def parts(pool: Pool, campaign: str, position: Positions, scope: Scope) -> Parts:
    if scope is not None:
        yield _across(pool, campaign, [key for key in position if key[1] not in scope], position)
    for league in sorted({league for _, league in position}):
        if scope is None or league in scope:
            ends = {key: version for key, version in position.items() if key[1] == league}
            yield _whole(pool, campaign, ends)


async def _across(
    pool: Pool, campaign: str, others: Sequence[tuple[str, str]], position: Positions
) -> AsyncGenerator[Sequence[bytes], None]:
    services, leagues = [key[0] for key in others], [key[1] for key in others]
    versions = [position[key] for key in others]
    yield [
        row[0] for row in await pool.fetch(_ACROSS, services, leagues, versions, campaign, ACROSS)
    ]


async def _whole(
    pool: Pool, campaign: str, ends: Positions
) -> AsyncGenerator[Sequence[bytes], None]:
    """While a batch is learnt, the next is fetched."""
    reading: asyncio.Task[list[bytes]] | None = None
    try:
        for stretches in _batches(ends):
            following = asyncio.create_task(_fetched(pool, campaign, stretches))
            before, reading = reading, following
            if before is not None:
                yield await before
        if reading is not None:
            yield await reading
    finally:
        if reading is not None:
            reading.cancel()


async def _fetched(pool: Pool, campaign: str, stretches: Sequence[Stretch]) -> list[bytes]:
    columns = [list(column) for column in zip(*stretches, strict=True)]
    return [value for (value,) in await pool.fetch(_WHOLE, *columns, campaign, TEACHING)]


def _batches(ends: Positions) -> Iterator[list[Stretch]]:
    """All versions up to the ends, about so many at once."""
    batch: list[Stretch] = []
    room = AT_ONCE
    for (service, league), end in sorted(ends.items()):
        after = 0
        while after < end:
            up_to = min(end, after + room)
            batch.append((service, league, after, up_to))
            room -= up_to - after
            after = up_to
            if not room:
                yield batch
                batch, room = [], AT_ONCE
    if batch:
        yield batch
