"""The event store: gapless per-league histories, appended under the league's row lock."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec

from shared.contracts.contract import Contract
from shared.kernel.envelope import chain_hash
from shared.kernel.events import Event
from shared.platform.appending import Appender, answer_of
from shared.platform.inline_views import Row
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

# Histories this transaction made to lock them and then recorded nothing in. One that was there
# before stays: whoever waits for its lock would find it gone.
_UNBEGIN = """
delete from histories
where league = any($1::text[]) and version = 0 and xmin = pg_current_xact_id()::xid
"""

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


EVENT_COLUMNS = (
    "league", "version", "stream", "stream_version", "event_id", "type", "schema_version",
    "data", "meta", "occurred_at", "recorded_at", "hash",
)  # fmt: skip
_AT_ONCE = 1_000


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
                    "events", records=rows, columns=EVENT_COLUMNS
                )
            rows = self._place(events[start : start + _AT_ONCE], origin, now, grown, recorded)
        answer = make_answer(recorded)
        if recorded or self.key is not None:
            grown_heads = {
                each.pending.history: self.heads[each.pending.history] for each in recorded
            }
            moved = [(name, h.version, h.hash, h.recorded_at) for name, h in grown_heads.items()]
            columns = _columns(rows, len(EVENT_COLUMNS))
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
    """A service's events; what is written goes through `session`, or `appender` for single
    commands.
    """

    def __init__(self, pool: Pool, contract: Contract) -> None:
        self.pool = pool
        self.contract = contract
        self.appender = Appender(pool, contract)

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
            empty = [league for league, head in session.heads.items() if not head.version]
            if empty:
                await connection.execute(_UNBEGIN, empty)

    def _take(self, session: Session, row: asyncpg.Record) -> None:
        match row["kind"]:
            case "head":
                session.heads[row["name"]] = Head(row["number"], row["bytes"], row["at"])
            case "answer":
                session.answer = answer_of(row, row["number"], session.key)
            case _:
                session.past.setdefault(row["name"], []).append(self._event_of(row))

    def _event_of(self, row: asyncpg.Record) -> Event:
        return self.contract.decode(row["type"], row["schema_version"], row["body"])


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return (
        [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
    )
