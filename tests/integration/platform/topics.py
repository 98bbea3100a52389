"""A topic seen from outside, relays run for a while, and waiting for what must come."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import ConsumerRecord

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.kafka import KafkaAddress, partitions_of, reader
from shared.platform.metrics import Metrics
from shared.platform.relay import Relay

PATIENCE_SECONDS = 45.0


async def until(what: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until it is so; how long that takes is no test's business, but not for ever."""
    deadline = time.monotonic() + seconds
    while not await what():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


async def leading(relay: Relay) -> bool:
    return relay.state == "leading"


def new_relay(database_url: str, schema: str, contract: Contract, address: KafkaAddress) -> Relay:
    return Relay(database_url, schema, contract, address, Metrics())


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[Relay]:
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    try:
        yield relay
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def raw_records(address: KafkaAddress, topic: str) -> list[ConsumerRecord]:
    """Every record of a topic, partition by partition."""
    consumer = reader(address)
    await consumer.start()
    try:
        partitions = partitions_of(topic)
        consumer.assign(partitions)
        found: list[ConsumerRecord] = []
        behind = set(partitions)
        while behind:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
            behind = {tp for tp in behind if not await _read(consumer, tp)}
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


async def _read(consumer: object, tp: object) -> bool:
    end = consumer.highwater(tp)  # type: ignore[attr-defined]
    return end is not None and await consumer.position(tp) >= end  # type: ignore[attr-defined]


async def versions(address: KafkaAddress, topic: str) -> dict[str, list[int]]:
    """The versions of each league in the order they stand in the topic."""
    found: dict[str, list[int]] = {}
    for record in await raw_records(address, topic):
        envelope = msgspec.json.decode(record.value, type=Envelope)
        found.setdefault(envelope.league, []).append(envelope.version)
    return found


def first_seen(published: list[int]) -> list[int]:
    """What a consumer that skips repeats sees."""
    return list(dict.fromkeys(published))


async def create_topic(address: KafkaAddress, topic: str, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1)])
    finally:
        await admin.close()


async def delete_topic(address: KafkaAddress, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()
