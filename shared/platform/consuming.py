"""Consuming: batches applied in one transaction with their checkpoints, nothing lost or doubled."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

import asyncpg
import msgspec
import structlog

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.parking import (
    WAITS,
    Delivery,
    park,
    park_undecodable,
    unit_key,
    waiting_units,
)
from shared.platform.postgres import Connection, Pool

log = structlog.get_logger()

HistoryKey = tuple[str, str]
"""(service, league)."""

Feed = Callable[[str, str, int, int], Awaitable[list[Envelope]]]
"""(service, league, after, up_to) -> the events in between, read from the service itself."""

LANES = 2
LANE_RECORDS = 1_000
"""A batch is divided where each lane gets about as many: dividing few costs more than it saves."""

# A unit's events are parked along with a checkpoint: where there is none, none are parked.
_CHECKPOINTS = """
select service, league, version, exists (
    select 1 from parked p where p.projection = $1 and p.unit is not null
) from checkpoints where projection = $1
"""

# Compare-and-set: a worker that lost its partition finds another version and rolls back.
_ADVANCE = """
with wanted as (
    select * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[])
        as u(service, league, expected, version, recorded_at)
)
insert into checkpoints as c (projection, service, league, version, recorded_at)
select $1, service, league, version, recorded_at from wanted order by service, league
on conflict (projection, service, league) do update
    set version = excluded.version, recorded_at = excluded.recorded_at, applied_at = now()
    where c.version = (
        select w.expected from wanted w where w.service = c.service and w.league = c.league
    )
returning 1
"""

_TROUBLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalServerError,
    asyncpg.PostgresSystemError,
    # A table or a right is missing, or the server only reads: wrong for every event alike.
    asyncpg.SyntaxOrAccessError,
    asyncpg.InvalidTransactionStateError,
    OSError,
    MemoryError,
)


def is_trouble(error: Exception) -> bool:
    """Whether it is the database's or the machine's trouble, not the event's: retried, never
    parked.
    """
    # asyncpg says a value it cannot send, the event's own fault, with an error of both kinds.
    unsendable = isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    return isinstance(error, _TROUBLE) and not unsendable


class Projection(Protocol):
    """Builds a view from events; `apply` gets them in each league's order."""

    @property
    def name(self) -> str: ...

    @property
    def contracts(self) -> Sequence[Contract]: ...

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None: ...


class StaleWorker(RuntimeError):
    """Another worker has advanced this checkpoint; what we did is rolled back."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """A Kafka record: where it stood and its value."""

    topic: str
    partition: int
    offset: int
    value: bytes

    @property
    def place(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"

    @property
    def service(self) -> str:
        """`campaign.units.v1` -> `units`."""
        return self.topic.split(".")[1]


class Applier:
    """Applies batches of records to a projection; a version seen is skipped, a gap is filled
    from the service's own feed, a poison event is parked with those that follow it.
    """

    def __init__(self, pool: Pool, projection: Projection, feed: Feed) -> None:
        self._pool = pool
        self._projection = projection
        self._feed = feed
        self.applied_events = 0
        self.last_recorded_at: datetime | None = None

    async def apply(self, records: Sequence[Record]) -> int:
        """Apply a batch, or raise and leave nothing of it; how many events were new."""
        deliveries, undecodable = _decoded(records)
        async with self._pool.acquire() as connection, connection.transaction():
            # Shared among workers; a retry of parked events takes it alone.
            await connection.execute(
                "select pg_advisory_xact_lock_shared(hashtext($1))",
                f"parked-{self._projection.name}",
            )
            if undecodable:
                log.error(
                    "record-parked",
                    projection=self._projection.name,
                    places=[u[1] for u in undecodable],
                )
                await park_undecodable(connection, self._projection.name, undecodable)
            before, any_parked = await self._checkpoints(connection)
            fresh, after = await self._fresh(deliveries, before)
            if fresh:
                await self._apply_fresh(connection, fresh, any_parked=any_parked)
                await self._advance(connection, before, after)
        if fresh:
            self.applied_events += len(fresh)
            self.last_recorded_at = max(d.envelope.recordedat for d in fresh)
        return len(fresh)

    async def _checkpoints(self, connection: Connection) -> tuple[dict[HistoryKey, int], bool]:
        """The versions reached, and whether events of any unit are parked."""
        rows = await connection.fetch(_CHECKPOINTS, self._projection.name)
        any_parked = any(parked for _, _, _, parked in rows)
        return {(service, league): version for service, league, version, _ in rows}, any_parked

    async def _fresh(
        self, deliveries: list[Delivery], before: dict[HistoryKey, int]
    ) -> tuple[list[Delivery], dict[HistoryKey, Envelope]]:
        """Those not yet applied, gaps filled, and the last envelope of each history."""
        fresh: list[Delivery] = []
        after: dict[HistoryKey, Envelope] = {}
        reached = dict(before)
        for delivery in deliveries:
            envelope = delivery.envelope
            key = (envelope.service, envelope.league)
            last = reached.get(key, 0)
            if envelope.version <= last:
                continue
            if envelope.version > last + 1:
                fresh += await self._missing(key, last, envelope.version)
            fresh.append(delivery)
            reached[key] = envelope.version
            after[key] = envelope
        return fresh, after

    async def _missing(self, key: HistoryKey, last: int, found: int) -> list[Delivery]:
        service, league = key
        log.warning("gap-in-topic", service=service, league=league, after=last, found=found)
        missing = await self._feed(service, league, last, found - 1)
        versions = [envelope.version for envelope in missing]
        if versions != list(range(last + 1, found)):
            raise GapNotFilled(service, league, last, found)
        return [
            Delivery(f"feed:{service}/{league}@{e.version}", msgspec.json.encode(e), e)
            for e in missing
        ]

    async def _apply_fresh(
        self, connection: Connection, fresh: list[Delivery], *, any_parked: bool
    ) -> None:
        name = self._projection.name
        waiting = await waiting_units(connection, name, fresh) if any_parked else set()
        parked: dict[str, str] = {}
        await self._apply_or_isolate(connection, fresh, waiting, parked)
        if parked:
            log.error("events-parked", projection=self._projection.name, parked=parked)

    async def _apply_or_isolate(
        self,
        connection: Connection,
        batch: list[Delivery],
        waiting: set[str],
        parked: dict[str, str],
    ) -> None:
        """Apply all, or halve until the poison event stands alone; later ones wait behind it."""
        behind = [d for d in batch if unit_key(d.envelope) in waiting]
        ready = [d for d in batch if unit_key(d.envelope) not in waiting] if behind else batch
        await park(connection, self._projection.name, [(d, WAITS) for d in behind])
        if not ready:
            return
        try:
            async with connection.transaction():
                await self._projection.apply(connection, [d.envelope for d in ready])
        except Exception as cause:  # whatever a fold raises for one event, the rest must flow
            if is_trouble(cause):
                raise
            if len(ready) > 1:
                half = len(ready) // 2
                await self._apply_or_isolate(connection, ready[:half], waiting, parked)
                await self._apply_or_isolate(connection, ready[half:], waiting, parked)
                return
            waiting.add(unit_key(ready[0].envelope))
            parked[ready[0].envelope.id] = repr(cause)
            await park(connection, self._projection.name, [(ready[0], repr(cause))])

    async def _advance(
        self,
        connection: Connection,
        before: dict[HistoryKey, int],
        after: dict[HistoryKey, Envelope],
    ) -> None:
        moved = [
            (service, league, before.get((service, league), 0), e.version, e.recordedat)
            for (service, league), e in after.items()
        ]
        advanced = await connection.fetch(
            _ADVANCE, self._projection.name, *(list(column) for column in zip(*moved, strict=True))
        )
        if len(advanced) != len(moved):
            raise StaleWorker(self._projection.name)


class GapNotFilled(RuntimeError):
    """The service's own feed did not give the versions Kafka lacks; consuming stops here."""


class NotAnEvent(ValueError):
    """A record that is no event of its topic's service, or none that could be kept."""


def envelope_in(record: Record) -> Envelope:
    """What a record holds; raises NotAnEvent, whatever is wrong with it."""
    try:
        envelope = _envelopes.decode(record.value)
    # A tombstone is a TypeError, brackets without end are a RecursionError.
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, RecursionError) as cause:
        raise NotAnEvent(repr(cause)) from cause
    if envelope.service != record.service:
        raise NotAnEvent(f"its source is {envelope.source}")
    if not 0 < envelope.version < 2**63:
        raise NotAnEvent(f"its version is {envelope.version}")
    if "\x00" in envelope.league + envelope.campaign + envelope.subject + envelope.type:
        raise NotAnEvent("its place or type holds a NUL")
    return envelope


def _decoded(records: Sequence[Record]) -> tuple[list[Delivery], list[tuple[str, str, bytes, str]]]:
    deliveries: list[Delivery] = []
    undecodable: list[tuple[str, str, bytes, str]] = []
    for record in records:
        try:
            deliveries.append(Delivery(record.place, record.value, envelope_in(record)))
        except NotAnEvent as cause:
            undecodable.append((record.service, record.place, record.value or b"", str(cause)))
    return deliveries, undecodable


_envelopes = msgspec.json.Decoder(Envelope)


async def apply_until_done(
    applier: Applier, records: Sequence[Record], *, pause_seconds: float = 0.05
) -> None:
    """Apply a batch however long the trouble lasts: going on without it would lose it."""
    await asyncio.gather(*(_until_done(applier, lane, pause_seconds) for lane in lanes(records)))


def lanes(records: Sequence[Record]) -> list[list[Record]]:
    """A large batch in parts of whole partitions, so of whole leagues, to be applied side by
    side: while the database works for one, we work for another.
    """
    count = min(LANES, len(records) // LANE_RECORDS)
    if count < 2:
        return [list(records)]
    sizes = Counter(record.partition for record in records)
    found: list[list[Record]] = [[] for _ in range(count)]
    lane_of: dict[int, list[Record]] = {}
    loads = [0] * count
    for partition, size in sizes.most_common():
        lightest = loads.index(min(loads))
        loads[lightest] += size
        lane_of[partition] = found[lightest]
    for record in records:
        lane_of[record.partition].append(record)
    return [lane for lane in found if lane]


async def _until_done(applier: Applier, records: Sequence[Record], pause_seconds: float) -> None:
    wait = pause_seconds
    while True:
        try:
            await applier.apply(records)
        except Exception as trouble:  # noqa: BLE001 - whatever it is (a feed's refusal, say), the batch must not be lost
            log.warning("apply-retrying", error=repr(trouble), seconds=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 15.0)
        else:
            return
