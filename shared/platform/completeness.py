"""Completeness: does a view hold all that its sources recorded, though a topic may have lost its end?"""

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
import structlog

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier, HistoryKey, Projection, Record
from shared.platform.kafka import partition_of
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool

log = structlog.get_logger()

INTERVAL_SECONDS = 30.0
# Longer than a relay is behind in a large upload: what it is about to send need not be fetched.
_PATIENCE_SECONDS = 10.0
_AT_ONCE = 5_000
_CHECKPOINTS = "select service, league, version from checkpoints where projection = $1"


class Feeds(Protocol):
    """What the sources say of themselves, without Kafka between."""

    async def heads(self, service: str) -> Mapping[str, int]: ...

    async def events(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]: ...


class CompletenessAudit:
    """Compares checkpoints with the sources' heads, and fills from their feeds what no topic brings.

    A gap within a topic shows with the next event of its league; one at the end would show only
    when that league records again, which may be never. `awaited` says how many records the
    topics are known to hold for us still: these are left to come by themselves, for one interval.
    """

    def __init__(
        self,
        pool: Pool,
        projection: Projection,
        applier: Applier,
        feeds: Feeds,
        metrics: Metrics,
        awaited: Callable[[], int] = lambda: 0,
        *,
        interval_seconds: float = INTERVAL_SECONDS,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._pool = pool
        self._projection = projection
        self._applier = applier
        self._feeds = feeds
        self._metrics = metrics
        self._awaited = awaited
        self._interval = interval_seconds
        self._patience = patience_seconds
        self._behind: dict[HistoryKey, int] = {}

    async def run(self) -> None:
        """Look for ever; a look that fails is told and made again."""
        name = self._projection.name
        while True:
            # Jitter, so that many workers do not ask at one moment.
            await asyncio.sleep(self._interval * random.uniform(0.75, 1.25))  # noqa: S311
            try:
                outcome = "filled" if await self.look() else "complete"
            except Exception as trouble:  # noqa: BLE001 - a source that is down, say: no reason to end the worker
                outcome = "failed"
                log.warning("audit-failed", projection=name, error=repr(trouble))
            self._metrics.completeness_audits.labels(name, outcome).inc()

    async def look(self) -> int:
        """Fill what is missing and will not come; how many events that was."""
        heads, checkpoints = await self._heads(), await self._checkpoints()
        await self._tell_ahead(heads, checkpoints)
        before = _behind(heads, checkpoints)
        if not before:
            self._behind = {}
            return 0
        await asyncio.sleep(self._patience)
        now = _behind(heads, await self._checkpoints())
        stuck = [key for key, version in now.items() if before.get(key) == version]
        if self._awaited():
            stuck = [key for key in stuck if self._behind.get(key) == now[key]]
        self._behind = now
        return sum([await self._fill(key, now[key], heads[key]) for key in stuck])

    async def _heads(self) -> dict[HistoryKey, int]:
        return {
            (contract.service, league): version
            for contract in self._projection.contracts
            for league, version in (await self._feeds.heads(contract.service)).items()
        }

    async def _checkpoints(self) -> dict[HistoryKey, int]:
        rows = await self._pool.fetch(_CHECKPOINTS, self._projection.name)
        return {(service, league): version for service, league, version in rows}

    async def _tell_ahead(
        self, heads: Mapping[HistoryKey, int], checkpoints: Mapping[HistoryKey, int]
    ) -> None:
        """Say loudly where the view has seen more than its source holds: that was declared void."""
        ahead = _behind(checkpoints, heads)
        if ahead:  # or recorded since: then it is among the heads of now
            ahead = _behind(checkpoints, await self._heads())
        name = self._projection.name
        self._metrics.histories_ahead.labels(name).set(len(ahead))
        for service, league in ahead:
            log.error(
                "view-ahead-of-source", projection=name, service=service, league=league,
                view=checkpoints[service, league], source=ahead[service, league],
                advice="rebuild the view from the service's feed: it shows events that are void",
            )  # fmt: skip

    async def _fill(self, key: HistoryKey, after: int, head: int) -> int:
        service, league = key
        name = self._projection.name
        log.warning(
            "topic-lost-its-end", projection=name, service=service, league=league,
            after=after, head=head,
        )  # fmt: skip
        filled = 0
        while after < head:
            up_to = min(head, after + _AT_ONCE)
            found = await self._feeds.events(service, league, after, up_to)
            if not found:
                break
            filled += await self._applier.apply(
                [_record(self._contract(service), e) for e in found]
            )
            after = found[-1].version
        self._metrics.completeness_filled.labels(name, service).inc(filled)
        return filled

    def _contract(self, service: str) -> Contract:
        return next(each for each in self._projection.contracts if each.service == service)


def _behind(
    heads: Mapping[HistoryKey, int], checkpoints: Mapping[HistoryKey, int]
) -> dict[HistoryKey, int]:
    """The checkpoints of the histories that go on beyond them."""
    return {
        key: checkpoints.get(key, 0)
        for key, head in heads.items()
        if head > checkpoints.get(key, 0)
    }


def _record(contract: Contract, envelope: Envelope) -> Record:
    """As the topic would have brought it; its offset is none, for it comes from the feed."""
    return Record(contract.topic, partition_of(envelope.league), -1, msgspec.json.encode(envelope))
