"""Rebuilding the inline views: every stream folded from its first event, written set by set."""

from collections.abc import AsyncIterator

from services.units.domain.leading_group import LEADING_GROUP, Group
from services.units.domain.unit import UNIT, Unregistered
from services.units.views import GROUPS, UnitChange, group_row, write_units
from shared.contracts.units import UNITS
from shared.kernel.events import Event
from shared.platform.postgres import Connection, Pool

_STREAMS_AT_ONCE = 5_000

_EVENTS = """
select stream, type, schema_version, data::text as body
from events where starts_with(stream, $1) order by stream, stream_version
"""
_EMPTY = (
    "delete from units",
    "delete from unit_names",
    "delete from unit_places",
    "delete from leading_groups",
)

Lives = list[tuple[str, list[Event]]]
"""Streams with all their events."""


async def rebuild(pool: Pool) -> dict[str, int]:
    """Empty the views and fold them again, while writers wait and readers see the old ones;
    how many streams of each sort.
    """
    async with pool.acquire() as connection, connection.transaction():
        # Writers lock their history first: none can be half way when we hold the table.
        await connection.execute("lock table histories in exclusive mode")
        for statement in _EMPTY:
            await connection.execute(statement)
        units = groups = 0
        async for lives in _lives(connection, "unit/"):
            await write_units(connection, [_unit_change(events) for _, events in lives])
            units += len(lives)
        async for lives in _lives(connection, "group/"):
            await _write_groups(connection, lives)
            groups += len(lives)
    return {"units": units, "leading_groups": groups}


async def _lives(connection: Connection, prefix: str) -> AsyncIterator[Lives]:
    """Whole streams, some thousands at a time."""
    lives: Lives = []
    async for row in connection.cursor(_EVENTS, prefix, prefetch=_STREAMS_AT_ONCE):
        if not lives or lives[-1][0] != row["stream"]:
            if len(lives) >= _STREAMS_AT_ONCE:
                yield lives
                lives = []
            lives.append((row["stream"], []))
        lives[-1][1].append(UNITS.decode(row["type"], row["schema_version"], row["body"]))
    if lives:
        yield lives


def _unit_change(events: list[Event]) -> UnitChange:
    state = UNIT.fold(events)
    if isinstance(state, Unregistered):
        raise TypeError(f"{events[0]!r} begins a unit's stream")
    return UnitChange(state.unit, len(events), events)


async def _write_groups(connection: Connection, lives: Lives) -> None:
    rows = []
    for stream, events in lives:
        state = LEADING_GROUP.fold(events)
        if not isinstance(state, Group):
            raise TypeError(f"{events[0]!r} begins a group's stream")
        rows.append(group_row(stream, state, len(events)))
    await GROUPS.put(connection, rows)
