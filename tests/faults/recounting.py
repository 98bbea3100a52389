"""The whole system counted anew from its stores: topics, views and inline views must agree."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import asyncpg

from deploy.local import Stack
from services.rectification.rebuilding import refill_views as refill_rectification
from services.schedule.rebuilding import refill_views as refill_schedule
from services.status.projections import StatusProjection
from services.status.schema import SCHEMA as STATUS
from services.status.schema import migrations
from services.supervision.rebuilding import refill_views as refill_supervision
from services.units.rebuilding import refill_views as refill_units
from shared.contracts.contract import Contract
from shared.contracts.rectification import RECTIFICATION
from shared.contracts.schedule import SCHEDULE
from shared.contracts.supervision import SUPERVISION
from shared.contracts.units import UNITS
from shared.kernel.envelope import Envelope
from shared.platform.kafka import KafkaAddress
from shared.platform.postgres import Connection, migrate, open_pool
from shared.platform.publishing import COLUMNS, envelope_of
from tests.faults.servers import opened
from tests.integration.platform.topics import first_seen, versions
from tests.integration.status.tables import Tables, views

Refill = Callable[[Connection], Awaitable[dict[str, int]]]

WRITERS: Mapping[str, tuple[Contract, Refill]] = {
    "units": (UNITS, refill_units),
    "schedule": (SCHEDULE, refill_schedule),
    "supervision": (SUPERVISION, refill_supervision),
    "rectification": (RECTIFICATION, refill_rectification),
}
# Measured while we look, and no view.
_NO_VIEWS = ("projection_lag", "relay_cursors")
_EVENTS = f"select {COLUMNS} from events order by recorded_at, league, version"  # noqa: S608
_IDS = "select league, version, event_id::text from events"
_KEPT = "select league, version, event_id::text from history where service = $1"
_TABLES = """
select c.relname, array(select attname::text from pg_attribute a
                        where a.attrelid = c.oid and a.attidentity <> '')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = current_schema() and c.relname <> all($1::text[]) order by 1
"""


@dataclass(frozen=True)
class Recount:
    """What the stores of one stack hold, and what was made of it."""

    stack: Stack
    address: KafkaAddress

    async def shown(self) -> bool:
        """Whether status has got as far as the stores, every finding's item included."""
        return not [name for name in WRITERS if await self._behind(name)] and not (
            await self._waiting_findings()
        )

    async def _behind(self, service: str) -> bool:
        async with opened(self.stack.database_url, service) as pool:
            recorded = await pool.fetchval("select coalesce(sum(version), 0) from histories")
        async with opened(self.stack.database_url, STATUS) as pool:
            kept = await pool.fetchval("select count(*) from history where service = $1", service)
        return bool(kept < recorded)

    async def _waiting_findings(self) -> int:
        async with opened(self.stack.database_url, "supervision") as pool:
            found: int = await pool.fetchval(
                "select count(*) from findings where state = 'waiting'"
            )
        return found

    async def counted(self, service: str, event: str, of: str) -> Counter[str]:
        """How often something was recorded, by what a member of its data says."""
        async with opened(self.stack.database_url, service) as pool:
            rows = await pool.fetch(
                "select data->>$2 as each from events where type = $1", event, of
            )
        return Counter(row["each"] for row in rows)

    async def lost_or_doubled(self) -> dict[str, object]:
        """Where status or a topic have not got each event once, in order; empty when all is well."""
        wrong: dict[str, object] = {}
        for name, (contract, _) in WRITERS.items():
            async with opened(self.stack.database_url, name) as pool:
                recorded = sorted(tuple(row) for row in await pool.fetch(_IDS))
                heads = dict(await pool.fetch("select league, version from histories"))
            async with opened(self.stack.database_url, STATUS) as pool:
                kept = sorted(tuple(row) for row in await pool.fetch(_KEPT, name))
            if kept != recorded:
                wrong[f"{name} in status"] = set(kept) ^ set(recorded)
            published = await versions(self.address, contract.topic)
            for league, head in heads.items():
                if first_seen(published.get(league, [])) != list(range(1, head + 1)):
                    wrong[f"{name} {league} on its topic"] = published.get(league)
        return wrong

    async def views_shown(self) -> Tables:
        async with opened(self.stack.database_url, STATUS) as pool:
            return await views(pool)

    async def views_recounted(self) -> Tables:
        """Status' views from all stores' events at once, in a schema made for it."""
        url, schema = self.stack.database_url, "recount"
        connection = await asyncpg.connect(url)
        await connection.execute(f"drop schema if exists {schema} cascade")
        await connection.close()
        await migrate(url, schema, migrations())
        pool = await open_pool(url, schema, size=2)
        async with pool.acquire() as held, held.transaction():
            await StatusProjection().apply(held, await self._recorded())
        found = await views(pool)
        await pool.close()
        return found

    async def _recorded(self) -> list[Envelope]:
        found: list[Envelope] = []
        for name in WRITERS:
            async with opened(self.stack.database_url, name) as pool:
                found += [envelope_of(name, row) for row in await pool.fetch(_EVENTS)]
        return found

    async def inline_views_that_differ(self) -> list[str]:
        """Tables of the writing services that are other when filled anew from the events."""
        differing: list[str] = []
        for name, (_, refill) in WRITERS.items():
            async with (
                opened(self.stack.database_url, name) as pool,
                pool.acquire() as connection,
            ):
                transaction = connection.transaction()
                await transaction.start()
                await connection.execute("lock table histories in exclusive mode")
                before = await _tables(connection)
                await refill(connection)
                after = await _tables(connection)
                await transaction.rollback()
            differing += [f"{name}.{table}" for table in before if before[table] != after[table]]
        return differing


async def _tables(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table, without the numbers that a table gives by itself."""
    rows = await connection.fetch(_TABLES, _NO_VIEWS)
    return {
        name: sorted(
            row[0]
            for row in await connection.fetch(
                f"select (to_jsonb(t) - $1::text[])::text from {name} t",  # noqa: S608
                numbered,
            )
        )
        for name, numbered in rows
    }
