"""Kept answers: what was asked of upper units is told again while the views have not changed."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from services.status.answers import Freshness
from services.status.facts import UnitFact
from shared.kernel.units import is_attached
from shared.platform.postgres import Pool

MOST_BYTES: Final = 16 * 1024 * 1024
"""So much is kept: a league's status takes thirty kilobytes, the page of its children a few hundred."""
_LOWEST_LEVEL: Final = 2
"""Below it there are many units, each asked for seldom and answered soon."""

# One look for all that may change what the views say. Events applied move a checkpoint; parked ones
# that are retried do not, but leave `parked`; a rebuild put in place brings another table; one of a
# league alone is noted in the journal by the transaction that writes it.
_STAMP: Final = """
select c.versions, c.applied_at, p.parked, p.latest, r.leagues, to_regclass('rollup_daily')::oid
from (select coalesce(sum(version), 0)::bigint as versions, max(applied_at) as applied_at
      from checkpoints where projection = $1) c,
     (select count(*) as parked, max(id) as latest from parked where projection = $1) p,
     (select count(*) as leagues from rebuilds
      where projection = $1 and league is not null and state = 'switched') r
"""
_LAST_FIELD: Final = b',"freshness":'


class Fresh(Protocol):
    """An answer whose last field tells how fresh the views are."""

    freshness: Freshness


@dataclass(slots=True)
class _Kept:
    stamp: tuple[Any, ...]
    answer: "asyncio.Future[bytes]"
    size: int = 0
    """In bytes; nothing until it is made."""


class KeptAnswers:
    """Answers, each under the stamp of the views that was read before it was made.

    The stamp is read again for every question, after the wait for the caller's consistency token:
    it stands for a state that shows what the token says. No state comes again, so an answer under
    an equal stamp was made of that state or a later one, and holds for the token as well.
    """

    def __init__(self, pool: Pool, projection: str, most_bytes: int = MOST_BYTES) -> None:
        self._pool = pool
        self._projection = projection
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    async def answer(self, question: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer kept, or made now; whoever asks meanwhile waits for the same one.

        `make` has to read all it needs itself: what was read before the stamp may be older.
        """
        stamp = await self._stamp()
        kept = self._kept.get(question)
        if kept is None or kept.stamp != stamp:
            kept = self._made(question, stamp, make)
        self._kept.move_to_end(question)
        # A caller who goes away takes the answer from nobody else.
        return await asyncio.shield(kept.answer)

    def _made(
        self, question: Hashable, stamp: tuple[Any, ...], make: Callable[[], Awaitable[bytes]]
    ) -> _Kept:
        answer: asyncio.Future[bytes] = asyncio.ensure_future(make())
        self._forget(question)
        kept = self._kept[question] = _Kept(stamp, answer)

        def made(done: "asyncio.Future[bytes]") -> None:
            if self._kept.get(question) is not kept:
                return
            if done.cancelled() or done.exception() is not None:
                del self._kept[question]
            else:
                kept.size = len(done.result())
                self._make_room(kept.size)

        answer.add_done_callback(made)
        return kept

    def _make_room(self, size: int) -> None:
        """One more is made: what was asked for longest ago goes, until it fits."""
        self._bytes += size
        for question in [each for each, kept in self._kept.items() if kept.size]:
            if self._bytes <= self._most_bytes:
                return
            self._forget(question)

    def _forget(self, question: Hashable) -> None:
        kept = self._kept.pop(question, None)
        self._bytes -= kept.size if kept is not None else 0

    async def _stamp(self) -> tuple[Any, ...]:
        return tuple(await self._pool.fetchrow(_STAMP, self._projection))


def is_kept(fact: UnitFact) -> bool:
    """Whether answers about a unit are: those of a region and its leagues."""
    return fact.level <= _LOWEST_LEVEL and not is_attached(fact.kind)


def without_freshness(answer: Fresh) -> bytes:
    """The answer as JSON, left open where its freshness is to be told."""
    return msgspec.json.encode(answer).removesuffix(_end(answer.freshness))


def with_freshness(body: bytes, freshness: Freshness) -> bytes:
    """The answer closed: how fresh the views are is told anew each time."""
    return body + _end(freshness)


def _end(freshness: Freshness) -> bytes:
    return _LAST_FIELD + msgspec.json.encode(freshness) + b"}"
