"""A store restored behind its topic: the lost end comes back whole, or is void by decision."""

import io
import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

import msgspec
import pytest
from structlog.testing import capture_logs

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.commands import CommandHandler
from shared.platform.epochs import Deciding, epochs
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress, partition_of, producer
from shared.platform.lives import Life
from shared.platform.metrics import Metrics
from shared.platform.postgres import Connection, Pool
from shared.platform.rebuilding import refill_lives
from shared.platform.recovering import (
    NothingBeyond,
    RelayAtWork,
    StoreWentOn,
    TailNotWhole,
    Undecided,
)
from shared.platform.relay import Relay
from tests.integration.platform.deliveries import write
from tests.integration.platform.tally import DECIDER, ORIGIN, SHOWN, hold
from tests.integration.platform.topics import (
    first_seen,
    leading,
    raw_records,
    running,
    until,
    versions,
)

pytestmark = pytest.mark.kafka

DECIDING = Deciding("p-15-operations", "restored last night's copy")
LIFE = Life("meeting", DECIDER, SHOWN)
UNITS = ("150201", "150301")
_COPIED = ("events", "histories", "relay_cursors")


class Restored:
    """A small service whose store can be copied, and restored under its topic."""

    def __init__(
        self, url: str, schema: str, pool: Pool, tally: Contract, address: KafkaAddress
    ) -> None:
        self.pool, self.tally, self.address = pool, tally, address
        self.handler = CommandHandler(EventStore(pool, tally))
        self.undecided = Undecided(pool, schema, tally, address)
        self.metrics = Metrics()
        self.relay = Relay(url, schema, tally, address, self.metrics)

    async def publish(self, *units: str, times: int = 2) -> None:
        """Record meetings of these units, and let the relay publish them."""
        await write(self.handler, units, times)
        async with self.relaying():
            await until(self.level)

    def relaying(self) -> AbstractAsyncContextManager[Relay]:
        self.relay.state = "starting"
        return running(self.relay)

    async def level(self) -> bool:
        behind: int = await self.pool.fetchval(
            "select count(*) from histories h left join relay_cursors c using (league)"
            " where h.version > coalesce(c.published_version, 0)"
        )
        return behind == 0

    async def stopped(self) -> bool:
        return self.relay.state == "store-behind-topic"

    async def copy(self) -> None:
        for table in _COPIED:
            await self.pool.execute(f"create table copied_{table} as table {table}")

    async def restore(self) -> None:
        for table in _COPIED:
            await self.pool.execute(f"delete from {table}")  # noqa: S608 - names are ours
            await self.pool.execute(f"insert into {table} select * from copied_{table}")  # noqa: S608

    async def held(self) -> dict[str, list[str]]:
        return {
            table: [
                row[0]
                for row in await self.pool.fetch(f"select t::text from {table} t order by 1")  # noqa: S608
            ]
            for table in ("events", "histories")
        }

    async def recover(self, *, dry_run: bool = False) -> Mapping[str, object]:
        async def refill(connection: Connection) -> Mapping[str, int]:
            return await refill_lives(connection, self.tally, (LIFE,))

        return await self.undecided.recover(refill, DECIDING, _untold, dry_run=dry_run)

    async def send(self, *envelopes: Envelope) -> None:
        sender = producer(self.address)
        await sender.start()
        for envelope in envelopes:
            league = envelope.league
            value = msgspec.json.encode(envelope)
            await sender.send_and_wait(
                self.tally.topic, value, key=league.encode(), partition=partition_of(league)
            )
        await sender.stop()


def _untold(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
async def service(
    database_url: str, schema: str, pool: Pool, tally: Contract, address: KafkaAddress
) -> Restored:
    """Restored to a copy that lacks the last two events of one league and all of another."""
    service = Restored(database_url, schema, pool, tally, address)
    await service.publish("150201")
    await service.copy()
    await service.publish(*UNITS)
    return service


async def test_the_relay_says_loudly_what_to_do_and_goes_on_when_it_is_done(
    service: Restored,
) -> None:
    whole = await service.held()
    before = await versions(service.address, service.tally.topic)
    await service.restore()

    with capture_logs() as told:
        async with service.relaying() as relay:
            await until(service.stopped)
            assert f"campaign epoch recover --service {service.tally.service}" in relay.advice
            assert _stopped_metric(service) == 1
            done = await service.recover()
            await until(lambda: leading(relay))
            await write(service.handler, UNITS[:1], 1)
            await until(service.level)

    critical = [each for each in told if each["log_level"] == "critical"]
    assert [each["event"] for each in critical] == ["relay-stopped"]
    assert done["leagues"] == {
        "1502": {"from": 3, "to": 4, "events": 2},
        "1503": {"from": 1, "to": 2, "events": 2},
    }
    assert _stopped_metric(service) == 0
    assert relay.advice == ""
    assert set((await service.held())["events"]) > set(whole["events"])
    # What is there already is not published again.
    assert await versions(service.address, service.tally.topic) == before | {
        "1502": [1, 2, 3, 4, 5]
    }


async def test_what_comes_back_is_what_was_lost(service: Restored) -> None:
    whole = await service.held()
    await service.restore()

    assert (await service.recover(dry_run=True))["epoch"] is None
    assert (await service.held())["events"] != whole["events"]
    assert (await service.recover())["epoch"] == 1

    assert await service.held() == whole
    (epoch,) = await epochs(service.pool)
    assert (epoch.decision, epoch.decided_by) == ("recovered", DECIDING.by)
    shown = await service.pool.fetch("select stream, times from shown order by 1")
    assert [tuple(row) for row in shown] == [("meeting/150201", 4), ("meeting/150301", 2)]
    with pytest.raises(NothingBeyond):
        await service.recover()


async def test_events_the_topic_holds_twice_come_back_once(service: Restored) -> None:
    whole = await service.held()
    again = [
        msgspec.json.decode(record.value, type=Envelope)
        for record in await raw_records(service.address, service.tally.topic)
    ]
    await service.send(*again)
    await service.restore()

    await service.recover()

    assert await service.held() == whole


async def test_a_store_that_went_on_takes_nothing_back(service: Restored) -> None:
    await service.restore()
    await service.handler.one(DECIDER, hold("恢复之后", "150201"), ORIGIN)
    before = await service.held()

    with pytest.raises(StoreWentOn):
        await service.recover()

    assert await service.held() == before


async def test_the_relay_notices_also_when_the_store_has_outgrown_its_topic(
    service: Restored,
) -> None:
    """Versions alone would not show it: the store has all that the topic has, and more."""
    await service.restore()
    await write(service.handler, UNITS, 6)
    before = await versions(service.address, service.tally.topic)

    async with service.relaying() as relay:
        await until(service.stopped)

    assert "epoch accept" in relay.advice
    assert "epoch recover" not in relay.advice
    assert await versions(service.address, service.tally.topic) == before


async def test_a_tail_with_a_hole_or_a_forged_event_takes_nothing_back(service: Restored) -> None:
    await service.restore()
    before = await service.held()
    last = msgspec.json.decode(
        (await raw_records(service.address, service.tally.topic))[-1].value, type=Envelope
    )
    await service.send(msgspec.structs.replace(last, version=last.version + 2))

    with pytest.raises(TailNotWhole):
        await service.recover()

    assert await service.held() == before
    assert await epochs(service.pool) == []


async def test_while_the_relay_works_there_is_nothing_to_decide(service: Restored) -> None:
    async with service.relaying() as relay:
        await until(lambda: leading(relay))

        with pytest.raises(RelayAtWork):
            await service.recover()


async def test_declared_void_the_topic_becomes_what_the_store_holds(service: Restored) -> None:
    await service.restore()
    await service.handler.one(DECIDER, hold("恢复之后", "150201"), ORIGIN)
    kept = io.BytesIO()

    tried = await service.undecided.accept(DECIDING, dry_run=True)
    async with service.relaying() as relay:
        await until(service.stopped)
        done = await service.undecided.accept(DECIDING, kept)
        await until(lambda: leading(relay))
        await until(service.level)

    assert tried == {"epoch": None, "leagues": done["leagues"]}
    void = [json.loads(line) for line in kept.getvalue().splitlines()]
    assert sorted((each["league"], each["version"]) for each in void) == [
        ("1502", 3), ("1502", 4), ("1503", 1), ("1503", 2),
    ]  # fmt: skip
    found = await versions(service.address, service.tally.topic)
    assert {league: first_seen(each) for league, each in found.items()} == {"1502": [1, 2, 3]}
    stored = {row["event_id"] for row in await service.pool.fetch("select event_id from events")}
    records = await raw_records(service.address, service.tally.topic)
    assert {json.loads(record.value)["id"] for record in records} == {str(each) for each in stored}
    assert [each.decision for each in await epochs(service.pool)] == ["accepted"]


async def test_where_nothing_is_beyond_the_store_nothing_is_declared_void(
    service: Restored,
) -> None:
    with pytest.raises(NothingBeyond):
        await service.undecided.accept(DECIDING)

    assert await epochs(service.pool) == []


def _stopped_metric(service: Restored) -> float | None:
    return service.metrics.registry.get_sample_value(
        "campaign_relay_stopped", {"service": service.tally.service}
    )
