"""Lanes: parts of a rebuild folded side by side, each lane a process with its own partitions.

Folding takes more than one core has, and parts need nothing of one another.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from services.status.rebuilding.building import Building
from services.status.rebuilding.processes import side_by_side
from services.status.rebuilding.reading import Reading
from services.status.rebuilding.sources import Source, Wanted
from shared.platform.kafka import partition_of
from shared.platform.postgres import Pool

Open: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[Pool, Source]]]
"""Opens a lane's own pool and source."""

FEW_EVENTS: Final = 40_000
"""For fewer, a lane costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """How many there are at most, and how each opens its own."""

    count: int
    opened: Open
    at_least: int = FEW_EVENTS

    async def fold(self, building: Building, source: Source) -> None:
        """Fold all that is left, side by side if it is much; then the building has read it."""
        work = divided(building.left(), self.count, self.at_least)
        if len(work) < 2:
            await building.fold(source)
            return
        await side_by_side([partial(_folded, self.opened, building, wanted) for wanted in work])
        async with building.connection.transaction():
            building.reading.read = await building.journal.read(
                building.connection, building.number
            )


def divided(wanted: Wanted, count: int, at_least: int = FEW_EVENTS) -> list[Wanted]:
    """Whole partitions to the lane that has least, as few lanes as there are events for."""
    sizes: defaultdict[int, int] = defaultdict(int)
    for (_, league), version in wanted.items():
        sizes[partition_of(league)] += version
    return [
        {key: v for key, v in wanted.items() if partition_of(key[1]) in share}
        for share in shares(sizes, count, at_least)
    ]


def shares(sizes: Mapping[int, int], count: int, at_least: int) -> list[dict[int, int]]:
    """Partitions and their sizes shared out, the largest first, to whom has least."""
    count = max(1, min(count, sum(sizes.values()) // at_least))
    found: list[dict[int, int]] = [{} for _ in range(count)]
    loads = [0] * count
    for partition, size in sorted(sizes.items(), key=lambda item: -item[1]):
        least = loads.index(min(loads))
        found[least][partition] = size
        loads[least] += size
    return found


async def _folded(opened: Open, building: Building, wanted: Wanted) -> None:
    async with opened() as (pool, source), pool.acquire() as connection:
        reading = Reading(wanted, building.reading.excluded, {})
        await replace(building, pool=pool, connection=connection, reading=reading).fold(source)
