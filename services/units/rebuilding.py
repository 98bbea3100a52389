"""Rebuilding the inline views: every stream folded from its first event, written set by set."""

from services.units.domain.unit import UNIT, Unregistered
from services.units.views import GROUPS, OF_GROUP, UNIT_TABLES, UnitChange, write_units
from shared.contracts.units import UNITS
from shared.platform.postgres import Connection, Pool
from shared.platform.rebuilding import Past, refill, while_writers_wait, whole_streams


async def rebuild(pool: Pool) -> dict[str, int]:
    """Empty the views and fold them again, while writers wait and readers see the old ones;
    how many streams of each sort.
    """
    async with while_writers_wait(pool) as connection:
        return await refill_views(connection)


async def refill_views(connection: Connection) -> dict[str, int]:
    """Do so within a transaction that goes on."""
    units = await _refill_units(connection)
    groups = await refill(connection, UNITS, OF_GROUP)
    return {"units": units, GROUPS.name: groups}


async def _refill_units(connection: Connection) -> int:
    for table in UNIT_TABLES:
        await connection.execute(f"delete from {table.name}")  # noqa: S608 - names are ours
    count = 0
    async for streams in whole_streams(connection, UNITS, "unit"):
        await write_units(connection, [_unit_change(past) for past in streams])
        count += len(streams)
    return count


def _unit_change(past: Past) -> UnitChange:
    state = UNIT.fold(past.events)
    if isinstance(state, Unregistered):
        raise TypeError(f"{past.events[0]!r} begins a unit's stream")
    return UnitChange(state.unit, len(past.events), past.events)
