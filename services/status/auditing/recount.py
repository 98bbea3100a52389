"""The roll-ups recounted from the facts they were made of, within one snapshot."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from services.status.facts import UnitFact
from services.status.folding import ThingRef, UnitKey
from services.status.rebuilding.beside import LONG_SECONDS
from services.status.rebuilding.recollecting import Part
from services.status.storage import ROLLUP_COLUMNS, fetch_facts, read_facts, rollup_rows
from services.status.things.kinds import read_thing, rolled_by_unit
from services.status.things.thing import RolledSpans, Thing
from shared.platform.postgres import Connection, Pool

_AT_ONCE: Final = 5_000
_UNITS: Final = "select campaign, unit, revision, fact from unit_facts"
_THINGS: Final = "select campaign, kind, id, fact from thing_facts"
_STAGE: Final = "create temp table recount (like rollup_daily) on commit drop"
# Which lines are asked for: all, or those of units of one league.
_IN_LEAGUE: Final = """
($1 = '' or (campaign, ancestor) in (select campaign, unit from unit_facts where league = $1))
"""
_COMPARE: Final = f"""
with counted as (
    select campaign, ancestor, tree, class, metric, effective_on, judged_on, sum(n)::bigint as n
    from recount group by 1, 2, 3, 4, 5, 6, 7
), both_sides as (
    select campaign, ancestor, tree, class, metric, effective_on, judged_on,
        coalesce(r.n, 0) as live, coalesce(c.n, 0) as counted
    from rollup_daily r
    full join counted c using (campaign, ancestor, tree, class, metric, effective_on, judged_on)
    where {_IN_LEAGUE}
)
select count(*) filter (where counted <> 0) as lines,
    count(*) filter (where live <> counted) as different,
    (array_agg(concat_ws(' ', ancestor, tree, class, metric, effective_on, judged_on)
        || ': ' || live || ' ≠ ' || counted order by campaign, ancestor, tree, metric, effective_on)
        filter (where live <> counted))[1:$2] as shown,
    coalesce(sum(hashtextextended(concat_ws('|', campaign, ancestor, tree, class, metric,
        effective_on, judged_on, live), 0)) filter (where live <> 0), 0)::text as live_digest,
    coalesce(sum(hashtextextended(concat_ws('|', campaign, ancestor, tree, class, metric,
        effective_on, judged_on, counted), 0)) filter (where counted <> 0), 0)::text as digest
from both_sides
"""  # noqa: S608 - the condition is ours


class Recounted(msgspec.Struct):
    """Lines of the roll-ups; two digests of the same lines are the same."""

    lines: int
    different: int
    shown: list[str]
    digest: str
    live_digest: str


async def recounted(pool: Pool, league: str, shown: int) -> Recounted:
    """Facts and lines change in one transaction, so that a snapshot must show them in step."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read"),
    ):
        await connection.execute(_STAGE)
        await _count_units(connection)
        await _count_things(connection)
        row = await connection.fetchrow(_COMPARE, league, shown, timeout=LONG_SECONDS)
        return Recounted(
            row["lines"], row["different"], list(row["shown"] or ()), row["digest"],
            row["live_digest"],
        )  # fmt: skip


async def _count_units(connection: Connection) -> None:
    cursor = await connection.cursor(_UNITS)
    while rows := await cursor.fetch(_AT_ONCE):
        keys = [(campaign, unit) for campaign, unit, _, _ in rows]
        facts = {key: fact for key, (_, fact) in read_facts(keys, rows).items()}
        await _copy(connection, Part(facts, {}), {})


async def _count_things(connection: Connection) -> None:
    cursor = await connection.cursor(_THINGS)
    while rows := await cursor.fetch(_AT_ONCE):
        part = Part({}, _things(rows))
        concerned = part.concerned()
        facts = read_facts(concerned, await fetch_facts(connection, concerned))
        await _copy(connection, part, {key: fact for key, (_, fact) in facts.items()})


def _things(rows: Iterable[Any]) -> dict[ThingRef, tuple[Thing, RolledSpans]]:
    found: dict[ThingRef, tuple[Thing, RolledSpans]] = {}
    for campaign, kind, id_, text in rows:
        thing = read_thing(kind, text)
        found[(campaign, kind, id_)] = thing, rolled_by_unit(thing)
    return found


async def _copy(connection: Connection, part: Part, elsewhere: dict[UnitKey, UnitFact]) -> None:
    await connection.copy_records_to_table(
        "recount", columns=ROLLUP_COLUMNS, records=rollup_rows(part.counted(elsewhere)),
        timeout=LONG_SECONDS,
    )  # fmt: skip
