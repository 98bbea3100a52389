"""Sources a rebuild reads from: the topics from offset zero, or the history kept beside the views."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol, TypeAlias, TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from services.status.learning import CONTRACTS
from shared.platform.kafka import PARTITIONS, KafkaAddress, reader
from shared.platform.postgres import Pool

Batches: TypeAlias = AsyncIterator[Sequence[bytes]]

TOPICS = tuple(contract.topic for contract in CONTRACTS)
PART_EVENTS = 20_000
"""About how many events' facts are folded before they are written, while the next are read."""

_BATCH_RECORDS = 5_000
_WAIT_MILLISECONDS = 200

_LEAGUES = (
    "select league, sum(version)::bigint from checkpoints where projection = 'status' group by 1"
)
_HISTORY = """
select value from history where league = any($1::text[]) order by service, league, version
"""


class Source(Protocol):
    """Gives all events in parts, each a stream of batches; a league lies within one part."""

    def parts(self) -> AsyncIterator[Batches]: ...


class FromTopics:
    """The topics as they were when each part was begun."""

    def __init__(
        self,
        address: KafkaAddress,
        topics: Sequence[str] = TOPICS,
        part_events: int = PART_EVENTS,
    ) -> None:
        self._address = address
        self._topics = topics
        self._part_events = part_events

    async def parts(self) -> AsyncIterator[Batches]:
        """Several partitions a part: leagues stay whole, and memory bounded."""
        consumer = reader(self._address)
        await consumer.start()
        try:
            partitions = [
                TopicPartition(topic, number)
                for topic in self._topics
                for number in range(PARTITIONS)
            ]
            # Near enough for dividing; some brokers count only to the last batch's beginning.
            ends = await consumer.end_offsets(partitions)
            sizes = {
                number: sum(end for tp, end in ends.items() if tp.partition == number)
                for number in range(PARTITIONS)
            }
            for numbers in grouped(sizes.items(), self._part_events):
                yield self._batches(consumer, [tp for tp in partitions if tp.partition in numbers])
        finally:
            await consumer.stop()

    async def _batches(
        self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
    ) -> AsyncIterator[Sequence[bytes]]:
        """Until each partition is read to the end that its fetches report."""
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        behind = set(partitions)
        while behind:
            found = await consumer.getmany(
                timeout_ms=_WAIT_MILLISECONDS, max_records=_BATCH_RECORDS
            )
            for records in found.values():
                yield [record.value for record in records if record.value is not None]
            behind = {tp for tp in behind if not await _is_read(consumer, tp)}


async def _is_read(consumer: AIOKafkaConsumer, tp: TopicPartition) -> bool:
    end = consumer.highwater(tp)
    return end is not None and await consumer.position(tp) >= end


class FromHistory:
    """What the views have applied, read back from the database."""

    def __init__(self, pool: Pool, part_events: int = PART_EVENTS) -> None:
        self._pool = pool
        self._part_events = part_events

    async def parts(self) -> AsyncIterator[Batches]:
        sizes = await self._pool.fetch(_LEAGUES)
        for leagues in grouped(((league, size) for league, size in sizes), self._part_events):
            yield self._batches(leagues)

    async def _batches(self, leagues: Sequence[str]) -> Batches:
        async with self._pool.acquire() as connection, connection.transaction():
            cursor = await connection.cursor(_HISTORY, leagues)
            while rows := await cursor.fetch(_BATCH_RECORDS):
                yield [value for (value,) in rows]


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
