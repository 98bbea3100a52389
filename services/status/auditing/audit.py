"""An audit: stores, topics and views compared with one another, up to the heads it begins with."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
from aiokafka.errors import KafkaError

from services.status.auditing.findings import Finding, finding, of_versions
from services.status.auditing.histories import Feeds, History
from services.status.auditing.recount import Recounted, recounted
from services.status.learning import CONTRACTS
from services.status.rebuilding.building import standing
from services.status.rebuilding.reading import slim
from services.status.rebuilding.sources import Portion, Source, Wanted
from shared.platform.consuming import HistoryKey
from shared.platform.postgres import Pool

Tell: TypeAlias = Callable[[str, int, int], None]
"""(stage, done, total)."""

_UNREACHABLE: Final = (KafkaError, OSError, TimeoutError)
PATIENCE_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.25
_SHOWN: Final = 3
_KEPT: Final = """
select version, value from history where service = $1 and league = $2 and version <= $3
"""


class Audited(msgspec.Struct):
    """What was compared, and every difference."""

    histories: int
    events: int
    records: int
    duplicates: int
    heads: dict[str, str]
    rollups: Recounted
    findings: list[Finding]


class Audit:
    """One audit of the views of a projection and all they were made from."""

    def __init__(
        self,
        pool: Pool,
        projection: str,
        feeds: Feeds,
        topics: Source,
        tell: Tell = lambda *_: None,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._pool = pool
        self._projection = projection
        self._feeds = feeds
        self._topics = topics
        self._tell = tell
        self._patience = patience_seconds
        self._histories: dict[HistoryKey, History] = {}
        self._findings: list[Finding] = []
        self._foreign: list[str] = []
        self._unreachable = False
        self._records = 0
        self._events = 0

    async def run(self, league: str = "") -> Audited:
        """All leagues, or one; nothing is changed."""
        self._histories = await self._heads(league)
        wanted = {key: history.version for key, history in self._histories.items()}
        async for portion in self._portions(wanted):
            await self._check(portion, league)
        await self._compare_views()
        await self._beyond()
        total = sum(wanted.values())
        self._tell("recounting", 0, total)
        rollups = await recounted(self._pool, league, _SHOWN)
        self._tell("recounting", total, total)
        return self._audited(rollups)

    async def _heads(self, league: str) -> dict[HistoryKey, History]:
        found: dict[HistoryKey, History] = {}
        for contract in CONTRACTS:
            for of, (version, hash_) in sorted((await self._feeds.ends(contract.service)).items()):
                if version and league in {"", of}:
                    key = (contract.service, of)
                    found[key] = History(key, version, hash_)
        return found

    async def _portions(self, wanted: Wanted) -> AsyncIterator[Portion]:
        """As the topics give them; where they cannot be read, the rest is checked without."""
        given: set[str] = set()
        try:
            async for portion in self._topics.portions(wanted):
                given |= portion.leagues
                yield portion
        except _UNREACHABLE as error:
            self._silent(error)
            rest = frozenset(league for _, league in wanted) - given
            yield Portion(rest, _nothing())

    async def _check(self, portion: Portion, only: str) -> None:
        here = [h for (_, league), h in self._histories.items() if league in portion.leagues]
        total = sum(history.version for history in self._histories.values())
        for history in here:
            async for count in history.read(self._feeds):
                self._events += count
                self._tell("chains", self._events, total)
        if await self._heard(portion, only, total):
            for history in here:
                history.compare_topic()
        await self._compare_kept(here)

    async def _heard(self, portion: Portion, only: str, total: int) -> bool:
        """Whether the topics could be read to their ends."""
        try:
            async for values in portion.batches:
                self._hear(values, only)
                self._tell("topics", self._records, max(total, self._records))
        except _UNREACHABLE as error:
            self._silent(error)
        return not self._unreachable

    def _silent(self, error: Exception) -> None:
        if not self._unreachable:
            self._findings.append(finding("topic-unreachable", detail=repr(error)[:200]))
        self._unreachable = True

    def _hear(self, values: Sequence[bytes], only: str) -> None:
        for value in values:
            self._records += 1
            try:
                event = slim(value)
            except msgspec.DecodeError as error:
                self._foreign.append(str(error))
                continue
            if only not in {"", event.league}:
                continue
            key = (event.source.rpartition("/")[2], event.league)
            if key not in self._histories:
                self._histories[key] = History(key, 0, "")
            self._histories[key].hears(event.version, value)

    async def _compare_kept(self, histories: Sequence[History]) -> None:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            reached, passed = await standing(connection, self._projection)
            parked: defaultdict[HistoryKey, set[int]] = defaultdict(set)
            for service, league, version in passed:
                parked[(service, league)].add(version)
            for history in histories:
                rows = await connection.fetch(_KEPT, *history.key, history.version)
                history.compare_kept(rows, reached.get(history.key, 0), parked[history.key])
                history.findings += of_versions("event-parked", history.key, parked[history.key])

    async def _compare_views(self) -> None:
        """Views follow within a moment: they are waited for, a little while."""
        deadline = time.monotonic() + self._patience
        while (behind := await self._behind()) and time.monotonic() < deadline:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(_PAUSE_SECONDS)
        for history, versions in behind:
            history.findings += of_versions("view-behind-store", history.key, versions)

    async def _behind(self) -> list[tuple[History, range]]:
        reached = await self._reached()
        return [
            (history, range(reached.get(key, 0) + 1, history.version + 1))
            for key, history in self._histories.items()
            if reached.get(key, 0) < history.version
        ]

    async def _reached(self) -> Mapping[HistoryKey, int]:
        async with self._pool.acquire() as connection:
            reached, _ = await standing(connection, self._projection)
        return reached

    async def _beyond(self) -> None:
        """Stores record on while we compare: only what they do not hold even now is too much."""
        reached = await self._reached()
        now: dict[HistoryKey, int] = {}
        for contract in CONTRACTS:
            ends = await self._feeds.ends(contract.service)
            now |= {(contract.service, league): version for league, (version, _) in ends.items()}
        for key, history in self._histories.items():
            head = now.get(key, 0)
            history.beyond(head)
            versions = range(head + 1, reached.get(key, 0) + 1)
            history.findings += of_versions("view-beyond-store", key, versions)

    def _audited(self, rollups: Recounted) -> Audited:
        findings = list(self._findings)
        for key in sorted(self._histories):
            findings += self._histories[key].findings
        if self._foreign:
            findings.append(
                finding("topic-foreign", versions=str(len(self._foreign)), detail=self._foreign[0])
            )
        if rollups.different:
            count, detail = str(rollups.different), "; ".join(rollups.shown)
            findings.append(finding("rollup-differs", versions=count, detail=detail))
        known = {key: history for key, history in self._histories.items() if history.version}
        return Audited(
            len(known), self._events, self._records,
            sum(history.duplicates for history in known.values()),
            {"/".join(key): f"{h.version}:{h.hash}" for key, h in sorted(known.items())},
            rollups, findings,
        )  # fmt: skip


async def _nothing() -> AsyncIterator[Sequence[bytes]]:
    """No topic could be read."""
    return
    yield ()
