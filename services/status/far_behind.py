"""Far behind: views that lack much of what the topics hold are filled before batches are applied.

Batch by batch, 150,000 events take half a minute; filled, with nothing to take turns with, a third.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import structlog
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from services.status.projections import StatusProjection
from services.status.rebuilding.filling import OpenPool
from services.status.rebuilding.lanes import FEW_EVENTS
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.refusals import RebuildRunning
from services.status.rebuilding.sources import TOPICS, FromTopics
from shared.platform.kafka import KafkaAddress, begin_at, begun_at
from shared.platform.postgres import Pool
from shared.platform.running import unless_stopped
from shared.platform.worker import topics_there

log = structlog.get_logger()

POOL_OF_LANE: Final = 3

_WAIT_SECONDS: Final = 1.0
_APPLIED: Final = """
select coalesce(sum(version), 0)::bigint from checkpoints where projection = $1
"""
_FILLING: Final = """
select exists (
    select from rebuilds where projection = $1 and purpose = 'fill' and state = 'running'
)
"""


async def filled(
    address: KafkaAddress,
    pool: Pool,
    group: str,
    opened: OpenPool,
    stop: asyncio.Event,
    topics: Sequence[str] = TOPICS,
    at_least: int = FEW_EVENTS,
) -> None:
    """Fill the views where that is sooner than batches, or until told to stop.

    What cannot be filled is told, and left to batches. Nothing is to be consumed before.
    """
    await unless_stopped(_filled(address, pool, group, opened, topics, at_least), stop)


async def _filled(
    address: KafkaAddress,
    pool: Pool,
    group: str,
    opened: OpenPool,
    topics: Sequence[str],
    at_least: int,
) -> None:
    try:
        await topics_there(address, topics)
        source = FromTopics(address, topics)
        rebuild = Rebuild(pool, StatusProjection.name)
        while await _is_far_behind(address, pool, group, ends := await source.ends(), at_least):
            try:
                events = await rebuild.fill(source, _sizes(ends), opened)
            except RebuildRunning:
                # Whoever fills does it for us; whoever else rebuilds wants nobody to wait.
                if not await pool.fetchval(_FILLING, StatusProjection.name):
                    return
                await asyncio.sleep(_WAIT_SECONDS)
            else:
                log.info("views-filled", events=events)
                # Else the group reads all that was taken, and skips it: versions say what we have.
                with suppress(KafkaError):
                    await begin_at(address, group, ends)
                return
    except Exception as cause:  # noqa: BLE001 - whatever it is: batches go on, and tell their own
        log.warning("views-not-filled", error=repr(cause))


def _sizes(ends: Mapping[TopicPartition, int]) -> dict[int, int]:
    """Records by the number of their partition, whatever their topic."""
    sizes: Counter[int] = Counter()
    for tp, end in ends.items():
        sizes[tp.partition] += end
    return dict(sizes)


async def _is_far_behind(
    address: KafkaAddress,
    pool: Pool,
    group: str,
    ends: Mapping[TopicPartition, int],
    at_least: int,
) -> bool:
    """Whether what is new is much, and not little beside what would be read again.

    Records may be sent twice, and a broker may forget how far a group was: what neither versions
    nor offsets say we have is new.
    """
    applied = await pool.fetchval(_APPLIED, StatusProjection.name)
    records = sum(ends.values())
    new = records - applied
    if new >= at_least:
        new = min(new, records - sum((await begun_at(address, group, ends)).values()))
    return bool(new >= at_least and new * 2 >= applied)
