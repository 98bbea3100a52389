"""Tables beside the present ones: filled part by part, indexed at the end, moved into their place.

They have the names of the present ones in a schema of their own, so that whoever is given the
search path works on them with the same statements.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

import asyncpg

from services.status.facts import CampaignFact, UnitFact
from services.status.folding import ThingRef, UnitKey
from services.status.rebuilding.recollecting import Part
from services.status.storage import (
    FACT_COLUMNS,
    ROLLUP_COLUMNS,
    campaign_row,
    columns,
    fact_row,
    former_parent_rows,
    read_facts,
    rollup_rows,
    rollup_rows_apart,
)
from services.status.thing_storage import THING_COLUMNS, THING_UNIT_COLUMNS, thing_row
from shared.platform.postgres import Connection, Pool

TABLES: Final = (
    "unit_facts", "former_parents", "campaign_facts", "thing_facts", "thing_units", "rollup_daily",
)  # fmt: skip
LONG_SECONDS: Final = 24 * 3600.0
"""Building an index of a country takes longer than any answer may."""

_LOCK_SECONDS: Final = 2


def _but_fact(names: Iterable[str]) -> str:
    return ", ".join(name for name in names if name != "fact")


# Lines of a root are told by all parts, other lines by one part only: but for those of the rest.
_PIECES: Final = ("rollup_roots", "rollup_rest")
# Taken away as they are added: whoever goes on after us adds none of them twice.
_ADD_PIECES = """
with roots as (delete from rollup_roots returning *), rest as (delete from rollup_rest returning *)
insert into rollup_daily as r
    select campaign, ancestor, tree, class, metric, effective_on, judged_on, sum(n)
    from (select * from roots union all select * from rest) piece
    group by 1, 2, 3, 4, 5, 6, 7 having sum(n) <> 0
    on conflict (campaign, ancestor, tree, effective_on, class, metric, judged_on)
    do update set n = r.n + excluded.n
"""
# Indexes are built at the end, from all rows at once: a third of the time of row by row. Nothing
# selects by what is in a fact: to sort thousands of them for the planner took longest of all.
_INDEX_FACTS = f"""
alter table unit_facts set (fillfactor = 70), add primary key (campaign, unit);
create index on unit_facts (campaign, parent);
alter table former_parents add primary key (campaign, parent, unit);
alter table campaign_facts add primary key (campaign);
alter table thing_facts set (fillfactor = 70), add primary key (campaign, kind, id);
alter table thing_units add primary key (campaign, unit, kind, id);
analyze unit_facts ({_but_fact(FACT_COLUMNS)}), thing_facts ({_but_fact(THING_COLUMNS)}), thing_units
"""
_INDEX_ROLLUPS = """
alter table rollup_daily set (fillfactor = 80), add primary key
    (campaign, ancestor, tree, effective_on, class, metric, judged_on);
"""
_ELSEWHERE = """
select f.campaign, f.unit, f.revision, f.fact from unit_facts f
join unnest($1::text[], $2::text[]) w(campaign, unit) using (campaign, unit)
"""
_KNOWN_THINGS = """
select f.campaign, f.kind, f.id from thing_facts f
join unnest($1::text[], $2::text[], $3::text[]) w(campaign, kind, id) using (campaign, kind, id)
"""
# Under their own names: migrations to come know them by these.
_INDEXES = """
select indexdef from pg_indexes where schemaname = $1 and tablename = 'history' order by indexname
"""
_INDEXED = """
select count(*) from pg_constraint c join pg_class t on t.oid = c.conrelid
join pg_namespace s on s.oid = t.relnamespace
where s.nspname = $1 and t.relname = $2 and c.contype = 'p'
"""

Place = Literal["next", "former"]


class Beside:
    """The tables of a schema beside: `next` ones are being made, `former` ones served before."""

    def __init__(self, live: str, place: Place = "next") -> None:
        self.live = live
        self.schema = f"{live}_{place}"

    @classmethod
    async def of(cls, connection: Connection, place: Place = "next") -> "Beside":
        return cls(await connection.fetchval("select current_schema()"), place)

    async def make(self, connection: Connection, *, history: bool = False) -> None:
        """Empty tables; what was left there of an earlier rebuild is dropped. With `history`, one
        for the events that the present views have not kept.
        """
        made = "; ".join(
            f'create table "{self.schema}".{table} (like "{self.live}".{like})'
            for table, like in (
                *((table, table) for table in TABLES),
                *((piece, "rollup_daily") for piece in _PIECES),
                *([("history", "history")] if history else []),
            )
        )
        async with connection.transaction():
            await self.drop(connection)
            await connection.execute(f'create schema "{self.schema}"; {made}')

    async def drop(self, connection: Connection) -> None:
        await connection.execute(f'drop schema if exists "{self.schema}" cascade')

    async def exists(self, connection: Connection) -> bool:
        found = await connection.fetchval("select to_regnamespace($1)", f'"{self.schema}"')
        return found is not None

    @asynccontextmanager
    async def transaction(
        self,
        connection: Connection,
        isolation: Literal["repeatable_read"] | None = None,
        *,
        lasting: bool = False,
    ) -> AsyncIterator[None]:
        """A transaction whose statements mean the tables beside, and else the present ones.

        Only one that is `lasting` waits for the disk: what a crash takes of the others, it takes
        along with the journal's word that it was written.
        """
        path = f'"{self.schema}", "{self.live}"'
        wait = "" if lasting else "; set local synchronous_commit = off"
        async with connection.transaction(isolation=isolation):
            await connection.execute(f"set local search_path = {path}{wait}")
            yield

    async def write(self, connection: Connection, part: Part) -> None:
        """A part's facts and all they contribute; within a transaction of ours."""
        below, at_roots = rollup_rows_apart(part.counted({}))
        await self._write_facts(connection, part)
        await self._copy_lines(connection, "rollup_daily", below)
        await self._copy_lines(connection, "rollup_roots", at_roots)

    async def write_rest(
        self,
        connection: Connection,
        rest: Part,
        elsewhere: Mapping[UnitKey, UnitFact],
        campaigns: Mapping[str, CampaignFact],
    ) -> None:
        """What no part alone could tell."""
        await self._write_facts(connection, rest)
        await self._copy_lines(connection, "rollup_rest", rollup_rows(rest.counted(elsewhere)))
        rows = [campaign_row(name, 1, fact) for name, fact in campaigns.items()]
        await connection.copy_records_to_table(
            "campaign_facts", columns=("campaign", "revision", "fact"), records=rows
        )

    async def _write_facts(self, connection: Connection, part: Part) -> None:
        units, things = part.units.items(), part.things.items()
        for table, names, rows in (
            ("unit_facts", FACT_COLUMNS, [fact_row(key, 1, fact) for key, fact in units]),
            ("former_parents", ("campaign", "parent", "unit"), former_parent_rows(units)),
            ("thing_facts", THING_COLUMNS, [thing_row(ref, 1, thing) for ref, (thing, _) in things]),
            ("thing_units", THING_UNIT_COLUMNS, [
                (campaign, unit, kind, id_)
                for (campaign, kind, id_), (_, added) in things for unit in added
            ]),
        ):  # fmt: skip
            if rows:
                await connection.copy_records_to_table(
                    table, columns=names, records=rows, timeout=LONG_SECONDS
                )

    async def _copy_lines(
        self, connection: Connection, table: str, rows: list[tuple[Any, ...]]
    ) -> None:
        if rows:
            await connection.copy_records_to_table(
                table, columns=ROLLUP_COLUMNS, records=rows, timeout=LONG_SECONDS
            )

    async def known_things(
        self, connection: Connection, things: Collection[ThingRef]
    ) -> set[ThingRef]:
        """Those that a part has given up already, though an event of others tells of them, too."""
        rows = await connection.fetch(_KNOWN_THINGS, *columns(things, 3))
        return {(campaign, kind, id_) for campaign, kind, id_ in rows}

    async def facts_of(
        self, connection: Connection, units: set[UnitKey]
    ) -> Mapping[UnitKey, UnitFact]:
        """Facts that parts before have written."""
        rows = await connection.fetch(_ELSEWHERE, *columns(units, 2)) if units else []
        return {key: fact for key, (_, fact) in read_facts(units, rows).items()}

    async def index_lines(self, pool: Pool) -> None:
        """Index the lines of the parts, unless that was done."""
        await self._index(pool, "rollup_daily", _INDEX_ROLLUPS)

    async def index(self, pool: Pool) -> None:
        """Build what indexes there are not yet, and add the pieces: each at once or not."""
        await together(self._index(pool, "unit_facts", _INDEX_FACTS), self._add_pieces(pool))

    async def _add_pieces(self, pool: Pool) -> None:
        await self.index_lines(pool)
        async with pool.acquire() as connection, self.transaction(connection):
            await connection.execute(_ADD_PIECES, timeout=LONG_SECONDS)
            await connection.execute("analyze rollup_daily", timeout=LONG_SECONDS)

    async def index_history(self, pool: Pool) -> None:
        """The indexes of the history beside, as the present one has them."""
        async with pool.acquire() as connection, self.transaction(connection):
            if not await connection.fetchval(_INDEXED, self.schema, "history"):
                found = await connection.fetch(_INDEXES, self.live)
                made = "; ".join(
                    sql.replace(f" ON {self.live}.", f' ON "{self.schema}".') for (sql,) in found
                )
                await connection.execute(
                    f"{made}; alter table history add primary key using index history_pkey;"
                    " analyze history (service, league, version, type, campaign, recorded_at)",
                    timeout=LONG_SECONDS,
                )

    async def _index(self, pool: Pool, table: str, statements: str) -> None:
        async with pool.acquire() as connection, self.transaction(connection):
            if not await connection.fetchval(_INDEXED, self.schema, table):
                await connection.execute(statements, timeout=LONG_SECONDS)

    async def take_the_place(
        self,
        connection: Connection,
        tables: Sequence[str] = TABLES,
        *,
        keep_former: bool = True,
    ) -> None:
        """Move in; what was there serves no longer and is kept as `former`. Within a transaction."""
        former, leaving = f"{self.live}_former", f"{self.live}_leaving"
        here = ", ".join(f'"{self.live}".{table}' for table in tables)
        moves = "; ".join(
            f'alter table "{self.live}".{table} set schema "{leaving}";'
            f' alter table "{self.schema}".{table} set schema "{self.live}"'
            for table in tables
        )
        await connection.execute(f"set local lock_timeout = '{_LOCK_SECONDS}s'; lock table {here}")
        kept = f'alter schema "{leaving}" rename to "{former}"'
        dropped = f'drop schema "{leaving}" cascade'
        await connection.execute(
            f'create schema "{leaving}"; {moves}; drop schema "{self.schema}" cascade;'
            f' drop schema if exists "{former}" cascade; {kept if keep_former else dropped}'
        )


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Do all at the same time; when one fails the others end, and its own failure is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


@asynccontextmanager
async def workers_wait(connection: Connection, projection: str) -> AsyncIterator[None]:
    """Workers hold this lock shared while they apply a batch: until we are done, they wait.

    Held by the session: a transaction begun inside sees all that was applied before.
    """
    lock = f"parked-{projection}"
    await connection.execute("select pg_advisory_lock(hashtext($1))", lock)
    try:
        yield
    finally:
        await connection.execute("select pg_advisory_unlock(hashtext($1))", lock)


def is_busy(error: Exception) -> bool:
    """Whether readers held the tables: asked again a moment later, they will not."""
    return isinstance(error, asyncpg.LockNotAvailableError | asyncpg.DeadlockDetectedError)
