"""A history written for real, as the records Kafka would deliver and the feed would answer."""

import random
from collections.abc import Sequence

import msgspec

from shared.kernel.envelope import Envelope
from shared.platform.commands import CommandHandler
from shared.platform.consuming import Record
from shared.platform.eventstore import EventStore
from shared.platform.kafka import partition_of
from shared.platform.postgres import Pool
from shared.platform.publishing import COLUMNS, envelope_of
from tests.integration.platform.tally import DECIDER, ORIGIN, hold

_BETWEEN = f"""
select {COLUMNS} from events where league = $1 and version > $2 and version <= $3 order by version
"""  # noqa: S608 - a constant
_RECOUNT = """
select meta->>'unit' as unit, count(*)::int as times,
       array_agg(league || ':' || version order by version) as places
from events group by 1 order by 1
"""


async def write(handler: CommandHandler, units: Sequence[str], times: int = 3) -> None:
    """So many meetings of each unit, one unit after another in each round."""
    for round_ in range(times):
        for unit in units:
            await handler.one(DECIDER, hold(f"会场 {round_} {random.random()}", unit), ORIGIN)


async def envelopes(store: EventStore, league: str, after: int, up_to: int) -> list[Envelope]:
    rows = await store.pool.fetch(_BETWEEN, league, after, up_to)
    return [envelope_of(store.contract.service, row) for row in rows]


async def records(store: EventStore, *leagues: str) -> list[Record]:
    """Everything the topic would hold, league by league."""
    found: list[Record] = []
    for league in leagues or ("1502",):
        for envelope in await envelopes(store, league, 0, 2**62):
            found.append(record(store, envelope, len(found)))
    return found


def record(store: EventStore, envelope: Envelope, offset: int) -> Record:
    value = msgspec.json.encode(envelope)
    return Record(store.contract.topic, partition_of(envelope.league), offset, value)


class Feed:
    """The service's own feed, read from its store; it counts its calls and can be out of order."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.service = store.contract.service
        self.asked: list[tuple[str, int, int]] = []
        self.failures: list[Exception] = []
        self.forgets: set[int] = set()

    async def __call__(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        assert service == self.service
        self.asked.append((league, after, up_to))
        if self.failures:
            raise self.failures.pop()
        found = await envelopes(self._store, league, after, up_to)
        return [envelope for envelope in found if envelope.version not in self.forgets]


async def recount(pool: Pool) -> list[tuple[object, ...]]:
    """What the view must show: counted from the events themselves."""
    return [tuple(row) for row in await pool.fetch(_RECOUNT)]


async def shown(pool: Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch("select unit, times, places from counted order by unit")
    return [tuple(row) for row in rows]


async def checkpoints(pool: Pool) -> dict[str, int]:
    rows = await pool.fetch("select league, version from checkpoints order by league")
    return {row["league"]: row["version"] for row in rows}
