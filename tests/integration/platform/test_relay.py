"""The relay: each league in order and whole on its topic, whatever dies on the way."""

import asyncio
import random

import msgspec
import pytest

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.commands import CommandHandler
from shared.platform.kafka import KafkaAddress, ensure_topics, partition_of, producer
from shared.platform.postgres import Pool
from tests.integration.platform.deliveries import write
from tests.integration.platform.tally import DECIDER, ORIGIN, hold
from tests.integration.platform.topics import (
    create_topic,
    delete_topic,
    first_seen,
    leading,
    new_relay,
    raw_records,
    running,
    until,
    versions,
)

pytestmark = pytest.mark.kafka

LEAGUES = [f"15{n:02}" for n in range(1, 13)]


async def all_published(pool: Pool) -> bool:
    behind: int = await pool.fetchval(
        "select count(*) from histories h left join relay_cursors c using (league)"
        " where h.version > coalesce(c.published_version, 0)"
    )
    return behind == 0


async def heads(pool: Pool) -> dict[str, list[int]]:
    rows = await pool.fetch("select league, version from histories")
    return {row["league"]: list(range(1, row["version"] + 1)) for row in rows}


def sharing_a_partition() -> tuple[str, str]:
    """Two leagues that Kafka's hash puts into one partition."""
    first = LEAGUES[0]
    for n in range(13, 100):
        if partition_of(f"15{n}") == partition_of(first):
            return first, f"15{n}"
    raise AssertionError("two of a hundred leagues share one of 24 partitions")


async def test_every_league_arrives_in_its_order_under_its_key(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress,
) -> None:  # fmt: skip
    async with running(new_relay(database_url, schema, tally, address)):
        await asyncio.gather(*(write(handler, [f"{league}01"], times=15) for league in LEAGUES))
        await until(lambda: all_published(pool))

    assert await versions(address, tally.topic) == await heads(pool)
    for record in await raw_records(address, tally.topic):
        envelope = msgspec.json.decode(record.value, type=Envelope)
        assert record.key == envelope.league.encode()
        assert record.partition == partition_of(envelope.league)


async def test_what_was_sent_before_a_crash_and_not_noted_is_sent_again(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress,
) -> None:  # fmt: skip
    await pool.execute(
        "create function refuse() returns trigger language plpgsql as"
        " $$ begin raise 'the relay dies before it notes what it sent'; end $$;"
    )
    await pool.execute(
        "create trigger refuse before insert or update on relay_cursors execute function refuse()"
    )
    await write(handler, ["150201"], times=5)
    relay = new_relay(database_url, schema, tally, address)

    async def retrying() -> bool:
        return relay.state == "retrying"

    async with running(relay):
        await until(retrying)
        await pool.execute("drop trigger refuse on relay_cursors")
        await until(lambda: all_published(pool))

    published = (await versions(address, tally.topic))["1502"]
    assert len(published) > 5
    assert first_seen(published) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("written_meanwhile", [0, 12])
async def test_a_topic_made_anew_is_filled_again(
    written_meanwhile: int, handler: CommandHandler, pool: Pool, database_url: str, schema: str,
    tally: Contract, address: KafkaAddress,
) -> None:  # fmt: skip
    """Also when it grows past its old end before anybody looks: then offsets are given twice."""
    one, other = sharing_a_partition()
    await write(handler, [f"{one}01", f"{other}01"], times=4)
    async with running(new_relay(database_url, schema, tally, address)):
        await until(lambda: all_published(pool))
        await delete_topic(address, tally.topic)
        await ensure_topics(address, [tally.topic])
        await write(handler, [f"{one}01"], times=written_meanwhile)

        expected = await heads(pool)

        async def whole() -> bool:
            found = await versions(address, tally.topic)
            return {league: sorted(set(each)) for league, each in found.items()} == expected

        await until(whole)

    found = await versions(address, tally.topic)
    for league, each in found.items():
        assert each[-len(expected[league]) :] == expected[league]


async def restore_older_copy(pool: Pool, league: str, version: int) -> None:
    """What a restore leaves: events, heads and cursors as they stood when the copy was made."""
    await pool.execute("delete from events where league = $1 and version > $2", league, version)
    await pool.execute(
        "update histories h set version = $2,"
        " head_hash = (select hash from events e where e.league = h.league and e.version = $2)"
        " where league = $1",
        league,
        version,
    )


@pytest.mark.parametrize("later_in_the_partition", [False, True])
async def test_a_store_restored_behind_its_topic_is_not_published_from(
    later_in_the_partition: bool, handler: CommandHandler, pool: Pool, database_url: str,
    schema: str, tally: Contract, address: KafkaAddress,
) -> None:  # fmt: skip
    """Also where another league's healthy event stands last in the same partition."""
    one, other = sharing_a_partition()
    await write(handler, [f"{one}01", f"{other}01"], times=3)
    async with running(new_relay(database_url, schema, tally, address)):
        await until(lambda: all_published(pool))
        copied = await pool.fetch("select * from relay_cursors")
        await write(handler, [f"{one}01"], times=2)
        await until(lambda: all_published(pool))
        if later_in_the_partition:
            await write(handler, [f"{other}01"], times=1)
            await until(lambda: all_published(pool))
    before = await versions(address, tally.topic)
    await restore_older_copy(pool, one, 3)
    for row in copied:
        await pool.execute(
            "update relay_cursors set published_version = $2, published_offset = $3 where league = $1",
            *row,
        )
    await handler.one(DECIDER, hold("另一件事", f"{one}01"), ORIGIN)

    relay = new_relay(database_url, schema, tally, address)

    async def stopped() -> bool:
        return relay.state == "store-behind-topic"

    async with running(relay):
        await until(stopped)
        await asyncio.sleep(0.3)

    assert await versions(address, tally.topic) == before


async def test_a_foreign_record_at_the_end_of_a_partition_stops_nothing(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress,
) -> None:  # fmt: skip
    await write(handler, ["150201"], times=2)
    await ensure_topics(address, [tally.topic])
    sender = producer(address)
    await sender.start()
    for value in (b"not JSON", None, b'{"specversion":"1.0"}'):
        await sender.send_and_wait(tally.topic, value, key=b"x", partition=partition_of("1502"))
    await sender.stop()

    async with running(new_relay(database_url, schema, tally, address)):
        await until(lambda: all_published(pool))

    values = [r.value for r in await raw_records(address, tally.topic)]
    assert len(values) == 5


async def test_a_topic_a_broker_made_by_itself_gets_all_its_partitions(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress,
) -> None:  # fmt: skip
    await create_topic(address, tally.topic, partitions=4)
    await write(handler, [f"{league}01" for league in LEAGUES], times=1)

    async with running(new_relay(database_url, schema, tally, address)):
        await until(lambda: all_published(pool))

    assert await versions(address, tally.topic) == await heads(pool)


async def test_of_two_relays_one_leads_and_the_other_takes_over(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress,
) -> None:  # fmt: skip
    leader, standby = (new_relay(database_url, schema, tally, address) for _ in range(2))

    async def waiting() -> bool:
        return standby.state == "standby"

    async with running(leader):
        await until(lambda: leading(leader))
        async with running(standby):
            await until(waiting)
            await write(handler, ["150201"], times=3)
            await until(lambda: all_published(pool))
            assert standby.state == "standby"
            await pool.execute(
                "select pg_terminate_backend(pid) from pg_locks l join pg_stat_activity a using (pid)"
                " where l.locktype = 'advisory' and a.application_name = $1",
                f"campaign-{schema}-relay",
            )
            await write(handler, ["150201"], times=3)
            await until(lambda: all_published(pool))
            states = sorted((leader.state, standby.state))

    assert "leading" in states
    published = (await versions(address, tally.topic))["1502"]
    assert first_seen(published) == [1, 2, 3, 4, 5, 6]


async def test_connections_killed_again_and_again_lose_nothing(
    handler: CommandHandler, pool: Pool, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress,
) -> None:  # fmt: skip
    async def kill() -> None:
        for _ in range(4):
            await asyncio.sleep(random.uniform(0.2, 0.5))
            await pool.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
                f"campaign-{schema}-relay",
            )

    async def keep_writing() -> None:
        for _ in range(12):
            await write(handler, [f"{league}01" for league in LEAGUES[:4]], times=2)
            await asyncio.sleep(0.1)

    async with running(new_relay(database_url, schema, tally, address)):
        await asyncio.gather(kill(), keep_writing())
        await until(lambda: all_published(pool))

    found = await versions(address, tally.topic)
    assert {league: first_seen(each) for league, each in found.items()} == await heads(pool)
