"""The views' tables: facts read and written in sets, roll-ups added to, history copied."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from services.status.contributions import Line, stays
from services.status.facts import CampaignFact, UnitFact
from shared.kernel.envelope import Envelope
from shared.kernel.units import league_of, own_code
from shared.platform.postgres import Connection

UnitKey: TypeAlias = tuple[str, str]
"""(campaign, unit)."""

FACT_COLUMNS: Final = (
    "campaign", "unit", "league", "parent", "path", "level", "kind", "class", "name",
    "registered_on", "abolished_on", "revision", "fact",
)  # fmt: skip
ROLLUP_COLUMNS: Final = (
    "campaign", "ancestor", "tree", "class", "metric", "effective_on", "judged_on", "n",
)  # fmt: skip
HISTORY_COLUMNS: Final = (
    "service", "league", "version", "event_id", "type", "campaign", "unit",
    "occurred_at", "recorded_at", "value",
)  # fmt: skip

# Sets go in through COPY: an array parameter costs ten times as much to encode.
_STAGE = """
create temp table if not exists wanted_units (campaign text, unit text) on commit delete rows;
create temp table if not exists unit_facts_in
    (like unit_facts excluding constraints) on commit delete rows;
create temp table if not exists rollup_in
    (like rollup_daily excluding constraints) on commit delete rows;
truncate wanted_units, unit_facts_in, rollup_in
"""

_FACTS = """
select f.campaign, f.unit, f.revision, f.fact
from wanted_units w join unit_facts f using (campaign, unit)
"""

# Revisions, not locks, keep two workers apart: whoever read an older one writes fewer rows than
# it meant to, and rolls back.
_WRITE_FACTS = """
insert into unit_facts as f select * from unit_facts_in order by campaign, unit
on conflict (campaign, unit) do update set
    league = excluded.league, parent = excluded.parent, path = excluded.path,
    level = excluded.level, kind = excluded.kind, class = excluded.class, name = excluded.name,
    registered_on = excluded.registered_on, abolished_on = excluded.abolished_on,
    revision = excluded.revision, fact = excluded.fact
    where f.revision = excluded.revision - 1
"""

_WRITE_CAMPAIGNS = """
insert into campaign_facts as f (campaign, revision, fact)
select * from unnest($1::text[], $2::bigint[], $3::json[]) order by 1
on conflict (campaign) do update set revision = excluded.revision, fact = excluded.fact
    where f.revision = excluded.revision - 1
"""

_FORMER_PARENTS = """
insert into former_parents (campaign, parent, unit)
select * from unnest($1::text[], $2::text[], $3::text[]) order by 1, 2, 3
on conflict do nothing
"""

# In one order for all workers, so that they wait for one another and never in a ring.
_ADD_ROLLUPS = """
insert into rollup_daily as r select * from rollup_in
order by campaign, ancestor, tree, class, metric, effective_on, judged_on
on conflict (campaign, ancestor, tree, class, metric, effective_on, judged_on)
    do update set n = r.n + excluded.n
"""


class FactsChanged(asyncpg.SerializationError):  # type: ignore[misc]
    """Another worker wrote a fact since we read it; the batch is applied again from what it left."""


_unit_fact = msgspec.json.Decoder(UnitFact)
_campaign_fact = msgspec.json.Decoder(CampaignFact)


async def unit_facts(
    connection: Connection, keys: Collection[UnitKey]
) -> dict[UnitKey, tuple[int, UnitFact]]:
    """Each unit's revision and fact; a unit never heard of starts at revision zero."""
    await connection.execute(_STAGE)
    await connection.copy_records_to_table(
        "wanted_units", columns=("campaign", "unit"), records=keys
    )
    rows = await connection.fetch(_FACTS)
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
    connection: Connection, facts: Mapping[UnitKey, tuple[int, UnitFact]]
) -> None:
    """Write facts read at these revisions; FactsChanged if another has written meanwhile."""
    rows = [fact_row(key, revision + 1, fact) for key, (revision, fact) in facts.items()]
    await connection.copy_records_to_table("unit_facts_in", columns=FACT_COLUMNS, records=rows)
    _all_written(await connection.execute(_WRITE_FACTS), len(rows))
    former = former_parent_rows((key, fact) for key, (_, fact) in facts.items())
    if former:
        await connection.execute(_FORMER_PARENTS, *columns(former, 3))


async def write_campaign_facts(
    connection: Connection, facts: Mapping[str, tuple[int, CampaignFact]]
) -> None:
    rows = [campaign_row(name, revision + 1, fact) for name, (revision, fact) in facts.items()]
    status = await connection.execute(_WRITE_CAMPAIGNS, *columns(rows, 3))
    _all_written(status, len(rows))


async def add_rollups(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add to the roll-ups; `unit_facts` has emptied the way in."""
    if rows:
        await connection.copy_records_to_table("rollup_in", columns=ROLLUP_COLUMNS, records=rows)
        await connection.execute(_ADD_ROLLUPS)


async def copy_history(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Keep the envelopes as they came; a version kept already is an error, and cannot come."""
    encode = msgspec.json.encode
    await connection.copy_records_to_table(
        "history",
        columns=HISTORY_COLUMNS,
        records=[
            (
                e.service, e.league, e.version, e.id, e.type, e.campaign, e.subject, e.time,
                e.recordedat, encode(e),
            )
            for e in envelopes
        ],
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


def rollup_rows(changes: Mapping[str, Mapping[Line, int]]) -> list[tuple[Any, ...]]:
    """Rows in the order of ROLLUP_COLUMNS, of campaign -> line -> change."""
    return [
        (campaign, *line, n) for campaign, lines in changes.items() for line, n in lines.items()
    ]


def columns(rows: Collection[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into columns, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


# The same text whatever order the events came in.
_encoder = msgspec.json.Encoder(order="deterministic")


def _encode(fact: UnitFact | CampaignFact) -> str:
    return _encoder.encode(fact).decode()


def _all_written(status: str, wanted: int) -> None:
    if int(status.rpartition(" ")[2]) != wanted:
        raise FactsChanged("facts were written by another worker")
