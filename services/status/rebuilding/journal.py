"""The journal of rebuilds: what each was asked for and came to, and what it can be gone on from."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal

import msgspec

from services.status.rebuilding.reading import Excluded
from services.status.rebuilding.refusals import RebuildCancelled
from services.status.storage import columns
from shared.platform.consuming import HistoryKey
from shared.platform.postgres import Connection

Purpose = Literal["rebuild", "verify", "back", "fill"]
State = Literal[
    "running", "interrupted", "built", "switched", "cancelled", "failed", "dropped", "compared"
]
Stage = Literal["reading", "indexing", "catching-up", "switching", "comparing", "done"]

GOES_ON: Final = ("running", "built", "cancelled", "failed")
"""States in which the tables beside may stand, to be gone on with."""

_FOLDING: Final = (
    "services.status", "services.status.things", "services.status.migrations", "shared.contracts",
)  # fmt: skip
_NOT_FOLDING: Final = frozenset({
    "answers", "api", "application", "commands", "far_behind", "figures", "kept", "lights", "main",
    "operating", "ordering", "own", "places", "portraits", "queries", "rows", "series", "settings", "sight",
    "stored", "tallies", "worker",
})  # fmt: skip
"""These show what was folded, or run the program."""
_AT_ONCE: Final = 5_000
_COLUMNS: Final = """
id, purpose, source, league, state, stage, made_with, events_read, events_wanted, parts_done,
differences, cause, started_at, finished_at
"""
_BEGIN: Final = """
insert into rebuilds (projection, purpose, source, league, state, stage, made_with, events_wanted)
values ($1, $2, $3, $4, 'running', 'reading', $5, $6) returning id
"""
# Under a number of its own: whoever still worked under the old one can write nothing more.
_SUCCEED: Final = """
with left_off as (
    update rebuilds set state = 'dropped', finished_at = coalesce(finished_at, now()) where id = $1
    returning *
)
insert into rebuilds (projection, purpose, source, state, stage, made_with, events_wanted,
    events_read, parts_done)
select projection, purpose, $2, 'running', stage, made_with, events_wanted, events_read, parts_done
from left_off returning id
"""
_OBSOLETE: Final = """
update rebuilds set state = 'dropped', finished_at = coalesce(finished_at, now())
where projection = $1 and league is null and state = any($2::text[])
"""
_OWNED: Final = ("rebuild_positions", "rebuild_excluded", "rebuild_aside")
_CLEAR: Final = """
delete from {table} using rebuilds r
where rebuild = r.id and r.projection = $1 and r.state = 'dropped'
"""
# The condition makes a cancellation take hold: whoever was cancelled writes nothing more.
_TELL: Final = """
update rebuilds set stage = $2, events_read = events_read + $3, parts_done = parts_done + $4
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
            for table in _OWNED:
                await connection.execute(_CLEAR.format(table=table), self.projection)
        number: int = await connection.fetchval(
            _BEGIN, self.projection, purpose, source, league, fingerprint(), wanted
        )
        return number

    async def succeed(self, connection: Connection, former: int, source: str) -> int:
        """Go on with what another rebuild has built: it is ours from here on."""
        number: int = await connection.fetchval(_SUCCEED, former, source)
        for table in _OWNED:
            await connection.execute(
                f"update {table} set rebuild = $2 where rebuild = $1",  # noqa: S608 - tables are ours
                former, number,
            )  # fmt: skip
        return number

    async def expect(self, connection: Connection, number: int, wanted: int) -> None:
        await connection.execute(
            "update rebuilds set events_wanted = $2 where id = $1", number, wanted
        )

    async def tell(
        self, connection: Connection, number: int, stage: Stage, events: int = 0, parts: int = 0
    ) -> None:
        """What more was done; RebuildCancelled where somebody wants it no more."""
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

    async def set_aside(
        self, connection: Connection, number: int, values: Collection[bytes]
    ) -> None:
        """Keep the events of facts that other parts may tell more of."""
        await connection.copy_records_to_table(
            "rebuild_aside",
            columns=("rebuild", "value"),
            records=[(number, value) for value in values],
        )

    async def aside(self, connection: Connection, number: int) -> AsyncIterator[list[bytes]]:
        """All that was set aside; within a transaction."""
        cursor = await connection.cursor(
            "select value from rebuild_aside where rebuild = $1", number
        )
        while rows := await cursor.fetch(_AT_ONCE):
            yield [value for (value,) in rows]


def _entry(row: Mapping[str, Any]) -> Entry:
    return msgspec.convert(
        {**row, "differences": msgspec.json.decode(row["differences"])}, type=Entry
    )


@cache
def fingerprint() -> str:
    """Of all that decides what a fold writes: what another one has begun cannot be gone on with."""
    digest = sha256()
    for package in _FOLDING:
        for name, text in sorted(_sources(files(package))):
            digest.update(f"{package} {name}\n{text}\n".encode())
    return digest.hexdigest()


def _sources(folder: Traversable) -> Iterable[tuple[str, str]]:
    for each in folder.iterdir():
        stem = each.name.rpartition(".")[0]
        if each.name.endswith(".sql") or (each.name.endswith(".py") and stem not in _NOT_FOLDING):
            yield each.name, each.read_text("utf-8")
