"""Streaming: the relay beside a bare producer, the views' catch-up beside a bare consumer."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import msgspec
from prometheus_client import CollectorRegistry

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
    """New views from all that the topics hold, in turn with a consumer that only decodes."""
    events = await _recorded(world)
    collect_seldom()  # as the worker does
    report.say(f"catch-up of the views, {ROUNDS} rounds of {events} events")
    ours, rebuilt, bares = [], [], []
    for number in range(ROUNDS):
        bares.append(await bare.consumed_per_second(address, CONTRACTS, events))
        rates = await _caught_up_per_second(world, address, f"bench_status_{number}", events)
        ours.append(rates[0])
        rebuilt.append(rates[1])
    ratio = percentile([o / b for o, b in zip(ours, bares, strict=True)], 0.5)
    rebuild_ratio = percentile([r / b for r, b in zip(rebuilt, bares, strict=True)], 0.5)
    report.add(
        Figure("catch-up of the views", percentile(ours, 0.5), "events/s"),
        Figure("bare consumer that decodes", percentile(bares, 0.5), "records/s"),
        Figure("catch-up / bare consumer", ratio, "ratio", "at least", 0.25),
        Figure("rebuild from zero", percentile(rebuilt, 0.5), "events/s"),
        Figure("rebuild / bare consumer", rebuild_ratio, "ratio", "at least", 0.5),
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


async def _caught_up_per_second(
    world: World, address: KafkaAddress, schema: str, events: int
) -> tuple[float, float]:
    """Catching up, from the first batch begun to the last applied (joining a group is no part of
    it), and then rebuilding the same views from offset zero.
    """
    url = world.stack.database_url
    await migrate(url, schema, migrations_in(*CONSUMING) + migrations_in(STATUS_SQL))
    pool = await open_pool(url, schema)
    projection = StatusProjection()
    applier = _Timed(pool, projection, _no_feed)
    metrics = Metrics(CollectorRegistry())
    consuming = Consuming(address, pool, projection, applier, f"{schema}-{uuid4()}", metrics)
    await consuming.start()
    try:
        await _reached(applier, events)
        caught_up = events / (time.perf_counter() - applier.began)
        started = time.perf_counter()
        lanes = Lanes(2, lambda: _lane(url, schema, address))
        await Rebuild(pool, projection.name, lanes=lanes).run(FromTopics(address))
        return caught_up, events / (time.perf_counter() - started)
    finally:
        await consuming.stop()
        for name in (schema, f"{schema}_next", f"{schema}_former"):
            await pool.execute(f'drop schema if exists "{name}" cascade')
        await pool.close()


@asynccontextmanager
async def _lane(url: str, schema: str, address: KafkaAddress) -> AsyncIterator[tuple[Pool, Source]]:
    async with await open_pool(url, schema, size=3) as pool:
        yield pool, FromTopics(address)


class _Timed(Applier):
    """Remembers when it was given its first batch."""

    began = 0.0

    async def apply(self, records: Sequence[Record]) -> int:
        self.began = self.began or time.perf_counter()
        return await super().apply(records)


async def _reached(applier: Applier, events: int) -> None:
    while applier.applied_events < events:  # noqa: ASYNC110 - polling leaves what is measured alone
        await asyncio.sleep(0.005)


async def _no_feed(service: str, league: str, after: int, up_to: int) -> list[Envelope]:
    raise RuntimeError(f"the topic of {service} has a gap in {league} from {after} to {up_to}")
