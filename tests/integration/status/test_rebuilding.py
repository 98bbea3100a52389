"""Views rebuilt from zero are, row by row, the views that were kept in step."""

import os
from collections.abc import AsyncIterator, Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from services.status.projections import StatusProjection
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.refusals import RebuildIncomplete
from services.status.rebuilding.sources import (
    FromFeeds,
    FromHistory,
    FromTopics,
    Portion,
    Wanted,
    grouped,
)
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier, Record
from shared.platform.kafka import KafkaAddress, ensure_topics, producer
from shared.platform.postgres import Connection, Pool
from shared.platform.retrying import ParkedEvents
from tests.integration.status.tables import Feed, Feeds, empty, everything, records, views
from tests.integration.status.worlds import Campaign, at, small
from tests.unit.status.histories import World, histories
from tests.unit.status.thing_steps import THING_STEPS

TOPICS = ("status-rebuild-a", "status-rebuild-b")


def moved() -> Campaign:
    """A banner that changed leagues, and was told of in both; and things, some of both."""
    world = small()
    world.raises("i-0", "150201", date(2014, 2, 3))
    world.moves("150201", "1501", date(2014, 2, 22))
    world.mobilizes("150201101", at(3, 3))
    world.finds_things()
    return world


async def test_a_rebuild_from_history_gives_the_same_rows(pool: Pool) -> None:
    told = moved().told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    before = await everything(pool)

    count = await Rebuild(pool, "status").run(FromHistory(pool))

    assert count == len(told)
    assert await everything(pool) == before


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=histories(more=THING_STEPS))
async def test_any_history_is_rebuilt_alike(pool: Pool, world: World) -> None:
    """Leagues are read one by one, so that units which changed leagues span parts."""
    told = world.told.envelopes
    await empty(pool)
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    before = await everything(pool)

    await Rebuild(pool, "status").run(FromHistory(pool, part_events=1))

    assert await everything(pool) == before


async def test_views_rebuilt_go_on_in_step(pool: Pool) -> None:
    told = moved().told.envelopes
    applier = Applier(pool, StatusProjection(), Feed(told))
    half = len(told) // 2
    await applier.apply(records(told[:half]))
    await Rebuild(pool, "status").run(FromHistory(pool))
    await applier.apply(records(told[half:]))
    twice = await everything(pool)

    await Rebuild(pool, "status").run(FromHistory(pool))

    assert await everything(pool) == twice


class Arriving(FromHistory):
    """More events are applied while the rebuild is reading."""

    def __init__(self, pool: Pool, applier: Applier, late: Sequence[Record]) -> None:
        super().__init__(pool)
        self._applier = applier
        self._late = late

    async def portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        async for portion in super().portions(wanted):
            yield portion
        await self._applier.apply(self._late)


async def test_what_arrives_during_a_rebuild_is_in_it(pool: Pool) -> None:
    told = moved().told.envelopes
    applier = Applier(pool, StatusProjection(), Feed(told))
    half = len(told) // 2
    await applier.apply(records(told[:half]))

    await Rebuild(pool, "status").run(Arriving(pool, applier, records(told[half:])))

    rebuilt = await views(pool)
    await empty(pool)
    await applier.apply(records(told))
    assert rebuilt == await views(pool)


async def test_a_source_that_lacks_events_changes_nothing(pool: Pool) -> None:
    told = moved().told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    before = await views(pool)
    await pool.execute("delete from history where league = '1502' and version = 2")

    with pytest.raises(RebuildIncomplete):
        await Rebuild(pool, "status").run(FromHistory(pool))

    assert await views(pool) == before


class Refusing(StatusProjection):
    """Cannot take one event."""

    def __init__(self, event: str) -> None:
        self.event = event

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        if any(envelope.id == self.event for envelope in envelopes):
            raise ValueError("not in this version")
        await super().apply(connection, envelopes)


async def test_events_parked_or_given_up_are_left_out_and_the_rest_of_their_history_is_not(
    pool: Pool,
) -> None:
    told = moved().told.envelopes
    poison = next(e for e in told if e.subject == "150202")
    applier = Applier(pool, Refusing(poison.id), Feed(told))
    await applier.apply(records(told))
    before = await views(pool)

    await Rebuild(pool, "status").run(FromHistory(pool))
    assert await views(pool) == before

    refusing = ParkedEvents(pool, Refusing(poison.id), applier)
    outcome = await refusing.discard(await pool.fetchval("select min(id) from parked"))
    assert (outcome.discarded, outcome.still_parked) == (1, 0)
    given_up = await views(pool)
    assert given_up != before

    await Rebuild(pool, "status").run(FromHistory(pool))
    assert await views(pool) == given_up
    await Rebuild(pool, "status").run(FromFeeds(Feeds(told)))
    assert await views(pool) == given_up


@pytest.mark.kafka
async def test_a_rebuild_from_the_topics_gives_the_same_rows_and_leaves_parked_ones(
    pool: Pool, bootstrap: str
) -> None:
    told = moved().told.envelopes
    poison = next(e for e in told if e.subject == "150202")
    applier = Applier(pool, Refusing(poison.id), Feed(told))
    await applier.apply(records(told))
    before = await views(pool)
    address = KafkaAddress(bootstrap, idempotence="KAFKA_BOOTSTRAP_SERVERS" in os.environ)
    await ensure_topics(address, TOPICS)
    sender = producer(address)
    await sender.start()
    # Twice over: a relay that refills a topic says everything again.
    for record in [*records(told), *records(told)]:
        topic = TOPICS["schedule" in record.topic]
        await sender.send_and_wait(topic, record.value, partition=record.partition)
    await sender.stop()

    await Rebuild(pool, "status").run(FromTopics(address, TOPICS, part_events=20))

    assert await views(pool) == before
    assert await pool.fetchval("select count(*) from parked") > 0


def test_groups_stay_under_the_limit_where_they_can() -> None:
    assert grouped([("a", 3), ("b", 3), ("c", 5), ("d", 9), ("e", 1)], 7) == [
        ["a", "b"],
        ["c"],
        ["d"],
        ["e"],
    ]
