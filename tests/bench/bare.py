"""The bare libraries: what asyncpg and aiokafka alone do on the same servers."""

import asyncio
import time
from collections.abc import Sequence
from uuid import uuid4

import asyncpg
import msgspec
from aiokafka.structs import TopicPartition

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.kafka import KafkaAddress, partition_of, partitions_of, producer, reader

_TABLE = """
create schema if not exists bare;
create table if not exists bare.events (
    id bigint generated always as identity primary key, stream text not null,
    stream_version int not null, event_id uuid not null unique, type text not null,
    data jsonb not null, unique (stream, stream_version)
)
"""
_DATA = (
    '{"campaign":"bench","unit":"150202","held_at":"2014-02-18T01:00:00Z","attendees":120,'
    '"chaired_by":"p-1502-0007","place":"","flags":[]}'
)


async def commands_per_second(database_url: str, commands: int, connections: int) -> float:
    """Read the stream, insert one event, one transaction; each connection its own commands."""
    opened = [await asyncpg.connect(database_url) for _ in range(connections)]
    await opened[0].execute(_TABLE)
    mark = uuid4().hex

    async def work(connection: "asyncpg.Connection[asyncpg.Record]", number: int) -> None:
        for n in range(commands // connections):
            stream = f"{mark}/{number}/{n}"
            async with connection.transaction():
                past = await connection.fetch(
                    "select type, data from bare.events where stream = $1 order by stream_version",
                    stream,
                )
                await connection.execute(
                    "insert into bare.events (stream, stream_version, event_id, type, data)"
                    " values ($1, $2, $3, 'MobilizationHeld', $4)",
                    stream, len(past) + 1, uuid4(), _DATA,
                )  # fmt: skip

    started = time.perf_counter()
    await asyncio.gather(*(work(c, n) for n, c in enumerate(opened)))
    rate = commands / (time.perf_counter() - started)
    for connection in opened:
        await connection.close()
    return rate


async def produced_per_second(
    address: KafkaAddress, topic: str, records: Sequence[tuple[str, bytes]]
) -> float:
    """Send (league, value) in order and await the acknowledgements, 4,000 at a time."""
    sender = producer(address)
    await sender.start()
    try:
        started = time.perf_counter()
        for first in range(0, len(records), 4_000):
            sent = [
                await sender.send(topic, value, key=league.encode(), partition=partition_of(league))
                for league, value in records[first : first + 4_000]
            ]
            await asyncio.gather(*sent)
        return len(records) / (time.perf_counter() - started)
    finally:
        await sender.stop()


async def consumed_per_second(
    address: KafkaAddress, contracts: Sequence[Contract], count: int
) -> float:
    """Read the topics from the start and decode each record's envelope and event."""
    consumer = reader(address)
    await consumer.start()
    by_service = {contract.service: contract for contract in contracts}
    decode = msgspec.json.Decoder(Envelope).decode
    try:
        tps: list[TopicPartition] = [tp for c in contracts for tp in partitions_of(c.topic)]
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        seen, started = 0, time.perf_counter()
        while seen < count:
            for records in (await consumer.getmany(timeout_ms=500, max_records=5_000)).values():
                for record in records:
                    envelope = decode(record.value)
                    by_service[envelope.service].open(envelope)
                seen += len(records)
        return seen / (time.perf_counter() - started)
    finally:
        await consumer.stop()
