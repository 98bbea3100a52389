"""The rows of things: read and written in sets, and held still while their units are counted."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

import asyncpg

from services.status.folding import Added, ThingRef, UnitKey
from services.status.storage import (
    FactsChanged,
    all_written,
    are_few,
    arrays,
    columns,
    copy_new,
    stage_units,
)
from services.status.things.kinds import new_thing, read_thing, written_thing
from services.status.things.thing import Thing
from shared.platform.postgres import Connection

KnownThings: TypeAlias = dict[ThingRef, tuple[int, Thing]]
"""Each thing's revision and fact."""

THING_COLUMNS: Final = ("campaign", "kind", "id", "revision", "fact")
THING_UNIT_COLUMNS: Final = ("campaign", "unit", "kind", "id")

_THING_TYPES: Final = ("text", "text", "text", "bigint", "text")
_REVISION: Final = THING_COLUMNS.index("revision")

_STAGE_WANTED: Final = """
create temp table if not exists wanted_things (campaign text, kind text, id text)
    on commit delete rows;
truncate wanted_things
"""
_STAGE_THINGS: Final = """
create temp table if not exists thing_facts_in
    (like thing_facts excluding constraints) on commit delete rows;
truncate thing_facts_in
"""
_STAGE_HUNG: Final = """
create temp table if not exists thing_units_in
    (like thing_units excluding constraints) on commit delete rows;
truncate thing_units_in
"""


# `offset 0` keeps it one index lookup a row: of arrays, the planner does not know how long they are.
def _hanging(moved: str) -> str:
    return f"""
select h.campaign, h.kind, h.id from {moved} m(campaign, unit)
cross join lateral (
    select * from thing_units t where t.campaign = m.campaign and t.unit = m.unit offset 0
) h
"""  # noqa: S608 - the tables are ours


_FACTS: Final = """
select f.campaign, f.kind, f.id, f.revision, f.fact from wanted w cross join lateral (
    select * from thing_facts t
    where t.campaign = w.campaign and t.kind = w.kind and t.id = w.id offset 0
) f
"""


def _fetch(moved: str, told: str) -> str:
    return f"""
with wanted(campaign, kind, id) as ({_hanging(moved)} union select * from {told} t) {_FACTS}
"""  # noqa: S608 - the queries are ours


def _hanging_now(moved: str) -> str:
    return f"""
with wanted as ({_hanging(moved)}) select campaign, kind, id, revision from ({_FACTS}) found
"""  # noqa: S608 - the queries are ours


def _units_now(units: str) -> str:
    return f"""
select f.campaign, f.unit, f.revision from {units} w(campaign, unit)
cross join lateral (
    select * from unit_facts u where u.campaign = w.campaign and u.unit = w.unit offset 0
) f
"""  # noqa: S608 - the tables are ours


def _write(given: str) -> str:
    return f"""
insert into thing_facts as f select * from {given} g({", ".join(THING_COLUMNS)})
order by campaign, kind, id
on conflict (campaign, kind, id) do update set revision = excluded.revision, fact = excluded.fact
    where f.revision = excluded.revision - 1
"""  # noqa: S608 - the tables are ours


def _hang_on(given: str) -> str:
    return f"""
insert into thing_units select * from {given} g({", ".join(THING_UNIT_COLUMNS)})
order by campaign, unit, kind, id
on conflict do nothing
"""  # noqa: S608 - the tables are ours


_UNIT_ARRAYS: Final = arrays(("text", "text"))
_FETCH_FEW: Final = _fetch(_UNIT_ARRAYS, arrays(("text", "text", "text"), 3))
_FETCH_MANY: Final = _fetch("wanted_units", "wanted_things")
_HANGING_FEW: Final = _hanging_now(_UNIT_ARRAYS)
_HANGING_MANY: Final = _hanging_now("wanted_units")
_UNITS_FEW: Final = _units_now(_UNIT_ARRAYS)
_UNITS_MANY: Final = _units_now("wanted_units")
_WRITE_FEW: Final = _write(arrays(_THING_TYPES))
_WRITE_MANY: Final = _write("thing_facts_in")
# Taken alone by those whose units come, go or change their place; shared by those who only count
# with where units stand, for among these the revisions of things are enough.
_LOCK: Final = "select pg_advisory_xact_lock(hashtext('things-' || current_schema()))"
_LOCK_SHARED: Final = "select pg_advisory_xact_lock_shared(hashtext('things-' || current_schema()))"
_HANG_FEW: Final = _hang_on(arrays(("text", "text", "text", "text")))
_HANG_MANY: Final = _hang_on("thing_units_in")


async def fetch_things(
    connection: Connection, told: Collection[ThingRef], moved: Collection[UnitKey]
) -> list[asyncpg.Record]:
    """What is stored of things told of, and of those that hang on units that moved."""
    if not told and not moved:
        return []
    if are_few(told) and are_few(moved):
        few: list[asyncpg.Record] = await connection.fetch(
            _FETCH_FEW, *columns(moved, 2), *columns(told, 3)
        )
        return few
    await stage_units(connection, moved)
    await connection.execute(_STAGE_WANTED)
    await connection.copy_records_to_table(
        "wanted_things", columns=("campaign", "kind", "id"), records=told
    )
    many: list[asyncpg.Record] = await connection.fetch(_FETCH_MANY)
    return many


def read_things(told: Iterable[ThingRef], rows: Iterable[asyncpg.Record]) -> KnownThings:
    """A thing never heard of starts at revision zero."""
    known: KnownThings = {
        (campaign, kind, id_): (revision, read_thing(kind, fact))
        for campaign, kind, id_, revision, fact in rows
    }
    for ref in told:
        if ref not in known:
            known[ref] = 0, new_thing(ref[1])
    return known


async def hold_still(
    connection: Connection,
    units: Mapping[UnitKey, int],
    moved: Collection[UnitKey],
    things: KnownThings,
) -> None:
    """Until the transaction ends no other counts things, and what we counted with is still so.

    A thing and the place of its unit are counted together, and may be told of in two leagues, to
    two workers: each must have seen what the other wrote. FactsChanged where it has not.
    """
    await connection.execute(_LOCK if moved else _LOCK_SHARED)
    if units:
        rows = await _of_units(connection, units, _UNITS_FEW, _UNITS_MANY)
        now = {(campaign, unit): revision for campaign, unit, revision in rows}
        if any(now.get(key, 0) != revision for key, revision in units.items()):
            raise FactsChanged("a unit was changed by another worker")
    if moved:
        rows = await _of_units(connection, moved, _HANGING_FEW, _HANGING_MANY)
        for campaign, kind, id_, revision in rows:
            known = things.get((campaign, kind, id_))
            if known is None or known[0] != revision:
                raise FactsChanged("a thing was changed by another worker")


async def _of_units(
    connection: Connection, units: Collection[UnitKey], of_few: str, of_many: str
) -> list[asyncpg.Record]:
    if are_few(units):
        few: list[asyncpg.Record] = await connection.fetch(of_few, *columns(units, 2))
        return few
    await stage_units(connection, units)
    many: list[asyncpg.Record] = await connection.fetch(of_many)
    return many


async def write_things(
    connection: Connection, things: KnownThings, told: Collection[ThingRef], added: Added
) -> None:
    """Write the things told of, and which units they have come to add to."""
    if not told:
        return
    rows = sorted(thing_row(ref, things[ref][0] + 1, things[ref][1]) for ref in told)
    hung = sorted(
        (campaign, unit, kind, id_)
        for campaign, kind, id_ in told
        for had, has in (added[(campaign, kind, id_)],)
        for unit in has.keys() - had.keys()
    )
    if not are_few(rows):
        await copy_new(
            connection, "thing_facts", THING_COLUMNS, [r for r in rows if r[_REVISION] == 1]
        )
        rows = [row for row in rows if row[_REVISION] > 1]
    await _write_rows(connection, rows)
    await _hang(connection, hung)


async def _hang(connection: Connection, rows: list[tuple[str, str, str, str]]) -> None:
    if are_few(rows):
        if rows:
            await connection.execute(_HANG_FEW, *columns(rows, len(THING_UNIT_COLUMNS)))
        return
    await connection.execute(_STAGE_HUNG)
    await connection.copy_records_to_table(
        "thing_units_in", columns=THING_UNIT_COLUMNS, records=rows
    )
    await connection.execute(_HANG_MANY)


async def _write_rows(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    if are_few(rows):
        status = await connection.execute(_WRITE_FEW, *columns(rows, len(THING_COLUMNS)))
    else:
        await connection.execute(_STAGE_THINGS)
        await connection.copy_records_to_table(
            "thing_facts_in", columns=THING_COLUMNS, records=rows
        )
        status = await connection.execute(_WRITE_MANY)
    all_written(status, len(rows))


def thing_row(ref: ThingRef, revision: int, thing: Thing) -> tuple[Any, ...]:
    """A row of `thing_facts`, in the order of THING_COLUMNS."""
    return (*ref, revision, written_thing(thing))
