"""Far behind: views that lack much of what the topics hold are filled before batches are applied.

Batch by batch, 150,000 events take half a minute; filled, with nothing to take turns with, a third.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from services.status.learning import CONTRACTS
from services.status.projections import StatusProjection
from services.status.rebuilding.filling import OpenPool
from services.status.rebuilding.lanes import FEW_EVENTS
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.refusals import RebuildRunning
from services.status.rebuilding.sources import TOPICS, FromTopics
from shared.platform.completeness import Feeds
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


@dataclass(frozen=True, slots=True)
class FarBehind:
    """A worker about to follow the topics: what it follows, as which group, and how lanes open
    pools of their own.
    """

    address: KafkaAddress
    pool: Pool
    group: str
    feeds: Feeds
    opened: OpenPool
    topics: Sequence[str] = TOPICS
    at_least: int = FEW_EVENTS

    async def filled(self, stop: asyncio.Event) -> None:
        """Fill the views where that is sooner than batches, or until told to stop.

        What cannot be filled is told, and left to batches. Nothing is to be consumed before.
        """
        await unless_stopped(self._filled(), stop)

    async def _filled(self) -> None:
        source = FromTopics(self.address, self.topics)
        rebuild = Rebuild(self.pool, StatusProjection.name)
        try:
            await topics_there(self.address, self.topics)
            while await self._is_far(ends := await source.ends()):
                try:
                    events = await rebuild.fill(source, _sizes(ends), self.opened)
                except RebuildRunning:
                    # Whoever fills does it for us; whoever else rebuilds wants nobody to wait.
                    if not await self.pool.fetchval(_FILLING, StatusProjection.name):
                        return
                    await asyncio.sleep(_WAIT_SECONDS)
                else:
                    log.info("views-filled", events=events)
                    # Else the group reads all that was taken, and skips it.
                    with suppress(KafkaError):
                        await begin_at(self.address, self.group, ends)
                    return
        except Exception as cause:  # noqa: BLE001 - whatever it is: batches go on, and tell their own
            log.warning("views-not-filled", error=repr(cause))

    async def _is_far(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Whether what is new is much, and not little beside what would be read again."""
        applied = await self.pool.fetchval(_APPLIED, StatusProjection.name)
        new = sum(ends.values()) - applied
        if new >= self.at_least:
            new = min(new, await self._recorded(ends) - applied)
        return bool(new >= self.at_least and new * 2 >= applied)

    async def _recorded(self, ends: Mapping[TopicPartition, int]) -> int:
        """How many events there are, when records may have been sent twice: as their services say,
        and while one is away, those that we have and those that the group has not read.
        """
        try:
            heads = [await self.feeds.heads(contract.service) for contract in CONTRACTS]
        except Exception as away:  # noqa: BLE001 - a feed says in many ways that it cannot
            log.info("heads-not-known", error=repr(away))
            applied = await self.pool.fetchval(_APPLIED, StatusProjection.name)
            begun = await begun_at(self.address, self.group, ends)
            return int(applied) + sum(ends.values()) - sum(begun.values())
        return sum(sum(each.values()) for each in heads)


def _sizes(ends: Mapping[TopicPartition, int]) -> dict[int, int]:
    """Records by the number of their partition, whatever their topic."""
    sizes: Counter[int] = Counter()
    for tp, end in ends.items():
        sizes[tp.partition] += end
    return dict(sizes)
