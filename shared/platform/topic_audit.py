"""Does a topic still hold what was published to it, and nothing the store does not know?"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from shared.kernel.envelope import Envelope
from shared.platform.consuming import NotAnEvent, Record, envelope_in
from shared.platform.kafka import KafkaAddress, partition_of, partitions_of, reader

_READ_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Published:
    """How far a league was published, and the offset its last event got: a later version than
    `version` where it is to be published again from the middle on.
    """

    league: str
    version: int
    offset: int


class Found(NamedTuple):
    """An event on the topic, and its offset within its partition."""

    offset: int
    envelope: Envelope


class TopicAudit:
    """Looks at one topic from outside the relay's producer.

    The embedded broker answers "latest" with the start of its last batch, so ends are only
    compared with earlier ends, and what counts is read back.
    """

    def __init__(self, address: KafkaAddress, topic: str) -> None:
        self._address = address
        self._topic = topic
        self._ends: dict[TopicPartition, int] = {}
        self._seen: dict[TopicPartition, int] = {}

    async def later_than(self, published: Sequence[Published]) -> AsyncGenerator[list[Found], None]:
        """What the topic holds behind all that the store remembers to have published, some at a
        time, each league in its order.

        A store restored from a copy remembers the offsets of that copy: all that was published
        later stands behind them, so only that is read.
        """
        starts = {tp: each.offset + 1 for tp, each in self._latest(published).items()}
        consumer = await self._consumer()
        try:
            async for records in _to_the_end(
                consumer, {tp: starts.get(tp, 0) for tp in partitions_of(self._topic)}
            ):
                found = [
                    Found(record.offset, envelope)
                    for record in records
                    if (envelope := _envelope(record)) is not None
                ]
                if found:
                    yield found
        finally:
            await consumer.stop()

    async def lost(self, published: Sequence[Published]) -> list[str]:
        """The leagues whose events are no longer where we put them.

        A partition is read when something was published to it since the last audit, and when
        its end has moved back: Kafka never shortens one, so then it was recreated or lost.
        """
        latest = self._latest(published)
        consumer = await self._consumer()
        try:
            ends = await consumer.end_offsets(partitions_of(self._topic))
            doubtful = {
                tp: each.offset
                for tp, each in latest.items()
                if self._seen.get(tp) != each.offset or ends[tp] < self._ends.get(tp, 0)
            }
            found = await _read(consumer, doubtful)
        finally:
            await consumer.stop()
        gone = {tp for tp in doubtful if not _holds(found.get(tp, ()), latest[tp])}
        self._seen = {tp: each.offset for tp, each in latest.items() if tp not in gone}
        self._ends = dict(ends)
        numbers = {tp.partition for tp in gone}
        return [each.league for each in published if partition_of(each.league) in numbers]

    def _latest(self, published: Sequence[Published]) -> dict[TopicPartition, Published]:
        """Of each partition, what was published to it last."""
        return {
            TopicPartition(self._topic, partition_of(each.league)): each
            for each in sorted(published, key=lambda each: each.offset)
        }

    async def _consumer(self) -> AIOKafkaConsumer:
        consumer = reader(self._address)
        try:
            await consumer.start()
        except KafkaError:
            await consumer.stop()
            raise
        return consumer


def _holds(records: Sequence[ConsumerRecord], published: Published) -> bool:
    """Whether the record at the offset is the event we published there."""
    for record in records:
        if record.offset == published.offset:
            found = _envelope(record)
            return (
                found is not None
                and found.league == published.league
                and found.version >= published.version
            )
    return False


def _envelope(record: ConsumerRecord) -> Envelope | None:
    """The event of a record; None where somebody else wrote what is none."""
    try:
        return envelope_in(Record(record.topic, record.partition, record.offset, record.value))
    except NotAnEvent:
        return None


async def _to_the_end(
    consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]
) -> AsyncGenerator[list[ConsumerRecord], None]:
    """What stands at these offsets and after, until every partition is read to its end.

    The end a fetch reports is true on every broker, also where ListOffsets is not.
    """
    _assign(consumer, starts)
    behind = set(starts)
    while behind:
        async with asyncio.timeout(_READ_SECONDS):
            found: dict[TopicPartition, list[ConsumerRecord]] = {}
            while not found and behind:
                found = await consumer.getmany(timeout_ms=100)
                behind = {tp for tp in behind if not await _is_read(consumer, tp)}
        for records in found.values():
            yield records


async def _is_read(consumer: AIOKafkaConsumer, tp: TopicPartition) -> bool:
    end = consumer.highwater(tp)
    return end is not None and await consumer.position(tp) >= end


def _assign(consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]) -> None:
    consumer.assign(list(starts))
    for tp, offset in starts.items():
        consumer.seek(tp, offset)


async def _read(
    consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Sequence[ConsumerRecord]]:
    """What stands at these offsets and after; a partition with nothing there is left out.

    A broker that does not answer in time is a TimeoutError: silence proves no loss.
    """
    found: dict[TopicPartition, Sequence[ConsumerRecord]] = {}
    waiting = set(starts)
    if waiting:
        _assign(consumer, starts)
    async with asyncio.timeout(_READ_SECONDS):
        while waiting:
            found |= await consumer.getmany(timeout_ms=100)
            waiting = {tp for tp in waiting - found.keys() if not await _is_read(consumer, tp)}
    return found
