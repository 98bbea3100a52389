"""Does a topic still hold what was published to it, and nothing the store does not know?"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from shared.kernel.envelope import Envelope
from shared.platform.kafka import KafkaAddress, partition_of, partitions_of, reader

_READ_SECONDS = 5.0

_envelopes = msgspec.json.Decoder(Envelope)


class StoreBehindTopic(RuntimeError):
    """Kafka holds events the store does not: it was restored from an older copy.

    Publishing on would give two events one version, so the relay stops; an operator decides.
    """


@dataclass(frozen=True, slots=True)
class Published:
    """How far a league was published, and the offset its last event got."""

    league: str
    version: int
    offset: int


class TopicAudit:
    """Looks at one topic from outside the relay's producer.

    The embedded broker answers "latest" with the start of its last batch, so ends are only
    compared with earlier ends, and what counts is read back.
    """

    def __init__(self, address: KafkaAddress, topic: str) -> None:
        self._address = address
        self._topic = topic
        self._ends: dict[TopicPartition, int] = {}

    async def refuse_if_ahead_of(self, heads: Mapping[str, int]) -> None:
        """Raise StoreBehindTopic when a partition's last event is beyond its league's head."""
        consumer = await self._consumer()
        try:
            ends = await consumer.end_offsets(partitions_of(self._topic))
            lasts = await _read(consumer, {tp: end - 1 for tp, end in ends.items() if end > 0})
        finally:
            await consumer.stop()
        for records in lasts.values():
            last = _envelopes.decode(records[-1].value)
            if last.version > heads.get(last.league, 0):
                raise StoreBehindTopic(
                    f"{self._topic} has {last.league} at version {last.version},"
                    f" the store at {heads.get(last.league, 0)}"
                )

    async def lost(self, published: Sequence[Published]) -> list[str]:
        """The leagues whose events are no longer where we put them.

        A partition is read only at the first audit and when its end has moved back: Kafka
        never shortens one, so then it was recreated or lost.
        """
        latest: dict[TopicPartition, Published] = {}
        for each in published:
            tp = TopicPartition(self._topic, partition_of(each.league))
            if tp not in latest or latest[tp].offset < each.offset:
                latest[tp] = each
        consumer = await self._consumer()
        try:
            ends = await consumer.end_offsets(partitions_of(self._topic))
            doubtful = {
                tp: each.offset
                for tp, each in latest.items()
                if ends[tp] < self._ends.get(tp, 2**62)
            }
            found = await _read(consumer, {tp: at for tp, at in doubtful.items() if ends[tp] > 0})
        finally:
            await consumer.stop()
        gone = {tp.partition for tp in doubtful if not _holds(found.get(tp, ()), latest[tp])}
        self._ends = {tp: end for tp, end in ends.items() if tp.partition not in gone}
        return [each.league for each in published if partition_of(each.league) in gone]

    async def _consumer(self) -> AIOKafkaConsumer:
        consumer = reader(self._address)
        await consumer.start()
        return consumer


def _holds(records: Sequence[ConsumerRecord], published: Published) -> bool:
    """Whether the record at the offset is the event we published there."""
    for record in records:
        if record.offset == published.offset:
            with suppress(msgspec.DecodeError):
                envelope = _envelopes.decode(record.value)
                return (envelope.league, envelope.version) == (published.league, published.version)
    return False


async def _read(
    consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Sequence[ConsumerRecord]]:
    """What stands at these offsets and after; a partition with nothing there is left out."""
    found: dict[TopicPartition, Sequence[ConsumerRecord]] = {}
    if not starts:
        return found
    consumer.assign(list(starts))
    for tp, offset in starts.items():
        consumer.seek(tp, offset)
    with suppress(TimeoutError):
        async with asyncio.timeout(_READ_SECONDS):
            while len(found) < len(starts):
                found |= await consumer.getmany(timeout_ms=200)
    return found
