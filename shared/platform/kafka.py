"""Kafka as the services use it: topics of one shape, leagues to partitions, producers."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import (
    IncompatibleBrokerVersion,
    KafkaError,
    KafkaTimeoutError,
    TopicAlreadyExistsError,
    for_code,
)
from aiokafka.partitioner import murmur2
from aiokafka.structs import TopicPartition

log = structlog.get_logger()

PARTITIONS = 24
"""The same for every topic: adding partitions later would move leagues between them."""

METADATA_MILLISECONDS = 10_000
"""How soon a client notices a topic that was made anew; aiokafka's own five minutes are a long time."""

_GONE_SECONDS = 15.0
_STOP_SECONDS = 3.0
_CANCEL_SECONDS = 1.0

TOPIC_CONFIG = {"cleanup.policy": "delete", "retention.ms": "-1"}


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """Where the broker is and what it can do; the embedded one knows no idempotent producer."""

    bootstrap_servers: str
    idempotence: bool = True
    replication_factor: int = 1

    @property
    def servers(self) -> list[str]:
        """Each broker by itself: FastStream takes a text as the address of one."""
        return [server.strip() for server in self.bootstrap_servers.split(",")]


@lru_cache(10_000)
def partition_of(league: str) -> int:
    """Kafka's own key hash, so that any client finds a league where we put it."""
    return (int(murmur2(league.encode())) & 0x7FFFFFFF) % PARTITIONS


def partitions_of(topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in range(PARTITIONS)]


async def ensure_topics(address: KafkaAddress, topics: Iterable[str]) -> None:
    """Create what is missing, and grow what a broker made by itself with too few partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address.bootstrap_servers)
    await admin.start()
    try:
        # All topics: asking for one by name would have the broker create it.
        found = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics()}
        for name in sorted(set(topics)):
            if name not in found:
                # Only who made it makes it anew: others may be sending to it already.
                if await _create(admin, address, name) and await _is_embedded(admin, name):
                    await _make_anew(admin, address, name)
            elif found[name] < PARTITIONS:
                log.warning("topic-has-too-few-partitions", topic=name)
                if await _is_embedded(admin, name):
                    await _make_anew(admin, address, name)
                else:
                    await admin.create_partitions({name: NewPartitions(PARTITIONS)})
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, address: KafkaAddress, name: str) -> bool:
    """Whether it was us who made it, and not somebody at the same moment."""
    topic = NewTopic(
        name=name,
        num_partitions=PARTITIONS,
        replication_factor=address.replication_factor,
        topic_configs=dict(TOPIC_CONFIG),
    )
    answer = await admin.create_topics([topic])
    errors = [for_code(code) for _, code, *_ in answer.topic_errors if code]
    for error in errors:
        if error is not TopicAlreadyExistsError:
            raise error(name)
    return not errors


async def _is_embedded(admin: AIOKafkaAdminClient, name: str) -> bool:
    """The embedded broker is the one that cannot grow a topic."""
    try:
        await admin.create_partitions({name: NewPartitions(PARTITIONS)}, validate_only=True)
    except IncompatibleBrokerVersion:
        return True
    except KafkaError:
        return False  # it has them all already
    return False


async def _make_anew(admin: AIOKafkaAdminClient, address: KafkaAddress, name: str) -> None:
    """After the embedded broker has lost its memory it makes topics with too few partitions for
    whoever asks first, and takes records for a topic that is not there, whose partitions then
    take no more. Deleting clears both; what was in it the relay sends again.
    """
    await admin.delete_topics([name])
    await _create(admin, address, name)


async def delete_topic(address: KafkaAddress, name: str) -> None:
    """Delete a topic with all that is in it, and return once it is gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_topics([name])
        async with asyncio.timeout(_GONE_SECONDS):
            while name in await admin.list_topics():  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.1)
    finally:
        await admin.close()


def producer(address: KafkaAddress) -> AIOKafkaProducer:
    """A producer that waits for all replicas; order within a partition is kept."""
    return AIOKafkaProducer(
        bootstrap_servers=address.bootstrap_servers,
        acks="all",
        enable_idempotence=address.idempotence,
        linger_ms=2,
        max_batch_size=256 * 1024,
        max_request_size=4 * 1024 * 1024,
        request_timeout_ms=15_000,
        metadata_max_age_ms=METADATA_MILLISECONDS,
    )


async def stop_producer(sender: AIOKafkaProducer) -> None:
    """Stop a producer, giving up what it has not delivered: while no broker answers, an
    idempotent one would try for ever.
    """
    with suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(_STOP_SECONDS):
            await sender.stop()
    sending = sender._sender.sender_task  # noqa: SLF001 - what stop() waits for
    while sending is not None and not sending.done():
        # Told once, it waits for what is under way; told again, it leaves that as well.
        sending.cancel()
        await asyncio.wait({sending}, timeout=_CANCEL_SECONDS)
    sender._message_accumulator.fail_all(KafkaTimeoutError("given up"))  # noqa: SLF001
    await sender.client.close()


async def begun_at(
    address: KafkaAddress, group: str, partitions: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Where a group would go on in these partitions; 0 where it has not begun."""
    async with _outside(address, group) as consumer:
        wanted = list(partitions)
        found = await asyncio.gather(*(consumer.committed(tp) for tp in wanted))
        return {tp: offset or 0 for tp, offset in zip(wanted, found, strict=True)}


async def begin_at(
    address: KafkaAddress, group: str, offsets: Mapping[TopicPartition, int]
) -> None:
    """Have a group without members go on here."""
    async with _outside(address, group) as consumer:
        consumer.assign(list(offsets))
        await consumer.commit(dict(offsets))


@asynccontextmanager
async def _outside(address: KafkaAddress, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that knows of a group's offsets and is none of its members."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=address.bootstrap_servers, group_id=group, enable_auto_commit=False
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


def reader(address: KafkaAddress) -> AIOKafkaConsumer:
    """A consumer without a group, for looking at topics: heads, last records, rebuilds.

    What it looks for is there: the embedded broker would sit on it for as long as it may wait.
    """
    return AIOKafkaConsumer(
        bootstrap_servers=address.bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        fetch_max_wait_ms=10,
    )
