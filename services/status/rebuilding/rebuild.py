"""Rebuilding the views: folded from zero beside the present ones, then put in their place at once.

Nothing is switched unless every event the present views hold was read again and applied.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
import structlog

from services.status.facts import UnitFact
from services.status.folding import UnitKey
from services.status.projections import update_views
from services.status.rebuilding.recollecting import Part, Recollection
from services.status.rebuilding.sources import Source
from services.status.storage import (
    FACT_COLUMNS,
    ROLLUP_COLUMNS,
    campaign_row,
    columns,
    fact_row,
    former_parent_rows,
    read_facts,
    rollup_rows,
)
from services.status.thing_storage import THING_COLUMNS, THING_UNIT_COLUMNS, thing_row
from shared.kernel.envelope import Envelope
from shared.platform.postgres import Connection, Pool

log = structlog.get_logger()

HistoryKey: TypeAlias = tuple[str, str]
"""(service, league)."""

TABLES: Final = (
    "unit_facts", "former_parents", "campaign_facts", "thing_facts", "thing_units", "rollup_daily",
)  # fmt: skip

# Indexes are built at the end, from all rows at once: a third of the time of row by row.
_NEXT = "drop table if exists rollup_parts; " + "; ".join(
    f"drop table if exists {table}_next; create table {table}_next (like {table})"
    for table in TABLES
)
# Parts of the events add to the same lines; with one part there is nothing to sum.
_SUM_PARTS = """
alter table rollup_daily_next rename to rollup_parts;
create table rollup_daily_next (like rollup_daily);
insert into rollup_daily_next
    select campaign, ancestor, tree, class, metric, effective_on, judged_on, sum(n)
    from rollup_parts group by 1, 2, 3, 4, 5, 6, 7 having sum(n) <> 0;
drop table rollup_parts;
"""
_INDEX_FACTS = """
alter table unit_facts_next set (fillfactor = 70), add primary key (campaign, unit);
create index on unit_facts_next (campaign, parent);
alter table former_parents_next add primary key (campaign, parent, unit);
alter table campaign_facts_next add primary key (campaign);
alter table thing_facts_next set (fillfactor = 70), add primary key (campaign, kind, id);
alter table thing_units_next add primary key (campaign, unit, kind, id);
analyze unit_facts_next, thing_facts_next, thing_units_next
"""
_INDEX_ROLLUPS = """
alter table rollup_daily_next set (fillfactor = 80), add primary key
    (campaign, ancestor, tree, effective_on, class, metric, judged_on);
analyze rollup_daily_next
"""
_ELSEWHERE = """
select f.campaign, f.unit, f.revision, f.fact from unit_facts_next f
join unnest($1::text[], $2::text[]) w(campaign, unit) using (campaign, unit)
"""
_SWITCH = "; ".join(
    f"drop table {table}; alter table {table}_next rename to {table}" for table in TABLES
)
_CHECKPOINTS = "select service, league, version from checkpoints where projection = $1"
_PARKED = """
select service, league, version from parked where projection = $1 and version is not null
"""
# What came while we were folding, and what was parked then and has been applied since.
_SINCE = """
select h.value from history h
left join unnest($1::text[], $2::text[], $3::bigint[]) as read(service, league, version)
    on (read.service, read.league) = (h.service, h.league)
where h.version > coalesce(read.version, 0)
   or (h.service, h.league, h.version) in (
       select * from unnest($4::text[], $5::text[], $6::bigint[]))
order by h.service, h.league, h.version
"""


class RebuildIncomplete(RuntimeError):
    """The source lacks events that the present views hold; the present views stay."""


class RebuildRunning(RuntimeError):
    """Another rebuild of these views is running."""


class _Slim(msgspec.Struct):
    """As much of an envelope as folding needs: decoding the rest would take most of the time."""

    id: str
    type: str
    source: str
    subject: str
    campaign: str
    league: str
    version: int
    streamversion: int
    data: msgspec.Raw


_decode = msgspec.json.Decoder(_Slim).decode


class Rebuild:
    """One rebuild of the views of a projection."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection
        self._wanted: dict[HistoryKey, int] = {}
        self._parked: set[tuple[str, str, int]] = set()
        self._read: dict[HistoryKey, int] = {}
        self._facts = Recollection()
        self._copies = 0

    async def run(self, source: Source) -> int:
        """Read everything again, then switch; how many events the views now stand on."""
        async with self._pool.acquire() as connection:
            lock = f"rebuild-{self._projection}"
            if not await connection.fetchval("select pg_try_advisory_lock(hashtext($1))", lock):
                raise RebuildRunning(self._projection)
            try:
                await self._prepare(connection)
                await self._fold_all(connection, source)
                await self._finish(connection)
                await self._switch(connection)
            finally:
                await connection.execute("select pg_advisory_unlock(hashtext($1))", lock)
        return sum(self._wanted.values())

    async def _prepare(self, connection: Connection) -> None:
        rows = await connection.fetch(_CHECKPOINTS, self._projection)
        self._wanted = {(service, league): version for service, league, version in rows}
        parked = await connection.fetch(_PARKED, self._projection)
        self._parked = {(service, league, version) for service, league, version in parked}
        await connection.execute(_NEXT)

    async def _fold_all(self, connection: Connection, source: Source) -> None:
        """Part by part; one is written while the next is read."""
        writing: asyncio.Task[None] | None = None
        try:
            async for batches in source.parts():
                async for values in batches:
                    self._facts.learn(self._fresh(values))
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._copy(connection, self._facts.take_part(), {}))
        finally:
            if writing is not None:
                await writing

    def _fresh(self, values: Sequence[bytes]) -> list[_Slim]:
        """Those the present views hold, each once: topics may repeat, and run ahead of us."""
        fresh: list[_Slim] = []
        for value in values:
            try:
                slim = _decode(value)
            except msgspec.DecodeError:
                continue  # parked when it came; if a version is missing for it, we will not switch
            key = (slim.source.rpartition("/")[2], slim.league)
            last = self._read.get(key, 0)
            if slim.version != last + 1 or slim.version > self._wanted.get(key, 0):
                continue
            self._read[key] = slim.version
            if not self._parked or (*key, slim.version) not in self._parked:
                fresh.append(slim)
        return fresh

    async def _finish(self, connection: Connection) -> None:
        short = {
            key: version for key, version in self._wanted.items() if self._read.get(key) != version
        }
        if short:
            raise RebuildIncomplete(
                f"read up to { {key: self._read.get(key, 0) for key in short} }, wanted {short}"
            )
        rest = self._facts.take_rest()
        others = rest.concerned() - rest.units.keys()
        elsewhere = await connection.fetch(_ELSEWHERE, *columns(others, 2)) if others else []
        known = {key: fact for key, (_, fact) in read_facts(others, elsewhere).items()}
        await self._copy(connection, rest, known)
        rows = [campaign_row(name, 1, fact) for name, fact in self._facts.campaigns.items()]
        await connection.copy_records_to_table(
            "campaign_facts_next", columns=("campaign", "revision", "fact"), records=rows
        )
        async with self._pool.acquire() as other, asyncio.TaskGroup() as both:
            both.create_task(connection.execute(_INDEX_FACTS))
            both.create_task(
                other.execute(_SUM_PARTS + _INDEX_ROLLUPS if self._copies > 1 else _INDEX_ROLLUPS)
            )

    async def _copy(
        self, connection: Connection, part: Part, elsewhere: Mapping[UnitKey, UnitFact]
    ) -> None:
        """Write facts and all they contribute into the next tables."""
        if not part.units and not part.things:
            return
        self._copies += 1
        units, things = part.units.items(), part.things.items()
        for table, names, rows in (
            ("unit_facts", FACT_COLUMNS, [fact_row(key, 1, fact) for key, fact in units]),
            ("former_parents", ("campaign", "parent", "unit"), former_parent_rows(units)),
            ("thing_facts", THING_COLUMNS, [thing_row(ref, 1, thing) for ref, (thing, _) in things]),
            ("thing_units", THING_UNIT_COLUMNS, [
                (campaign, unit, kind, id_)
                for (campaign, kind, id_), (_, added) in things for unit in added
            ]),
            ("rollup_daily", ROLLUP_COLUMNS, rollup_rows(part.counted(elsewhere))),
        ):  # fmt: skip
            await connection.copy_records_to_table(f"{table}_next", columns=names, records=rows)

    async def _switch(self, connection: Connection) -> None:
        async with connection.transaction():
            # Workers hold it shared while they apply: from here on they wait.
            await connection.execute(
                "select pg_advisory_xact_lock(hashtext($1))", f"parked-{self._projection}"
            )
            await connection.execute(_SWITCH)
            read = [(service, league, version) for (service, league), version in self._read.items()]
            since = await connection.fetch(_SINCE, *columns(read, 3), *columns(self._parked, 3))
            envelopes = [msgspec.json.decode(value, type=Envelope) for (value,) in since]
            await update_views(connection, envelopes)
        log.info("views-rebuilt", projection=self._projection, since=len(since))
