"""What only Apache Kafka does: the idempotent producer, and remembering over a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from deploy.kafka.server import ApacheKafka, registered_brokers
from deploy.layout import data_dir_from_environment

pytestmark = pytest.mark.kafka_real


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    """A cluster of this module's own, to be killed: 3 nodes, as a real one has."""
    folder: Path = tmp_path_factory.mktemp("kafka")
    with ApacheKafka.fetched(folder, data_dir_from_environment(), nodes=3) as running:
        yield running


async def create(bootstrap: str, topic: str, copies: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, copies)])
    finally:
        await admin.close()


async def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value, key=b"1502")
    finally:
        await producer.stop()


async def read(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_an_unknown_topic_is_not_made_by_writing_to_it(bootstrap: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, request_timeout_ms=3000)
    await producer.start()
    try:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("deploy-misspelt", b"lost")
    finally:
        await producer.stop()


async def test_an_idempotent_producer_writes_each_record_once_in_order(bootstrap: str) -> None:
    values = [b"%d" % number for number in range(50)]
    await create(bootstrap, "deploy-idempotent", copies=1)

    await produce(bootstrap, "deploy-idempotent", values)

    assert await read(bootstrap, "deploy-idempotent", len(values)) == values


async def test_three_nodes_keep_what_was_acknowledged_when_one_is_killed(
    cluster: ApacheKafka,
) -> None:
    await create(cluster.bootstrap, "deploy-kept", copies=3)
    await produce(cluster.bootstrap, "deploy-kept", [b"before"])
    cluster.kill(1)
    await produce(cluster.bootstrap, "deploy-kept", [b"meanwhile"])
    cluster.restart(1)

    assert await read(cluster.bootstrap, "deploy-kept", 2) == [b"before", b"meanwhile"]
    assert await registered_brokers(cluster.bootstrap) == 3
