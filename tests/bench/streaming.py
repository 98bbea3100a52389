"""Streaming: the relay beside a bare producer, the views' catch-up beside a bare consumer."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import msgspec
from prometheus_client import CollectorRegistry

from services.status.far_behind import POOL_OF_LANE, FarBehind
from services.status.learning import CONTRACTS
from services.status.projections import StatusProjection
from services.status.rebuilding.lanes import Lanes
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.sources import FromTopics, Source
from services.status.worker import collect_seldom
from shared.contracts.contract import Contract
from shared.contracts.schedule import SCHEDULE, MobilizationHeld
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier, Record
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress, ensure_topics, producer
from shared.platform.metrics import Metrics
from shared.platform.postgres import (
    CONSUMING,
    EVENT_STORE,
    Pool,
    migrate,
    migrations_in,
    open_pool,
)
from shared.platform.publishing import COLUMNS, envelope_of
from shared.platform.recording import Answer, Origin, Pending
from shared.platform.relay import Relay
from shared.platform.worker import Consuming
from tests.bench import bare
from tests.bench.report import Figure, Report, percentile
from tests.bench.world import World

ROUNDS = 3
RELAY_EVENTS = 20_000
RELAY_LEAGUES = [f"15{n:02}" for n in range(1, 13)]
RELAY_CONTRACT = Contract("bench", SCHEDULE.events)
STATUS_SQL = "services.status.migrations"


async def relay(world: World, address: KafkaAddress, report: Report) -> None:
    """A store of its own, published to a topic of its own, in turn with a bare producer."""
    report.say(f"relay, {ROUNDS} rounds of {RELAY_EVENTS} events")
    url = world.stack.database_url
    await migrate(url, "bench", migrations_in(*EVENT_STORE))
    pool = await open_pool(url, "bench")
    await _fill(EventStore(pool, RELAY_CONTRACT))
    rows = await pool.fetch(f"select {COLUMNS} from events order by league, version")  # noqa: S608
    records = [(r["league"], msgspec.json.encode(envelope_of("bench", r))) for r in rows]
    await ensure_topics(address, [RELAY_CONTRACT.topic, "bench.bare"])
    metrics = Metrics(CollectorRegistry())
    publisher = Relay(url, "bench", RELAY_CONTRACT, address, metrics)
    ours, bares = [], []
    for _ in range(ROUNDS):
        bares.append(await bare.produced_per_second(address, "bench.bare", records))
        await pool.execute("delete from relay_cursors")
        ours.append(await _published_per_second(publisher, url, address))
    await pool.close()
    ratio = percentile([o / b for o, b in zip(ours, bares, strict=True)], 0.5)
    report.add(
        Figure("relay", percentile(ours, 0.5), "events/s"),
        Figure("bare producer", percentile(bares, 0.5), "records/s"),
        Figure("relay / bare producer", ratio, "ratio", "at least", 0.5),
    )


async def _fill(store: EventStore) -> None:
    now = datetime.now(UTC)
    for first in range(0, RELAY_EVENTS, 5_000):
        pending = []
        for n in range(first, first + 5_000):
            league, unit = RELAY_LEAGUES[n % 12], f"u{n}"
            event = MobilizationHeld(
                campaign="bench", unit=unit, held_at=now, attendees=30, chaired_by="p-15-0001",
                place="", flags=(),
            )  # fmt: skip
            path = f"15.{league}.{unit}"
            pending.append(Pending(f"mobilization/{uuid4()}", "bench", unit, path, event))
        async with store.session(RELAY_LEAGUES, [], None) as session:
            await session.append(pending, Origin("p-15-0001", "bench"), _no_answer)


def _no_answer(_: object) -> Answer:
    return Answer(200, b"", "")


async def _published_per_second(publisher: Relay, url: str, address: KafkaAddress) -> float:
    connection = await asyncpg.connect(url, server_settings={"search_path": "bench"})
    sender = producer(address)
    await sender.start()
    try:
        count, started = 0, time.perf_counter()
        while count < RELAY_EVENTS:
            count += await publisher.publish_once(connection, sender)
        return count / (time.perf_counter() - started)
    finally:
        await sender.stop()
        await connection.close()


async def catch_up(world: World, address: KafkaAddress, report: Report) -> None:
    """New views from all that the topics hold, in turn with a consumer that only decodes.

    As the worker does it when it starts: filled, as that is much. Batch by batch, as it goes on
    later, in the same round.
    """
    events = await _recorded(world)
    collect_seldom()  # as the worker does
    report.say(f"catch-up of the views, {ROUNDS} rounds of {events} events")
    bares: list[float] = []
    ours: dict[str, list[float]] = {"catch-up": [], "batches": [], "rebuild": []}
    for number in range(ROUNDS):
        bares.append(await bare.consumed_per_second(address, CONTRACTS, events))
        for name, way in (("catch-up", _filled), ("batches", _applied), ("rebuild", _rebuilt)):
            async with _views(world, f"bench_status_{number}", events) as views:
                ours[name].append(events / await way(views, address))
    rates = {name: percentile(each, 0.5) for name, each in ours.items()}
    ratios = {
        name: percentile([o / b for o, b in zip(each, bares, strict=True)], 0.5)
        for name, each in ours.items()
    }
    report.add(
        Figure("catch-up of the views", rates["catch-up"], "events/s"),
        Figure("bare consumer that decodes", percentile(bares, 0.5), "records/s"),
        Figure("catch-up / bare consumer", ratios["catch-up"], "ratio", "at least", 0.25),
        Figure("batch by batch", rates["batches"], "events/s"),
        Figure("batch by batch / bare consumer", ratios["batches"], "ratio"),
        Figure("rebuild from zero", rates["rebuild"], "events/s"),
        Figure("rebuild / bare consumer", ratios["rebuild"], "ratio", "at least", 0.5),
    )


async def _recorded(world: World) -> int:
    connection = await asyncpg.connect(world.stack.database_url)
    try:
        counts = [
            await connection.fetchval(f"select sum(version) from {c.service}.histories")  # noqa: S608
            for c in CONTRACTS
        ]
    finally:
        await connection.close()
    return int(sum(counts))


@dataclass(frozen=True, slots=True)
class _Views:
    """Views of the bench's own, empty, and how many events they are to hold."""

    url: str
    schema: str
    pool: Pool
    events: int

    async def all_applied(self) -> None:
        """Raises where they do not hold all."""
        applied = await self.pool.fetchval("select coalesce(sum(version), 0) from checkpoints")
        if applied != self.events:
            raise RuntimeError(f"{applied} of {self.events} events are in the views")


@asynccontextmanager
async def _views(world: World, schema: str, events: int) -> AsyncIterator[_Views]:
    url = world.stack.database_url
    await migrate(url, schema, migrations_in(*CONSUMING) + migrations_in(STATUS_SQL))
    pool = await open_pool(url, schema)
    try:
        yield _Views(url, schema, pool, events)
    finally:
        for name in (schema, f"{schema}_next", f"{schema}_former"):
            await pool.execute(f'drop schema if exists "{name}" cascade')
        await pool.close()


async def _filled(views: _Views, address: KafkaAddress) -> float:
    """Seconds, from a worker's first question to the broker until all is applied."""
    started = time.perf_counter()
    group = f"bench-{uuid4()}"
    behind = FarBehind(address, views.pool, group, _Feeds(), lambda: _pool_of_lane(views))
    await behind.filled(asyncio.Event())
    took = time.perf_counter() - started
    await views.all_applied()
    return took


async def _applied(views: _Views, address: KafkaAddress) -> float:
    """Seconds, from the first batch begun to the last applied: joining a group is no part of it."""
    projection = StatusProjection()
    applier = _Timed(views.pool, projection, _Feeds().events)
    metrics = Metrics(CollectorRegistry())
    group = f"bench-{uuid4()}"
    consuming = Consuming(address, views.pool, projection, applier, group, metrics)
    await consuming.start()
    try:
        await _reached(applier, views.events)
        return time.perf_counter() - applier.began
    finally:
        await consuming.stop()


async def _rebuilt(views: _Views, address: KafkaAddress) -> float:
    """Seconds to make views that hold all anew from offset zero, and put them in place."""
    await _filled(views, address)
    started = time.perf_counter()
    lanes = Lanes(2, lambda: _lane(views, address))
    await Rebuild(views.pool, StatusProjection.name, lanes=lanes).run(FromTopics(address))
    return time.perf_counter() - started


@asynccontextmanager
async def _lane(views: _Views, address: KafkaAddress) -> AsyncIterator[tuple[Pool, Source]]:
    async with _pool_of_lane(views) as pool:
        yield pool, FromTopics(address)


@asynccontextmanager
async def _pool_of_lane(views: _Views) -> AsyncIterator[Pool]:
    async with await open_pool(views.url, views.schema, size=POOL_OF_LANE) as pool:
        yield pool


class _Timed(Applier):
    """Remembers when it was given its first batch."""

    began = 0.0

    async def apply(self, records: Sequence[Record]) -> int:
        self.began = self.began or time.perf_counter()
        return await super().apply(records)


async def _reached(applier: Applier, events: int) -> None:
    while applier.applied_events < events:  # noqa: ASYNC110 - polling leaves what is measured alone
        await asyncio.sleep(0.005)


class _Feeds:
    """Services that are away: all there is must come from the topics."""

    async def heads(self, service: str) -> Mapping[str, int]:
        raise ConnectionError(service)

    async def events(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        raise RuntimeError(f"the topic of {service} has a gap in {league} from {after} to {up_to}")
