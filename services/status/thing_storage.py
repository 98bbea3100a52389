"""The rows of things: read and written in sets, and held still while their units are counted."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

import asyncpg

from services.status.folding import Added, ThingRef, UnitKey
from services.status.storage import FactsChanged, columns
from services.status.things.kinds import new_thing, read_thing, written_thing
from services.status.things.thing import Thing
from shared.platform.postgres import Connection

KnownThings: TypeAlias = dict[ThingRef, tuple[int, Thing]]
"""Each thing's revision and fact."""

THING_COLUMNS: Final = ("campaign", "kind", "id", "revision", "fact")
THING_UNIT_COLUMNS: Final = ("campaign", "unit", "kind", "id")

# `offset 0` keeps it one index lookup a row: of arrays, the planner does not know how long they are.
_HANGING: Final = """
select h.campaign, h.kind, h.id from unnest($1::text[], $2::text[]) m(campaign, unit)
cross join lateral (
    select * from thing_units t where t.campaign = m.campaign and t.unit = m.unit offset 0
) h
"""
_FACTS: Final = """
select f.campaign, f.kind, f.id, f.revision, f.fact from wanted w cross join lateral (
    select * from thing_facts t
    where t.campaign = w.campaign and t.kind = w.kind and t.id = w.id offset 0
) f
"""
_FETCH: Final = f"""
with wanted(campaign, kind, id) as (
    {_HANGING} union select * from unnest($3::text[], $4::text[], $5::text[])
) {_FACTS}
"""  # noqa: S608 - the queries are ours
_HANGING_NOW: Final = f"""
with wanted as ({_HANGING}) select campaign, kind, id, revision from ({_FACTS}) found
"""  # noqa: S608 - the queries are ours
_UNITS_NOW: Final = """
select f.campaign, f.unit, f.revision from unnest($1::text[], $2::text[]) w(campaign, unit)
cross join lateral (
    select * from unit_facts u where u.campaign = w.campaign and u.unit = w.unit offset 0
) f
"""
_LOCK: Final = "select pg_advisory_xact_lock(hashtext('things-' || current_schema()))"
_WRITE: Final = """
insert into thing_facts as f (campaign, kind, id, revision, fact)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[]) order by 1, 2, 3
on conflict (campaign, kind, id) do update set revision = excluded.revision, fact = excluded.fact
    where f.revision = excluded.revision - 1
"""
_HANG: Final = """
insert into thing_units (campaign, unit, kind, id)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]) order by 1, 2, 3, 4
on conflict do nothing
"""


async def fetch_things(
    connection: Connection, told: Collection[ThingRef], moved: Collection[UnitKey]
) -> list[asyncpg.Record]:
    """What is stored of things told of, and of those that hang on units that moved."""
    if not told and not moved:
        return []
    found: list[asyncpg.Record] = await connection.fetch(
        _FETCH, *columns(moved, 2), *columns(told, 3)
    )
    return found


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
    await connection.execute(_LOCK)
    if units:
        rows = await connection.fetch(_UNITS_NOW, *columns(units, 2))
        now = {(campaign, unit): revision for campaign, unit, revision in rows}
        if any(now.get(key, 0) != revision for key, revision in units.items()):
            raise FactsChanged("a unit was changed by another worker")
    if moved:
        rows = await connection.fetch(_HANGING_NOW, *columns(moved, 2))
        for campaign, kind, id_, revision in rows:
            known = things.get((campaign, kind, id_))
            if known is None or known[0] != revision:
                raise FactsChanged("a thing was changed by another worker")


async def write_things(
    connection: Connection, things: KnownThings, told: Collection[ThingRef], added: Added
) -> None:
    """Write the things told of, and which units they have come to add to."""
    if not told:
        return
    rows = [thing_row(ref, things[ref][0] + 1, things[ref][1]) for ref in told]
    status = await connection.execute(_WRITE, *columns(rows, len(THING_COLUMNS)))
    if int(status.rpartition(" ")[2]) != len(rows):
        raise FactsChanged("things were written by another worker")
    hung = [
        (campaign, unit, kind, id_)
        for campaign, kind, id_ in told
        for had, has in (added[(campaign, kind, id_)],)
        for unit in has.keys() - had.keys()
    ]
    if hung:
        await connection.execute(_HANG, *columns(hung, len(THING_UNIT_COLUMNS)))


def thing_row(ref: ThingRef, revision: int, thing: Thing) -> tuple[Any, ...]:
    """A row of `thing_facts`, in the order of THING_COLUMNS."""
    return (*ref, revision, written_thing(thing))
