"""What a Kafka cluster does to us: leaders lost, too few copies, a topic deleted and made anew."""

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from structlog.testing import capture_logs

from deploy.kafka.server import ApacheKafka
from deploy.layout import LOOPBACK, data_dir_from_environment, free_ports
from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress, partition_of
from shared.platform.postgres import Pool
from tests.faults.servers import level, opened, served
from tests.integration.platform.deliveries import write
from tests.integration.platform.tally import contract, new_schema
from tests.integration.platform.topics import (
    delete_topic,
    first_seen,
    new_relay,
    running,
    until,
    versions,
)

UNITS = [f"15{league:02}01" for league in range(1, 7)]
WATCHED = "1502"
ROUNDS = 40

Said = list[MutableMapping[str, Any]]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    """Three nodes, three copies, of which two must be in step."""
    folder = tmp_path_factory.mktemp("cluster")
    with ApacheKafka.fetched(folder, data_dir_from_environment(), nodes=3) as running:
        yield running


@asynccontextmanager
async def loaded(
    database_url: str, address: KafkaAddress, tally: Contract
) -> AsyncIterator[tuple[Pool, Said]]:
    """A relay and a consumer while events are written; at the end all has arrived, in order."""
    schema = await new_schema(database_url)

    async def keep_writing(handler: CommandHandler) -> None:
        for _ in range(ROUNDS):
            await write(handler, UNITS, times=1)
            await asyncio.sleep(0.05)

    with capture_logs() as said:
        async with (
            opened(database_url, schema) as pool,
            served(database_url, schema, pool, tally, address),
        ):
            writing = asyncio.create_task(keep_writing(CommandHandler(EventStore(pool, tally))))
            yield pool, said
            await writing
            await until(lambda: level(pool), 90)
            heads = dict(await pool.fetch("select league, version from histories"))

            async def published() -> bool:
                found = await versions(address, tally.topic)
                return {league: first_seen(each) for league, each in found.items()} == {
                    league: list(range(1, version + 1)) for league, version in heads.items()
                }

            await until(published, 60)
    assert sum(heads.values()) == len(UNITS) * ROUNDS


async def leader_of(address: KafkaAddress, topic: str, league: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=address.bootstrap_servers)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    of_league = partition_of(league)
    return next(
        int(each["leader"]) for each in described["partitions"] if each["partition"] == of_league
    )


async def some_published(pool: Pool) -> bool:
    found = await pool.fetchval(
        "select published_version from relay_cursors where league = $1", WATCHED
    )
    return bool(found)


def told(said: Said, event: str) -> bool:
    return any(each["event"] == event for each in said)


@pytest.mark.kafka_real
async def test_a_partitions_leader_killed_under_load_loses_nothing(
    database_url: str, cluster: ApacheKafka
) -> None:
    address, tally = KafkaAddress(cluster.bootstrap, replication_factor=3), contract()
    async with loaded(database_url, address, tally) as (pool, _):
        await until(lambda: some_published(pool))
        killed = await leader_of(address, tally.topic, WATCHED)
        await asyncio.to_thread(cluster.kill, killed)
        await until(lambda: level(pool), 60)  # two of three copies are enough
        assert await leader_of(address, tally.topic, WATCHED) != killed
    await asyncio.to_thread(cluster.restart, killed)


@pytest.mark.kafka
async def test_a_topic_deleted_under_load_is_made_anew_and_filled_again(
    database_url: str, kafka_address: KafkaAddress
) -> None:
    tally = contract()
    async with loaded(database_url, kafka_address, tally) as (pool, said):
        await until(lambda: some_published(pool))
        await delete_topic(kafka_address, tally.topic)

        async def noticed() -> bool:
            return told(said, "topic-lost-events")

        await until(noticed, 60)


@pytest.mark.kafka
async def test_of_several_brokers_named_one_that_answers_is_enough(
    database_url: str, kafka_address: KafkaAddress
) -> None:
    """For the relay and for the consumer, which are other clients."""
    gone = f"{LOOPBACK}:{free_ports(1)[0]}"
    several = replace(kafka_address, bootstrap_servers=f"{gone}, {kafka_address.bootstrap_servers}")
    async with loaded(database_url, several, contract()) as (pool, _):
        await until(lambda: some_published(pool))


@pytest.mark.kafka_real
async def test_a_relay_without_a_broker_says_so_and_can_be_stopped(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idempotent producer would wait for ever."""
    monkeypatch.setattr("shared.platform.relay._ACKNOWLEDGED_SECONDS", 3.0)
    schema, tally = await new_schema(database_url), contract()
    with ApacheKafka.fetched(tmp_path, data_dir_from_environment()) as alone:
        relay = new_relay(database_url, schema, tally, KafkaAddress(alone.bootstrap))
        async with opened(database_url, schema) as pool, running(relay):
            handler = CommandHandler(EventStore(pool, tally))
            await write(handler, UNITS, times=1)
            await until(lambda: some_published(pool))
            await asyncio.to_thread(alone.kill, 1)
            await write(handler, UNITS, times=1)

            async def retrying() -> bool:
                return relay.state == "retrying"

            await until(retrying, 90)
            waiting = await pool.fetchval("select count(*) from events where version = 2")

    assert waiting == len(UNITS)
