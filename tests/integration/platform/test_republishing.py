"""A topic filled again on demand: the same bytes, in order, and nobody applies them twice."""

import asyncio

import pytest

from shared.contracts.contract import Contract
from shared.kernel.refusals import Refusal
from shared.platform.commands import CommandHandler
from shared.platform.kafka import KafkaAddress
from shared.platform.postgres import Pool
from shared.platform.relay import Relay
from shared.platform.republishing import (
    Again,
    NoSuchHistory,
    RelayIdle,
    VersionBeyondHead,
    republish,
)
from tests.integration.platform.deliveries import write
from tests.integration.platform.topics import (
    delete_topic,
    leading,
    new_relay,
    raw_records,
    running,
    until,
    versions,
)

pytestmark = pytest.mark.kafka

UNITS = ("150201", "150301")


def untold(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
async def relay(
    handler: CommandHandler, database_url: str, schema: str, tally: Contract, address: KafkaAddress
) -> Relay:
    await write(handler, UNITS, 3)
    return new_relay(database_url, schema, tally, address)


async def published(pool: Pool) -> bool:
    behind: int = await pool.fetchval(
        "select count(*) from histories h left join relay_cursors c using (league)"
        " where h.version > coalesce(c.published_version, 0)"
    )
    return behind == 0


async def test_one_league_is_sent_again_from_a_version_on_in_the_same_bytes(
    relay: Relay, pool: Pool, tally: Contract, address: KafkaAddress
) -> None:
    told: list[tuple[int, int]] = []
    async with running(relay):
        await until(lambda: published(pool))
        again = Again(tally.service, "1502", 2)
        done = await republish(pool, again, lambda _, *figures: told.append(figures))
        # The relay audits its topic now and then: a rewound cursor is no lost topic.
        await asyncio.sleep(6)

    assert done == {"leagues": {"1502": {"from": 2, "to": 3, "events": 2}}}
    assert told[-1] == (2, 2)
    assert await versions(address, tally.topic) == {"1502": [1, 2, 3, 2, 3], "1503": [1, 2, 3]}
    values = [r.value for r in await raw_records(address, tally.topic) if r.key == b"1502"]
    assert values[1:3] == values[3:]


async def test_all_leagues_are_sent_again(
    relay: Relay, pool: Pool, tally: Contract, address: KafkaAddress
) -> None:
    async with running(relay):
        await until(lambda: published(pool))
        await republish(pool, Again(tally.service), untold)

    twice = [1, 2, 3, 1, 2, 3]
    assert await versions(address, tally.topic) == {"1502": twice, "1503": twice}


async def test_a_dry_run_says_how_many_and_sends_none(
    relay: Relay, pool: Pool, tally: Contract, address: KafkaAddress
) -> None:
    async with running(relay):
        await until(lambda: published(pool))
        done = await republish(pool, Again(tally.service), untold, dry_run=True)

    assert [each["events"] for each in done["leagues"].values()] == [3, 3]
    assert await versions(address, tally.topic) == {"1502": [1, 2, 3], "1503": [1, 2, 3]}


async def test_a_topic_lost_while_it_is_filled_again_becomes_whole(
    relay: Relay, pool: Pool, tally: Contract, address: KafkaAddress
) -> None:
    async with running(relay):
        await until(lambda: published(pool))
    with pytest.raises(RelayIdle):
        await republish(pool, Again(tally.service, "1502", 3), untold, patience_seconds=0.1)
    await delete_topic(address, tally.topic)

    async def whole() -> bool:
        found = await versions(address, tally.topic)
        return {league: sorted(set(each)) for league, each in found.items()} == {
            "1502": [1, 2, 3],
            "1503": [1, 2, 3],
        }

    async with running(relay):
        await until(lambda: leading(relay))
        await until(whole)


@pytest.mark.parametrize(
    ("league", "first", "refusal"),
    [("9999", 1, NoSuchHistory), ("1502", 4, VersionBeyondHead)],
)
async def test_what_is_not_there_is_not_sent(
    league: str, first: int, refusal: type[Refusal], relay: Relay, pool: Pool, tally: Contract
) -> None:
    with pytest.raises(refusal):
        await republish(pool, Again(tally.service, league, first), untold)
