"""The event store: gapless per-league histories, appended under the league's row lock."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec

from shared.contracts.contract import Contract
from shared.kernel.envelope import chain_hash
from shared.kernel.events import Event
from shared.kernel.positions import format_positions
from shared.kernel.refusals import KeyReused
from shared.platform.durable import Flusher
from shared.platform.inline_views import Row, Table
from shared.platform.postgres import Connection, Pool
from shared.platform.recording import (
    Answer,
    AnswerMaker,
    IdempotencyKey,
    Origin,
    Pending,
    Recorded,
    digest_of,
    place_meta,
)

_OPEN = "select * from open_session($1, $2, $3, $4)"

_APPEND = """
with moved as (
    update histories h
    set version = u.version, head_hash = u.hash, recorded_at = u.recorded_at
    from unnest($1::text[], $2::bigint[], $3::bytea[], $4::timestamptz[])
        as u(league, version, hash, recorded_at)
    where h.league = u.league
), answered as (
    insert into idempotency_keys (caller, key, fingerprint, status, answer, positions)
    select $5, $6, $7, $8, $9, $10 where $6::text is not null
)
insert into events (league, version, stream, stream_version, event_id, type, schema_version,
                    data, meta, occurred_at, recorded_at, hash)
select u.league, u.version, u.stream, u.stream_version, u.event_id, u.type, u.schema_version,
       u.data::jsonb, u.meta::jsonb, u.occurred_at, u.recorded_at, u.hash
from unnest($11::text[], $12::bigint[], $13::text[], $14::int[], $15::uuid[], $16::text[],
            $17::smallint[], $18::text[], $19::text[], $20::timestamptz[], $21::timestamptz[],
            $22::bytea[])
    as u(league, version, stream, stream_version, event_id, type, schema_version,
         data, meta, occurred_at, recorded_at, hash)
"""


_EVENT_COLUMNS = (
    "league", "version", "stream", "stream_version", "event_id", "type", "schema_version",
    "data", "meta", "occurred_at", "recorded_at", "hash",
)  # fmt: skip
_AT_ONCE = 1_000

# What one command needs, in one statement and without a lock.
_LOOK = """
select 'head' as kind, h.league as name, h.version as number, null::bytea as bytes,
       null::text as type, null::smallint as schema_version, null::text as body
from histories h where h.league = $1
union all
select 'answer', k.positions, k.status, k.fingerprint, null, null, convert_from(k.answer, 'UTF8')
from idempotency_keys k where k.caller = $3 and k.key = $4
union all
(select 'event', e.stream, e.stream_version, null, e.type, e.schema_version, e.data::text
from events e where e.stream = $2 order by e.stream_version)
"""

_APPEND_ONE = "append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
_SHOWN_FROM = 17

_KEEP = """
insert into idempotency_keys (caller, key, fingerprint, status, answer, positions)
values ($1, $2, $3, $4, $5, $6)
"""


@dataclass(slots=True)
class Head:
    """Where a history stands: its version, the hash of its last event and when that was recorded."""

    version: int
    hash: bytes
    recorded_at: datetime | None


@dataclass(slots=True)
class Session:
    """One transaction that holds the row locks of the leagues it writes to."""

    connection: Connection
    contract: Contract
    key: IdempotencyKey | None
    answer: Answer | None = None
    past: dict[str, list[Event]] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)

    def version_of(self, stream: str) -> int:
        return len(self.past.get(stream, ()))

    def league_version(self, league: str) -> int:
        return self.heads[league].version

    async def append(
        self, events: Sequence[Pending], origin: Origin, make_answer: AnswerMaker
    ) -> tuple[list[Recorded], Answer]:
        """Append in order, each to its league's chain; the answer is stored under the key.

        Many are placed and copied a part at a time: between parts other requests get their turn.
        """
        now = datetime.now(UTC)
        recorded: list[Recorded] = []
        grown: dict[str, int] = {}
        rows: list[Row] = []
        for start in range(0, len(events), _AT_ONCE):
            if rows:
                await self.connection.copy_records_to_table(
                    "events", records=rows, columns=_EVENT_COLUMNS
                )
            rows = self._place(events[start : start + _AT_ONCE], origin, now, grown, recorded)
        answer = make_answer(recorded)
        if recorded or self.key is not None:
            moved = [(name, h.version, h.hash, h.recorded_at) for name, h in self.heads.items()]
            columns = _columns(rows, len(_EVENT_COLUMNS))
            await self.connection.execute(
                _APPEND, *_columns(moved, 4), *self._stored(answer), *columns
            )
        return recorded, answer

    def _stored(self, answer: Answer) -> tuple[Any, ...]:
        if self.key is None:
            return (None, None, None, None, None, None)
        key = self.key
        return (key.caller, key.key, key.fingerprint, answer.status, answer.body, answer.positions)

    def _place(
        self,
        events: Sequence[Pending],
        origin: Origin,
        now: datetime,
        grown: dict[str, int],
        recorded: list[Recorded],
    ) -> list[Row]:
        """The rows of events, each given its place; `grown` and `recorded` go from part to part."""
        rows: list[Row] = []
        for pending in events:
            head = self.heads[pending.history]
            head.version += 1
            # A clock set back must not make a history run backwards.
            head.recorded_at = max(now, head.recorded_at or now)
            stream = pending.stream
            grown[stream] = version = grown.get(stream, self.version_of(stream)) + 1
            name, schema_version = self.contract.name_of(pending.event)
            event_id = uuid4()
            meta = place_meta(origin, pending)
            digest = digest_of(event_id, pending, version, (name, schema_version), meta)
            head.hash = chain_hash(head.hash, head.version, head.recorded_at, digest)
            rows.append(
                (
                    pending.history, head.version, stream, version, event_id, name, schema_version,
                    msgspec.json.encode(pending.event).decode(), msgspec.json.encode(meta).decode(),
                    pending.event.occurred_at, head.recorded_at, head.hash,
                )
            )  # fmt: skip
            recorded.append(
                Recorded(
                    pending, name, head.version, version, str(event_id), head.recorded_at
                )
            )  # fmt: skip
        return rows


class EventStore:
    """A service's events; every write goes through `session`."""

    def __init__(self, pool: Pool, contract: Contract) -> None:
        self.pool = pool
        self.contract = contract
        self._flusher = Flusher(pool)

    @asynccontextmanager
    async def session(
        self, leagues: Iterable[str], streams: Sequence[str], key: IdempotencyKey | None = None
    ) -> AsyncIterator[Session]:
        """Lock the leagues, read the streams and any stored answer; commit at the end."""
        async with self.pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                _OPEN,
                sorted(set(leagues)),
                list(streams),
                key.caller if key else None,
                key.key if key else None,
            )
            session = Session(connection, self.contract, key)
            for row in rows:
                self._take(session, row)
            yield session

    async def look(self, league: str, stream: str, key: IdempotencyKey | None) -> "Glance":
        """What one command decides on, read without a lock: `append_one` finds out whether it
        still holds.
        """
        rows = await self.pool.fetch(
            _LOOK, league, stream, key.caller if key else None, key.key if key else None
        )
        glance = Glance(league)
        for row in rows:
            match row["kind"]:
                case "head":
                    glance.league_version = row["number"]
                case "answer":
                    glance.answer = _answer_of(row, key)
                case _:
                    glance.past.append(self._event_of(row))
        return glance

    async def append_one(
        self,
        glance: "Glance",
        events: Sequence[Pending],
        origin: Origin,
        answer: Answer,
        key: IdempotencyKey | None,
        shown: tuple[Table, Sequence[Row]] | None = None,
    ) -> Answer:
        """Append one stream's events, their key and inline view in a single statement.

        It is committed before it is on disk, so that the league's lock is not held for as long
        as that takes, and answered when it is on disk.

        Raises UniqueViolationError when somebody else was faster: look again, decide again.
        """
        first = events[0]
        named = [self.contract.name_of(pending.event) for pending in events]
        meta = place_meta(origin, first)
        ids = [uuid4() for _ in events]
        times = [pending.event.occurred_at for pending in events]
        digests = [
            digest_of(event_id, pending, len(glance.past) + n, name, meta)
            for n, (event_id, pending, name) in enumerate(zip(ids, events, named, strict=True), 1)
        ]
        version = await self.pool.fetchval(
            _one_statement(shown[0] if shown else None),
            self.contract.service, first.history, first.stream, len(glance.past), ids,
            [name for name, _ in named], [schema_version for _, schema_version in named],
            [msgspec.json.encode(pending.event).decode() for pending in events],
            msgspec.json.encode(meta).decode(), times, digests,
            *((key.caller, key.key, key.fingerprint) if key else (None, None, None)),
            answer.status, answer.body,
            *(zip(*shown[1], strict=True) if shown else ()),
        )  # fmt: skip
        await self.flushed()
        return replace(
            answer, positions=format_positions({(self.contract.service, first.history): version})
        )

    async def flushed(self) -> None:
        """Return once all that could be seen before is on disk: nothing less is answered."""
        await self._flusher.flushed()

    async def keep(self, answer: Answer, key: IdempotencyKey | None) -> None:
        """Keep the answer to a repeat that changed nothing: its key stands for it, too."""
        if key is not None:
            await self.pool.execute(
                _KEEP, key.caller, key.key, key.fingerprint, answer.status, answer.body,
                answer.positions,
            )  # fmt: skip

    def _take(self, session: Session, row: asyncpg.Record) -> None:
        match row["kind"]:
            case "head":
                session.heads[row["name"]] = Head(row["number"], row["bytes"], row["at"])
            case "answer":
                session.answer = _answer_of(row, session.key)
            case _:
                session.past.setdefault(row["name"], []).append(self._event_of(row))

    def _event_of(self, row: asyncpg.Record) -> Event:
        return self.contract.decode(row["type"], row["schema_version"], row["body"])


@dataclass(slots=True)
class Glance:
    """What was seen of a league and a stream without locking them."""

    league: str
    league_version: int = 0
    answer: Answer | None = None
    past: list[Event] = field(default_factory=list)


@cache
def _one_statement(table: Table | None) -> str:
    appended = f"with appended as materialized (select {_APPEND_ONE} as version)"
    shown = f", shown as ({table.upsert_from(_SHOWN_FROM)})" if table else ""
    return f"{appended}{shown} select version from appended"  # noqa: S608 - names are ours


def _answer_of(row: asyncpg.Record, key: IdempotencyKey | None) -> Answer:
    if key is not None and key.fingerprint != row["bytes"]:
        raise KeyReused
    return Answer(row["number"], row["body"].encode(), row["name"], replayed=True)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return (
        [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
    )
