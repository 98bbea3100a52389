"""The views' tables: facts read and written in sets, roll-ups added to, history copied."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeVar

import asyncpg
import msgspec

from services.status.contributions import Mark, spread, stays
from services.status.facts import CampaignFact, UnitFact
from services.status.folding import UnitKey
from shared.kernel.envelope import Envelope
from shared.kernel.units import league_of, own_code
from shared.platform.postgres import Connection

Q = TypeVar("Q")
W = TypeVar("W")

FACT_COLUMNS: Final = (
    "campaign", "unit", "league", "parent", "path", "level", "kind", "class", "name",
    "registered_on", "abolished_on", "revision", "fact",
)  # fmt: skip
_REVISION: Final = FACT_COLUMNS.index("revision")
ROLLUP_COLUMNS: Final = (
    "campaign", "ancestor", "tree", "class", "metric", "effective_on", "judged_on", "n",
)  # fmt: skip
HISTORY_COLUMNS: Final = (
    "service", "league", "version", "event_id", "type", "campaign", "unit",
    "occurred_at", "recorded_at", "value",
)  # fmt: skip

_FACT_TYPES: Final = (
    "text", "text", "text", "text", "text", "int", "text", "text", "text", "date", "date",
    "bigint", "text",
)  # fmt: skip
_ROLLUP_TYPES: Final = ("text", "text", "text", "text", "text", "date", "date", "bigint")

# Many rows go in through COPY: an array parameter costs ten times as much to encode. Few go in
# as arrays: emptying a temporary table costs more than they do.
FEW: Final = 300

_STAGE_WANTED = """
create temp table if not exists wanted_units (campaign text, unit text) on commit delete rows;
truncate wanted_units
"""
_STAGE_FACTS = """
create temp table if not exists unit_facts_in
    (like unit_facts excluding constraints) on commit delete rows;
truncate unit_facts_in
"""
_STAGE_ROLLUPS = """
create temp table if not exists rollup_in
    (like rollup_daily excluding constraints) on commit delete rows;
truncate rollup_in
"""


def arrays(types: Sequence[str], first: int = 1) -> str:
    """The rows of array parameters of these types, as `unnest` gives them; `first` is the first's
    number.
    """
    return "unnest(" + ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate(types, first)) + ")"


# `offset 0` keeps it one index lookup a unit: knowing nothing of the wanted units' number, the
# planner would read all facts.
def _facts_of(wanted: str) -> str:
    return f"""
select f.campaign, f.unit, f.revision, f.fact
from {wanted} w(campaign, unit) cross join lateral (
    select * from unit_facts u where u.campaign = w.campaign and u.unit = w.unit offset 0
) f
"""  # noqa: S608 - the tables are ours


# Revisions, not locks, keep two workers apart: whoever read an older one writes fewer rows than
# it meant to, and rolls back.
def _write_facts(given: str) -> str:
    return f"""
insert into unit_facts as f select * from {given} g({", ".join(FACT_COLUMNS)})
order by campaign, unit
on conflict (campaign, unit) do update set
    league = excluded.league, parent = excluded.parent, path = excluded.path,
    level = excluded.level, kind = excluded.kind, class = excluded.class, name = excluded.name,
    registered_on = excluded.registered_on, abolished_on = excluded.abolished_on,
    revision = excluded.revision, fact = excluded.fact
    where f.revision = excluded.revision - 1
"""  # noqa: S608 - the tables are ours


_WRITE_CAMPAIGNS = """
insert into campaign_facts as f (campaign, revision, fact)
select * from unnest($1::text[], $2::bigint[], $3::text[]) order by 1
on conflict (campaign) do update set revision = excluded.revision, fact = excluded.fact
    where f.revision = excluded.revision - 1
"""

_FORMER_PARENTS = """
insert into former_parents (campaign, parent, unit)
select * from unnest($1::text[], $2::text[], $3::text[]) order by 1, 2, 3
on conflict do nothing
"""


# In one order for all workers, so that they wait for one another and never in a ring.
def _add_rollups(given: str) -> str:
    return f"""
insert into rollup_daily as r select * from {given} g({", ".join(ROLLUP_COLUMNS)})
order by campaign, ancestor, tree, effective_on, class, metric, judged_on
on conflict (campaign, ancestor, tree, class, metric, effective_on, judged_on)
    do update set n = r.n + excluded.n
"""  # noqa: S608 - the tables are ours


_FACTS_OF_FEW: Final = _facts_of(arrays(("text", "text")))
_FACTS_OF_MANY: Final = _facts_of("wanted_units")
_WRITE_FEW_FACTS: Final = _write_facts(arrays(_FACT_TYPES))
_WRITE_MANY_FACTS: Final = _write_facts("unit_facts_in")
_ADD_FEW_ROLLUPS: Final = _add_rollups(arrays(_ROLLUP_TYPES))
_ADD_MANY_ROLLUPS: Final = _add_rollups("rollup_in")


class FactsChanged(asyncpg.SerializationError):  # type: ignore[misc]
    """Another worker wrote a fact since we read it; the batch is applied again from what it left."""


_unit_fact = msgspec.json.Decoder(UnitFact)
_campaign_fact = msgspec.json.Decoder(CampaignFact)


async def meanwhile(query: Coroutine[Any, Any, Q], work: Callable[[], W]) -> tuple[Q, W]:
    """The answer to a query, and the work done while the server was busy with it."""
    task = asyncio.ensure_future(query)
    await asyncio.sleep(0)  # lets the query set off
    try:
        done = work()
    finally:
        answer = await task
    return answer, done


def are_few(rows: Collection[object]) -> bool:
    """Whether they go in as arrays."""
    return len(rows) <= FEW


async def stage_units(connection: Connection, keys: Collection[UnitKey]) -> None:
    """Put them into `wanted_units`, and nothing else."""
    await connection.execute(_STAGE_WANTED)
    await connection.copy_records_to_table(
        "wanted_units", columns=("campaign", "unit"), records=keys
    )


async def fetch_facts(connection: Connection, keys: Collection[UnitKey]) -> list[asyncpg.Record]:
    """What is stored of these units: (campaign, unit, revision, fact)."""
    if are_few(keys):
        few: list[asyncpg.Record] = await connection.fetch(_FACTS_OF_FEW, *columns(keys, 2))
        return few
    await stage_units(connection, keys)
    many: list[asyncpg.Record] = await connection.fetch(_FACTS_OF_MANY)
    return many


def read_facts(
    keys: Collection[UnitKey], rows: Iterable[asyncpg.Record]
) -> dict[UnitKey, tuple[int, UnitFact]]:
    """Each unit's revision and fact; a unit never heard of starts at revision zero."""
    decode = _unit_fact.decode
    found = {(campaign, unit): (revision, decode(fact)) for campaign, unit, revision, fact in rows}
    return {key: found.get(key) or (0, UnitFact()) for key in keys}


async def campaign_facts(
    connection: Connection, campaigns: Collection[str]
) -> dict[str, tuple[int, CampaignFact]]:
    rows = await connection.fetch(
        "select campaign, revision, fact from campaign_facts where campaign = any($1::text[])",
        list(campaigns),
    )
    found = {campaign: (revision, _campaign_fact.decode(fact)) for campaign, revision, fact in rows}
    return {name: found.get(name) or (0, CampaignFact()) for name in campaigns}


async def write_unit_facts(
    connection: Connection, facts: Mapping[UnitKey, tuple[int, UnitFact]], work: Callable[[], W]
) -> W:
    """Write facts read at these revisions, doing other work meanwhile; FactsChanged if another
    has written since they were read.
    """
    if not facts:
        return work()
    rows = [fact_row(key, revision + 1, fact) for key, (revision, fact) in facts.items()]
    if not are_few(rows):
        new = sorted((row for row in rows if row[_REVISION] == 1), key=itemgetter(0, 1))
        await copy_new(connection, "unit_facts", FACT_COLUMNS, new)
        rows = [row for row in rows if row[_REVISION] > 1] if new else rows
    if are_few(rows):
        writing = connection.execute(_WRITE_FEW_FACTS, *columns(rows, len(FACT_COLUMNS)))
    else:
        await connection.execute(_STAGE_FACTS)
        await connection.copy_records_to_table("unit_facts_in", columns=FACT_COLUMNS, records=rows)
        writing = connection.execute(_WRITE_MANY_FACTS)
    status, done = await meanwhile(writing, work)
    all_written(status, len(rows))
    former = former_parent_rows((key, fact) for key, (_, fact) in facts.items())
    if former:
        await connection.execute(_FORMER_PARENTS, *columns(former, 3))
    return done


async def copy_new(
    connection: Connection, table: str, names: Sequence[str], rows: Collection[tuple[Any, ...]]
) -> None:
    """Straight into the table, sorted as all workers sort them: FactsChanged if they are there."""
    if not rows:
        return
    try:
        await connection.copy_records_to_table(table, columns=names, records=rows)
    except asyncpg.UniqueViolationError as cause:
        raise FactsChanged(f"{table} was written by another worker") from cause


async def write_campaign_facts(
    connection: Connection, facts: Mapping[str, tuple[int, CampaignFact]]
) -> None:
    rows = [campaign_row(name, revision + 1, fact) for name, (revision, fact) in facts.items()]
    status = await connection.execute(_WRITE_CAMPAIGNS, *columns(rows, 3))
    all_written(status, len(rows))


async def add_rollups(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add to the roll-ups."""
    if not rows:
        return
    if are_few(rows):
        await connection.execute(_ADD_FEW_ROLLUPS, *columns(rows, len(ROLLUP_COLUMNS)))
        return
    await connection.execute(_STAGE_ROLLUPS)
    await connection.copy_records_to_table("rollup_in", columns=ROLLUP_COLUMNS, records=rows)
    await connection.execute(_ADD_MANY_ROLLUPS)


async def copy_history(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep what was applied; a version kept already is an error, and cannot come."""
    await connection.copy_records_to_table("history", columns=HISTORY_COLUMNS, records=rows)


def history_rows(envelopes: Iterable[Envelope]) -> list[tuple[Any, ...]]:
    """Rows of the history: the envelopes as they came."""
    encode = msgspec.json.encode
    return [history_row(e.service, e, encode(e)) for e in envelopes]


def history_row(service: str, e: Envelope, value: bytes) -> tuple[Any, ...]:
    """A row in the order of HISTORY_COLUMNS."""
    return (
        service, e.league, e.version, e.id, e.type, e.campaign, e.subject, e.time, e.recordedat,
        value,
    )  # fmt: skip


def fact_row(key: UnitKey, revision: int, fact: UnitFact) -> tuple[Any, ...]:
    """A row of `unit_facts`, in the order of FACT_COLUMNS."""
    encoded = _encode(fact)
    if fact.registered_on is None:
        return (*key, None, None, None, None, None, None, None, None, None, revision, encoded)
    campaign, unit = key
    path = fact.placements[-1].path
    league, parent = _place(path.rpartition(".")[0])
    return (
        campaign,
        unit,
        league or league_of(path),
        parent,
        path,
        fact.level,
        fact.kind,
        fact.class_,
        fact.names[-1].name,
        fact.registered_on,
        fact.endings[0].on if fact.endings else None,
        revision,
        encoded,
    )


@lru_cache(50_000)
def _place(above: str) -> tuple[str | None, str | None]:
    """The league and the parent of units below this path; of a league's own, only the parent."""
    league = league_of(above) if "." in above else None
    return league, own_code(above) or None


def campaign_row(campaign: str, revision: int, fact: CampaignFact) -> tuple[str, int, str]:
    return campaign, revision, _encode(fact)


def former_parent_rows(facts: Iterable[tuple[UnitKey, UnitFact]]) -> list[tuple[str, str, str]]:
    """(campaign, parent, unit) for each parent a unit has stood under and left."""
    return sorted(
        {
            (campaign, own_code(above), unit)
            for (campaign, unit), fact in facts
            if len(fact.placements) > 1
            for above, _, _ in stays(fact)
        }
    )


def rollup_rows(changes: Mapping[str, dict[Mark, int]]) -> list[tuple[Any, ...]]:
    """Rows in the order of ROLLUP_COLUMNS, of the changes in each campaign."""
    return [
        (campaign, *line, n)
        for campaign, marks in changes.items()
        for line, n in spread(marks).items()
    ]


def rollup_rows_apart(
    changes: Mapping[str, dict[Mark, int]],
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The same, those of the roots by themselves: all workers and all parts meet there."""
    below: list[tuple[Any, ...]] = []
    at_roots: list[tuple[Any, ...]] = []
    for campaign, marks in changes.items():
        roots = {above.partition(".")[0] for above in {mark[0] for mark in marks}}
        for line, n in spread(marks).items():
            (at_roots if line[0] in roots else below).append((campaign, *line, n))
    return below, at_roots


def columns(rows: Collection[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into columns, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


# The same text whatever order the events came in.
_encoder = msgspec.json.Encoder(order="deterministic")


def _encode(fact: UnitFact | CampaignFact) -> str:
    return _encoder.encode(fact).decode()


def all_written(status: str, wanted: int) -> None:
    """FactsChanged where a statement wrote fewer rows."""
    if int(status.rpartition(" ")[2]) != wanted:
        raise FactsChanged("facts were written by another worker")
