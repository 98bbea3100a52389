"""Learnt: facts out of histories that are read in parts; others get their turn in between."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from itertools import islice
from typing import Final, TypeVar

import msgspec

from services.status.rebuilding.recollecting import Known, Recollection

_TURN_EVENTS: Final = 300
_TURN_FACTS: Final = 200
"""Some milliseconds' work: so long does another request wait at most."""

K = TypeVar("K")
V = TypeVar("V")


class _Told(msgspec.Struct, gc=False):
    """As much of an envelope as folding needs."""

    id: str
    type: str
    subject: str
    campaign: str
    streamversion: int
    data: msgspec.Raw


_told: Final = msgspec.json.Decoder(list[_Told]).decode


class Elsewhere:
    """A part that tells only of things known already, in the histories of other leagues."""

    def __init__(self, batches: AsyncIterator[bytes]) -> None:
        self._batches = batches

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._batches


async def learnt(
    facts: Recollection, parts: AsyncIterable[AsyncIterable[bytes]]
) -> AsyncIterator[Known]:
    """What is known in full with each part's end, and at last what had to wait."""
    async for batches in parts:
        learn = facts.learn_more if isinstance(batches, Elsewhere) else facts.learn
        async for array in batches:
            told = _told(array)
            for start in range(0, len(told), _TURN_EVENTS):
                learn(told[start : start + _TURN_EVENTS])
                await asyncio.sleep(0)
        yield facts.take_known()
    yield facts.take_known_at_last()


def turns_of(found: Mapping[K, V]) -> Iterator[list[tuple[K, V]]]:
    """A few facts at a time."""
    items = iter(found.items())
    while some := list(islice(items, _TURN_FACTS)):
        yield some
