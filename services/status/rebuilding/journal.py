"""The journal of rebuilds: what each was asked for and came to, and what it can be gone on from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal, TypeAlias

import msgspec

from services.status.facts import CampaignFact, UnitFact
from services.status.rebuilding.reading import Excluded
from services.status.rebuilding.recollecting import Carried, Recollection
from services.status.rebuilding.refusals import RebuildCancelled
from services.status.storage import columns
from services.status.things.kinds import read_thing, written_thing
from shared.platform.consuming import HistoryKey
from shared.platform.postgres import Connection

Purpose = Literal["rebuild", "verify", "back"]
State = Literal["running", "interrupted", "built", "switched", "cancelled", "failed", "dropped"]
CarriedRows: TypeAlias = list[tuple[str, str, str, str]]
"""(kind, campaign, id, fact)."""
Stage = Literal["reading", "indexing", "catching-up", "switching", "comparing", "done"]

GOES_ON: Final = ("running", "built", "cancelled", "failed")
"""States in which the tables beside may stand, to be gone on with."""

_COLUMNS: Final = """
id, purpose, source, league, state, stage, made_with, events_read, events_wanted, parts_done,
differences, cause, started_at, finished_at
"""
_BEGIN: Final = """
insert into rebuilds (projection, purpose, source, league, state, stage, made_with, events_wanted)
values ($1, $2, $3, $4, 'running', 'reading', $5, $6) returning id
"""
_OBSOLETE: Final = """
update rebuilds set state = 'dropped', finished_at = coalesce(finished_at, now())
where projection = $1 and league is null and state = any($2::text[])
"""
_CLEAR: Final = """
delete from {table} using rebuilds r
where rebuild = r.id and r.projection = $1 and r.state = 'dropped'
"""
# The condition makes a cancellation take hold: whoever was cancelled writes nothing more.
_TELL: Final = """
update rebuilds set stage = $2, events_read = $3, parts_done = $4
where id = $1 and state = 'running' returning id
"""
_END: Final = """
update rebuilds set state = $2, stage = $3, cause = $4, differences = $5, finished_at = now()
where id = $1 and state = 'running' returning id
"""
_POSITIONS: Final = """
insert into rebuild_positions select $1, * from unnest($2::text[], $3::text[], $4::bigint[])
on conflict (rebuild, service, league) do update set version = excluded.version
"""
_CARRIED: Final = """
select distinct on (kind, campaign, id) kind, campaign, id, fact from rebuild_carried
where rebuild = $1 order by kind, campaign, id, part desc
"""
_UNIT, _CAMPAIGN = ".unit", ".campaign"
"""Kinds of facts that are no things'."""


class Entry(msgspec.Struct):
    """One rebuild."""

    id: int
    purpose: Purpose
    source: str
    league: str | None
    state: State
    stage: Stage
    made_with: str
    events_read: int
    events_wanted: int
    parts_done: int
    differences: dict[str, int]
    cause: str
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Journal:
    """The entries of one projection's rebuilds."""

    projection: str

    async def entries(self, connection: Connection, limit: int = 20) -> list[Entry]:
        """The latest first."""
        rows = await connection.fetch(
            f"select {_COLUMNS} from rebuilds where projection = $1 order by id desc limit $2",  # noqa: S608 - the columns are ours
            self.projection, limit,
        )  # fmt: skip
        return [_entry(row) for row in rows]

    async def begin(
        self, connection: Connection, purpose: Purpose, source: str, league: str | None, wanted: int
    ) -> int:
        """A new rebuild; of the whole views, what was built before it is given up."""
        if league is None:
            await connection.execute(_OBSOLETE, self.projection, list(GOES_ON))
            for table in ("rebuild_positions", "rebuild_excluded", "rebuild_carried"):
                await connection.execute(_CLEAR.format(table=table), self.projection)
        number: int = await connection.fetchval(
            _BEGIN, self.projection, purpose, source, league, fingerprint(), wanted
        )
        return number

    async def go_on(self, connection: Connection, number: int, source: str, wanted: int) -> None:
        await connection.execute(
            "update rebuilds set state = 'running', source = $2, events_wanted = $3, cause = '',"
            " finished_at = null where id = $1",
            number, source, wanted,
        )  # fmt: skip

    async def tell(
        self, connection: Connection, number: int, stage: Stage, events: int, parts: int
    ) -> None:
        """How far it has come; RebuildCancelled where somebody wants it no more."""
        if await connection.fetchval(_TELL, number, stage, events, parts) is None:
            raise RebuildCancelled

    async def end(
        self,
        connection: Connection,
        number: int,
        state: State,
        stage: Stage = "done",
        *,
        cause: str = "",
        differences: Mapping[str, int] | None = None,
    ) -> None:
        """The last word, unless it was cancelled before."""
        told = msgspec.json.encode(differences or {}).decode()
        if await connection.fetchval(_END, number, state, stage, cause[:2000], told) is None:
            raise RebuildCancelled

    async def cancel(self, connection: Connection) -> int:
        """Whatever runs, or seems to; how many there were."""
        rows = await connection.fetch(
            "update rebuilds set state = 'cancelled', finished_at = now()"
            " where projection = $1 and state = 'running' returning id",
            self.projection,
        )
        return len(rows)

    async def drop(self, connection: Connection) -> None:
        """What was built goes no further."""
        await connection.execute(_OBSOLETE, self.projection, list(GOES_ON))

    async def read(self, connection: Connection, number: int) -> dict[HistoryKey, int]:
        """Up to where the tables beside hold each history."""
        rows = await connection.fetch(
            "select service, league, version from rebuild_positions where rebuild = $1", number
        )
        return {(service, league): version for service, league, version in rows}

    async def advance(
        self, connection: Connection, number: int, read: Mapping[HistoryKey, int]
    ) -> None:
        rows = [(*key, version) for key, version in read.items()]
        await connection.execute(_POSITIONS, number, *columns(rows, 3))

    async def excluded(self, connection: Connection, number: int) -> Excluded:
        rows = await connection.fetch(
            "select service, league, version from rebuild_excluded where rebuild = $1", number
        )
        return {(service, league, version) for service, league, version in rows}

    async def exclude(self, connection: Connection, number: int, excluded: Excluded) -> None:
        await connection.execute("delete from rebuild_excluded where rebuild = $1", number)
        await connection.execute(
            "insert into rebuild_excluded"
            " select $1, * from unnest($2::text[], $3::text[], $4::bigint[])",
            number, *columns(excluded, 3),
        )  # fmt: skip

    async def carry(
        self, connection: Connection, number: int, part: int, carried: CarriedRows
    ) -> None:
        """Keep the facts that the part's events have changed and later parts may change again."""
        if carried:
            await connection.copy_records_to_table(
                "rebuild_carried",
                columns=("rebuild", "part", "kind", "campaign", "id", "fact"),
                records=[(number, part, *row) for row in carried],
            )

    async def recollected(self, connection: Connection, number: int) -> Recollection:
        return _recollected(await connection.fetch(_CARRIED, number))


def _entry(row: Mapping[str, Any]) -> Entry:
    return msgspec.convert(
        {**row, "differences": msgspec.json.decode(row["differences"])}, type=Entry
    )


def carried_rows(carried: Carried) -> CarriedRows:
    """Written down at once: what is told next changes the facts themselves."""
    encode = msgspec.json.encode
    return [
        *((_CAMPAIGN, name, "", encode(fact).decode()) for name, fact in carried.campaigns.items()),
        *((_UNIT, *key, encode(fact).decode()) for key, fact in carried.units.items()),
        *(
            (kind, campaign, id_, written_thing(thing))
            for (campaign, kind, id_), thing in carried.things.items()
        ),
    ]


def _recollected(rows: Collection[tuple[str, str, str, str]]) -> Recollection:
    carried = Carried({}, {}, {})
    for kind, campaign, id_, fact in rows:
        if kind == _CAMPAIGN:
            carried.campaigns[campaign] = msgspec.json.decode(fact, type=CampaignFact)
        elif kind == _UNIT:
            carried.units[(campaign, id_)] = msgspec.json.decode(fact, type=UnitFact)
        else:
            carried.things[(campaign, kind, id_)] = read_thing(kind, fact)
    return Recollection(carried)


@cache
def fingerprint() -> str:
    """Of the program that folds: what another one has begun cannot be gone on with."""
    digest = sha256()
    for package in ("services.status", "shared.contracts"):
        for name, text in sorted(_sources(files(package), package)):
            digest.update(f"{name}\n{text}\n".encode())
    return digest.hexdigest()


def _sources(folder: Traversable, name: str) -> Iterable[tuple[str, str]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _sources(each, f"{name}.{each.name}")
        elif each.name.endswith((".py", ".sql")):
            yield f"{name}.{each.name}", each.read_text("utf-8")
