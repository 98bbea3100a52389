"""Sources a rebuild reads from: the topics, the history kept beside the views, the services' feeds."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.structs import TopicPartition

from services.status.learning import CONTRACTS
from shared.platform.completeness import Feeds
from shared.platform.consuming import HistoryKey
from shared.platform.kafka import PARTITIONS, KafkaAddress, partition_of, partitions_of, reader
from shared.platform.postgres import Pool

Wanted: TypeAlias = Mapping[HistoryKey, int]
"""The version up to which each history is to be read."""

Batches: TypeAlias = AsyncIterator[Sequence[ConsumerRecord[bytes, bytes]]]
"""Records as a topic has them, each batch of one partition."""

TOPICS = tuple(contract.topic for contract in CONTRACTS)
PART_EVENTS = 20_000
"""About how many events' facts are folded before they are written, while the next are read."""

_BATCH_RECORDS = 5_000
_WAIT_MILLISECONDS = 200
_ENDS_SECONDS = 30.0

_HISTORY = """
select value from history where service = $1 and league = $2 and version <= $3 order by version
"""


class Portion(NamedTuple):
    """Whole leagues, and batches that hold all their events, each history's in order."""

    leagues: frozenset[str]
    batches: AsyncIterator[Sequence[bytes]]


class Source(Protocol):
    """Gives the histories wanted, perhaps more, in portions; a league lies within one."""

    @property
    def name(self) -> str: ...

    def portions(self, wanted: Wanted) -> AsyncIterator[Portion]: ...


class FromTopics:
    """The topics as they were when each portion was begun."""

    name = "topics"

    def __init__(
        self,
        address: KafkaAddress,
        topics: Sequence[str] = TOPICS,
        part_events: int = PART_EVENTS,
        *,
        every_partition: bool = False,
    ) -> None:
        self._address = address
        self._topics = topics
        self._part_events = part_events
        self._every_partition = every_partition

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        """Several partitions a portion: leagues stay whole, and memory bounded."""
        leagues: defaultdict[int, set[str]] = defaultdict(set)
        sizes = dict.fromkeys(range(PARTITIONS if self._every_partition else 0), 0)
        for (_, league), version in wanted.items():
            number = partition_of(league)
            leagues[number].add(league)
            sizes[number] = sizes.get(number, 0) + version
        async with aclosing(self._grouped(sizes)) as groups:
            async for numbers, batches in groups:
                whole = frozenset(league for number in numbers for league in leagues[number])
                yield Portion(whole, _values(batches))

    async def whole(self, sizes: Mapping[int, int]) -> AsyncIterator[Batches]:
        """All that partitions of these sizes hold, in portions as above."""
        async with aclosing(self._grouped(sizes)) as groups:
            async for _, batches in groups:
                yield batches

    async def ends(self) -> dict[TopicPartition, int]:
        """The offset at which the next record of each partition will stand.

        As fetches report it: the embedded broker lists where the last batch begins. TimeoutError
        where a partition has nobody to tell.
        """
        partitions = [tp for topic in self._topics for tp in partitions_of(topic)]
        consumer = reader(self._address)
        try:
            await consumer.start()
            consumer.assign(partitions)
            for tp, listed in (await consumer.end_offsets(partitions)).items():
                consumer.seek(tp, listed)
            async with asyncio.timeout(_ENDS_SECONDS):
                while any(consumer.highwater(tp) is None for tp in partitions):
                    await consumer.getmany(timeout_ms=_WAIT_MILLISECONDS)
            return {tp: consumer.highwater(tp) for tp in partitions}
        finally:
            await consumer.stop()

    async def _grouped(
        self, sizes: Mapping[int, int]
    ) -> AsyncGenerator[tuple[list[int], Batches], None]:
        if not sizes:
            return
        consumer = reader(self._address)
        try:
            await consumer.start()
            for numbers in grouped(sizes.items(), self._part_events):
                partitions = [TopicPartition(t, number) for t in self._topics for number in numbers]
                yield numbers, self._batches(consumer, partitions)
        finally:
            await consumer.stop()

    async def _batches(
        self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
    ) -> Batches:
        """Until each partition is read to the end that its fetches report."""
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        behind = set(partitions)
        while behind:
            found = await consumer.getmany(
                timeout_ms=_WAIT_MILLISECONDS, max_records=_BATCH_RECORDS
            )
            for records in found.values():
                yield records
            behind = {tp for tp in behind if not await _is_read(consumer, tp)}


async def _values(batches: Batches) -> AsyncIterator[Sequence[bytes]]:
    async for records in batches:
        yield [record.value for record in records if record.value is not None]


async def _is_read(consumer: AIOKafkaConsumer, tp: TopicPartition) -> bool:
    end = consumer.highwater(tp)
    return end is not None and await consumer.position(tp) >= end


class FromHistory:
    """What the views have applied, read back from the database."""

    name = "history"

    def __init__(self, pool: Pool, part_events: int = PART_EVENTS) -> None:
        self._pool = pool
        self._part_events = part_events

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        for leagues in _whole_leagues(wanted, self._part_events):
            yield Portion(leagues, self._batches(_of(leagues, wanted)))

    async def _batches(self, wanted: Wanted) -> AsyncIterator[Sequence[bytes]]:
        async with self._pool.acquire() as connection, connection.transaction():
            for (service, league), version in wanted.items():
                cursor = await connection.cursor(_HISTORY, service, league, version)
                while rows := await cursor.fetch(_BATCH_RECORDS):
                    yield [value for (value,) in rows]


class FromFeeds:
    """What the services themselves say they recorded: where Kafka is lost, or not believed."""

    name = "feeds"

    def __init__(self, feeds: Feeds, part_events: int = PART_EVENTS) -> None:
        self._feeds = feeds
        self._part_events = part_events

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        for leagues in _whole_leagues(wanted, self._part_events):
            yield Portion(leagues, self._batches(_of(leagues, wanted)))

    async def _batches(self, wanted: Wanted) -> AsyncIterator[Sequence[bytes]]:
        for (service, league), version in wanted.items():
            for after in range(0, version, _BATCH_RECORDS):
                up_to = min(version, after + _BATCH_RECORDS)
                found = await self._feeds.events(service, league, after, up_to)
                yield [msgspec.json.encode(envelope) for envelope in found]


def _whole_leagues(wanted: Wanted, limit: int) -> list[frozenset[str]]:
    sizes: defaultdict[str, int] = defaultdict(int)
    for (_, league), version in wanted.items():
        sizes[league] += version
    return [frozenset(leagues) for leagues in grouped(sorted(sizes.items()), limit)]


def _of(leagues: frozenset[str], wanted: Wanted) -> Wanted:
    return {key: version for key, version in sorted(wanted.items()) if key[1] in leagues}


K = TypeVar("K")


def grouped(sizes: Iterable[tuple[K, int]], limit: int) -> list[list[K]]:
    """Keys packed into groups whose sizes add up to no more than the limit, where that is possible."""
    groups: list[list[K]] = []
    room = 0
    for key, size in sizes:
        if not groups or size > room:
            groups.append([])
            room = limit
        groups[-1].append(key)
        room -= size
    return groups
