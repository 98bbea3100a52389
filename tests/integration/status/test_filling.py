"""Views far behind are filled from the topics at once: row by row what batches would have made."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from services.status.far_behind import FarBehind
from services.status.projections import StatusProjection
from services.status.rebuilding.filling import OpenPool
from services.status.rebuilding.keeping import dropped, kept, taken_back
from services.status.rebuilding.processes import LaneFailed
from services.status.rebuilding.rebuild import Rebuild, alone
from services.status.rebuilding.refusals import (
    FillingNotPossible,
    NothingToResume,
    NothingToTakeBack,
)
from services.status.rebuilding.sources import Batches, FromHistory, FromTopics
from services.status.schema import SCHEMA
from shared.kernel.envelope import Envelope
from shared.platform.completeness import Feeds as FeedsOfServices
from shared.platform.consuming import Applier, Record
from shared.platform.kafka import (
    PARTITIONS,
    KafkaAddress,
    begin_at,
    begun_at,
    ensure_topics,
    producer,
)
from shared.platform.postgres import Pool, open_pool
from tests.integration.status.tables import Feed, Feeds, Tables, empty, everything, records
from tests.integration.status.test_rebuilding import moved
from tests.unit.status.histories import World, histories
from tests.unit.status.thing_steps import THING_STEPS

SERVICES = ("units", "schedule", "supervision", "rectification")

pytestmark = pytest.mark.kafka


class Away(Feeds):
    """Services that do not answer."""

    def __init__(self) -> None:
        super().__init__([])

    async def heads(self, service: str) -> dict[str, int]:
        raise ConnectionError(service)


class Topics:
    """Topics of this test's own, named such that records are told by their service."""

    def __init__(self, address: KafkaAddress) -> None:
        self.address = address
        name = f"fill-{uuid4().hex[:8]}"
        self.names = [f"{name}.{service}" for service in SERVICES]
        self.group = name
        self._prefix = name

    async def hold(self, told: Sequence[Record]) -> None:
        await ensure_topics(self.address, self.names)
        sender = producer(self.address)
        await sender.start()
        for record in told:
            topic = f"{self._prefix}.{record.service}"
            await sender.send(topic, record.value, partition=record.partition)
        await sender.stop()

    def behind(
        self, pool: Pool, opened: OpenPool, feeds: FeedsOfServices, at_least: int = 1
    ) -> FarBehind:
        return FarBehind(self.address, pool, self.group, feeds, opened, self.names, at_least)

    async def fill(self, pool: Pool, opened: OpenPool, at_least: int = 1) -> None:
        """As the worker does when it starts, here while the services are away."""
        await self.behind(pool, opened, Away(), at_least).filled(asyncio.Event())

    @property
    def source(self) -> FromTopics:
        return FromTopics(self.address, self.names, part_events=20)


@pytest.fixture
def topics(bootstrap: str) -> Topics:
    return Topics(KafkaAddress(bootstrap, idempotence="KAFKA_BOOTSTRAP_SERVERS" in os.environ))


@pytest.fixture
def opened(database_url: str) -> OpenPool:
    @asynccontextmanager
    async def lane() -> AsyncIterator[Pool]:
        async with await open_pool(database_url, SCHEMA, size=3) as pool:
            yield pool

    return lane


FEW = dict.fromkeys(range(PARTITIONS), 1)
SIZES = dict.fromkeys(range(PARTITIONS), 1_000_000)
"""So much that lanes divide it, whatever the topics hold."""


_INDEXES = "select indexdef from pg_indexes where tablename = 'history' order by indexdef"


async def applied(pool: Pool, told: Sequence[Envelope]) -> None:
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


async def by_batches(pool: Pool, told: Sequence[Envelope]) -> Tables:
    """What batches make of it; the views are empty again."""
    await applied(pool, told)
    found = await everything(pool)
    await empty(pool)
    return found


async def test_empty_views_are_filled_with_history_and_checkpoints(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    expected = await by_batches(pool, told)
    await topics.hold(records(told))

    await topics.fill(pool, opened)

    assert await everything(pool) == expected
    entry = (await kept(pool, "status")).rebuilds[0]
    assert (entry.purpose, entry.state, entry.events_read) == ("fill", "switched", len(told))


async def test_a_history_filled_from_nothing_keeps_its_indexes(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    before = await pool.fetch(_INDEXES)
    await topics.hold(records(moved().told.envelopes))

    await topics.fill(pool, opened)

    assert await pool.fetch(_INDEXES) == before


async def test_lanes_fill_the_same_rows(pool: Pool, topics: Topics, opened: OpenPool) -> None:
    told = moved().told.envelopes
    expected = await by_batches(pool, told)
    await topics.hold(records(told))

    count = await Rebuild(pool, "status").fill(topics.source, SIZES, opened)

    assert count == len(told)
    assert await everything(pool) == expected


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=histories(more=THING_STEPS))
async def test_any_history_is_filled_alike(
    pool: Pool, topics: Topics, opened: OpenPool, world: World
) -> None:
    own, told = Topics(topics.address), world.told.envelopes
    await empty(pool)
    expected = await by_batches(pool, told)
    await own.hold(records(told))

    await Rebuild(pool, "status").fill(own.source, FEW, opened)

    assert await everything(pool) == expected


async def test_views_half_way_are_filled_to_the_end(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    expected = await by_batches(pool, told)
    await applied(pool, told[: len(told) // 3])
    # Twice over: a relay that refills a topic says everything again.
    await topics.hold([*records(told), *records(told)])

    await topics.fill(pool, opened)

    assert await everything(pool) == expected


async def test_filled_views_go_on_in_step_from_where_the_topics_ended(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    expected = await by_batches(pool, told)
    half = len(told) // 2
    await topics.hold(records(told[:half]))

    await topics.fill(pool, opened)
    ends = await topics.source.ends()
    begins = await begun_at(topics.address, topics.group, ends)
    await applied(pool, told)

    assert begins == ends
    assert sum(ends.values()) == half
    assert await everything(pool) == expected


async def test_what_was_sent_twice_is_not_new(pool: Pool, topics: Topics, opened: OpenPool) -> None:
    told = moved().told.envelopes
    await applied(pool, told)
    await topics.hold([*records(told), *records(told)])
    before = await kept(pool, "status")

    await topics.behind(pool, opened, Feeds(told)).filled(asyncio.Event())

    assert await kept(pool, "status") == before


async def test_views_that_lost_what_their_group_has_read_are_filled(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    expected = await by_batches(pool, told)
    await topics.hold(records(told))
    await begin_at(topics.address, topics.group, await topics.source.ends())

    await topics.fill(pool, opened)
    assert await pool.fetchval("select count(*) from history") == 0
    await topics.behind(pool, opened, Feeds(told)).filled(asyncio.Event())

    assert await everything(pool) == expected


async def test_few_events_are_left_to_batches(pool: Pool, topics: Topics, opened: OpenPool) -> None:
    told = moved().told.envelopes
    await topics.hold(records(told))
    before = await kept(pool, "status")

    await topics.fill(pool, opened, at_least=len(told) + 1)

    assert await kept(pool, "status") == before
    assert await pool.fetchval("select count(*) from history") == 0


async def test_what_was_read_before_is_not_filled_for_a_little_more(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    most = len(told) * 3 // 4
    await applied(pool, told[:most])
    before = await everything(pool)
    await topics.hold(records(told))

    await topics.fill(pool, opened)

    assert await everything(pool) == before


@pytest.mark.parametrize("value", [b"no event", b""])
async def test_what_is_no_event_is_left_to_batches(
    pool: Pool, topics: Topics, opened: OpenPool, value: bytes
) -> None:
    told = records(moved().told.envelopes)
    await topics.hold([*told, Record(told[0].topic, told[0].partition, 0, value)])

    with pytest.raises(FillingNotPossible, match=topics.group):
        await Rebuild(pool, "status").fill(topics.source, SIZES, opened)
    await topics.fill(pool, opened)

    assert await everything(pool) == [[], [], [], [], [], [], []]
    assert not (await kept(pool, "status")).next


async def test_a_gap_is_left_to_batches_which_fill_it_from_the_feed(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    missing = next(e for e in told if e.league == "1502" and e.version == 2)
    await topics.hold(records([e for e in told if e is not missing]))

    with pytest.raises(FillingNotPossible, match="version 2 is missing"):
        await Rebuild(pool, "status").fill(topics.source, SIZES, opened)

    assert await pool.fetchval("select count(*) from history") == 0


async def test_topics_that_lost_what_the_views_show_fill_nothing(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    await applied(pool, told)
    before = await everything(pool)
    await topics.hold(records([e for e in told if e.league != "1502"]))

    with pytest.raises(FillingNotPossible, match="1502"):
        await Rebuild(pool, "status").fill(topics.source, SIZES, opened)

    assert await everything(pool) == before


async def test_parked_events_are_left_where_they_are(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    await topics.hold(records(told))
    await pool.execute(
        "insert into discarded (projection, service, league, version, place, value, cause, parked_at)"
        " values ('status', 'units', '15', 1, '', '', '', now())"
    )

    with pytest.raises(FillingNotPossible, match="discarded"):
        await Rebuild(pool, "status").fill(topics.source, SIZES, opened)

    assert await pool.fetchval("select count(*) from history") == 0


async def test_a_lane_that_was_killed_leaves_the_views_as_they_are(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    expected = await by_batches(pool, told)
    await topics.hold(records(told))

    class Dying(FromTopics):
        async def whole(self, sizes: Mapping[int, int]) -> AsyncIterator[Batches]:
            async for batches in super().whole(sizes):
                yield batches
                os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(LaneFailed):
        await Rebuild(pool, "status").fill(Dying(topics.address, topics.names), SIZES, opened)
    assert await pool.fetchval("select count(*) from history") == 0

    await topics.fill(pool, opened)
    assert await everything(pool) == expected


async def test_who_was_overtaken_changes_nothing(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    expected = await by_batches(pool, told)
    await topics.hold(records(told))

    class Overtaken(FromTopics):
        async def whole(self, sizes: Mapping[int, int]) -> AsyncIterator[Batches]:
            async for batches in super().whole(sizes):
                yield batches
            await applied(pool, told)

    source = Overtaken(topics.address, topics.names)
    with pytest.raises(FillingNotPossible, match="another worker"):
        await Rebuild(pool, "status").fill(source, FEW, opened)

    assert await everything(pool) == expected


async def test_a_filling_leaves_nothing_to_go_back_to_or_on_with(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    told = moved().told.envelopes
    await topics.hold(records(told))
    await topics.fill(pool, opened)

    with pytest.raises(NothingToTakeBack):
        await taken_back(pool, "status")
    with pytest.raises(NothingToResume):
        await Rebuild(pool, "status").resume(FromHistory(pool))
    assert await dropped(pool, "status") == []


async def test_one_who_is_told_to_stop_leaves_the_views_as_they_are(
    pool: Pool, topics: Topics, opened: OpenPool
) -> None:
    await topics.hold(records(moved().told.envelopes))
    stop = asyncio.Event()

    async with alone(pool, "status"), pool.acquire() as connection:
        await connection.execute(
            "insert into rebuilds (projection, purpose, source, state, stage, made_with,"
            " events_wanted) values ('status', 'fill', 'topics', 'running', 'reading', '', 1)"
        )
        waiting = asyncio.create_task(topics.behind(pool, opened, Away()).filled(stop))
        await asyncio.sleep(1)
        assert not waiting.done()
        stop.set()
        await asyncio.wait_for(waiting, 5)

    assert await pool.fetchval("select count(*) from history") == 0
