import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded import Cluster


async def test_postgres_is_18_durable_and_has_ltree(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("CREATE EXTENSION ltree")
        found = {
            name: await connection.fetchval(f"SHOW {name}")
            for name in ("fsync", "synchronous_commit", "max_connections", "server_encoding")
        }
        major = connection.get_server_version().major
    finally:
        await connection.close()

    assert found == {
        "fsync": "on",
        "synchronous_commit": "on",
        "max_connections": "200",
        "server_encoding": "UTF8",
    }
    assert major == 18


async def test_postgres_listens_on_no_network_address(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        listening = await connection.fetchval("SHOW listen_addresses")
        permissions = await connection.fetchval("SHOW unix_socket_permissions")
    finally:
        await connection.close()

    assert listening == ""
    assert permissions == "0700"


async def test_creating_a_database_twice_keeps_the_first(postgres: Cluster) -> None:
    postgres.create_database("twice")
    try:
        await _execute(postgres.url("twice"), "create table kept ()")

        postgres.create_database("twice")

        assert await _execute(postgres.url("twice"), "select from kept") == "SELECT 0"
    finally:
        postgres.drop_database("twice")


async def _execute(url: str, statement: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.execute(statement))
    finally:
        await connection.close()


@pytest.mark.kafka
async def test_the_broker_carries_a_keyed_record_to_a_created_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topic = NewTopic("deploy-embedded", num_partitions=2, replication_factor=1)
        await admin.create_topics([topic])
    finally:
        await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        sent = await producer.send_and_wait("deploy-embedded", b"held", key=b"1502")
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(
        "deploy-embedded", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()

    assert (record.key, record.value, record.partition) == (b"1502", b"held", sent.partition)
