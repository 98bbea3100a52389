"""Reading the histories up to a position, in short queries: nothing is held open between them."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final, NamedTuple, TypeAlias

from services.status.knowing.learnt import Elsewhere
from services.status.knowing.scope import Scope
from services.status.knowing.types import ELSEWHERE, TEACHING
from shared.kernel.positions import Positions
from shared.platform.postgres import Pool

Stretch: TypeAlias = tuple[str, str, int, int]
"""Service, league, after which version, up to which."""

Parts: TypeAlias = AsyncGenerator[AsyncIterable[bytes], None]
"""Each a stream of arrays of envelopes, in no order within; a league's history lies within one part."""

AT_ONCE: Final = 2_000
# A socket holds less than is learnt in a turn: two answers that come in at once keep up with it.
_AHEAD: Final = 2
# As one array, a row and an envelope each are not made by themselves: that took a tenth of the time.
_AS_ARRAY: Final = "'['::bytea || coalesce(string_agg(h.value, ','), '') || ']'"
_WHOLE: Final = f"""
select {_AS_ARRAY}
from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) p(service, league, after, up_to)
cross join lateral (
    select value from history
    where service = p.service and league = p.league and version > p.after and version <= p.up_to
      and campaign = $5 and type = any($6::text[])
    offset 0
) h
"""  # noqa: S608 - the expression is ours
_ELSEWHERE: Final = f"""
select {_AS_ARRAY} from history h
join unnest($1::text[], $2::text[], $3::bigint[]) p(service, league, version)
    on (p.service, p.league) = (h.service, h.league)
where h.version <= p.version and h.campaign = $4 and h.type = any($5::text[])
"""  # noqa: S608


class _Query(NamedTuple):
    text: str
    asked: Sequence[Any]


async def parts(pool: Pool, campaign: str, position: Positions, scope: Scope) -> Parts:
    """League by league; at last, what the histories of others tell of things of these leagues."""
    planned = list(_planned(campaign, position, scope))
    others = {} if scope is None else {k: end for k, end in position.items() if k[1] not in scope}
    last = [_elsewhere(campaign, others)] if others else []
    answers = _Answers(pool, chain(*planned, last))
    try:
        for queries in planned:
            yield _in_turn(answers, len(queries))
        if last:
            yield Elsewhere(_in_turn(answers, 1))
    finally:
        await answers.close()


class _Answers:
    """Answers in the order of their queries: while one is learnt, the next are fetched."""

    def __init__(self, pool: Pool, queries: Iterator[_Query]) -> None:
        self._pool = pool
        self._queries = queries
        self._reading: deque[asyncio.Task[bytes]] = deque()
        self._read_on()

    async def next(self) -> bytes:
        answer = await self._reading[0]
        self._reading.popleft()
        self._read_on()
        return answer

    async def close(self) -> None:
        for reading in self._reading:
            reading.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    def _read_on(self) -> None:
        for query in islice(self._queries, _AHEAD - len(self._reading)):
            self._reading.append(asyncio.create_task(self._fetched(query)))

    async def _fetched(self, query: _Query) -> bytes:
        answer: bytes = await self._pool.fetchval(query.text, *query.asked)
        return answer


async def _in_turn(answers: _Answers, count: int) -> AsyncGenerator[bytes, None]:
    for _ in range(count):
        yield await answers.next()


def _planned(campaign: str, position: Positions, scope: Scope) -> Iterator[list[_Query]]:
    """The queries of each league."""
    for league in sorted({league for _, league in position}):
        if scope is None or league in scope:
            ends = {key: end for key, end in position.items() if key[1] == league}
            yield [_whole(campaign, stretches) for stretches in _batches(ends)]


def _elsewhere(campaign: str, ends: Positions) -> _Query:
    services, leagues = [service for service, _ in ends], [league for _, league in ends]
    return _Query(_ELSEWHERE, (services, leagues, [*ends.values()], campaign, ELSEWHERE))


def _whole(campaign: str, stretches: Sequence[Stretch]) -> _Query:
    columns = [list(column) for column in zip(*stretches, strict=True)]
    return _Query(_WHOLE, (*columns, campaign, TEACHING))


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
