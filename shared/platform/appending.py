"""Single commands' way through the store: what many of them look at and append goes together."""

import asyncio
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import msgspec

from shared.contracts.contract import Contract
from shared.kernel.events import Event
from shared.kernel.positions import format_positions
from shared.kernel.refusals import KeyReused
from shared.platform.durable import Flusher
from shared.platform.gathering import Gatherer
from shared.platform.inline_views import Row, Table
from shared.platform.postgres import Pool
from shared.platform.recording import (
    Answer,
    IdempotencyKey,
    Origin,
    Pending,
    digest_of,
    place_meta,
)

# What commands need, in one statement and without a lock; `number` of an answer is whose it is.
_LOOK = """
select 'head' as kind, h.league as name, h.version as number, null::smallint as small,
       null::bytea as bytes, null::text as type, null::text as body
from histories h where h.league = any($1::text[])
union all
select 'answer', k.positions, w.number, k.status, k.fingerprint, null,
       convert_from(k.answer, 'UTF8')
from unnest($3::text[], $4::text[]) with ordinality as w(caller, key, number)
join idempotency_keys k on k.caller = w.caller and k.key = w.key
union all
(select 'event', e.stream, null, e.schema_version, null, e.type, e.data::text
from events e where e.stream = any($2::text[]) order by e.stream, e.stream_version)
"""

_APPENDED = """
with appended as materialized (
    select command, version
    from append_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
)"""
_SHOWN_FROM = 19

_KEEP = """
insert into idempotency_keys (caller, key, fingerprint, status, answer, positions)
values ($1, $2, $3, $4, $5, $6)
"""


class Crossed(Exception):
    """What was looked at before the locks were taken has changed: look again."""


@dataclass(slots=True)
class Glance:
    """What was seen of a league and a stream without locking them."""

    league: str
    league_version: int = 0
    answer: Answer | None = None
    past: list[Event] = field(default_factory=list)


class _Look(NamedTuple):
    league: str
    stream: str
    key: IdempotencyKey | None


@dataclass(slots=True)
class _Seen:
    """The rows that one look was about."""

    league_version: int = 0
    answer: asyncpg.Record | None = None
    past: Sequence[asyncpg.Record] = ()


class _Append(NamedTuple):
    """What one command appends: a row for the command, a row for each event, one for the view."""

    command: Row
    events: list[Row]
    shown: Row


class Appender:
    """Looks and appends for single commands: those of the same moment share a statement."""

    def __init__(self, pool: Pool, contract: Contract) -> None:
        self._pool = pool
        self._contract = contract
        self._flusher = Flusher(pool)
        self._looks: Gatherer[_Look, _Seen] = Gatherer(self._look, patient=True)
        self._appends: dict[Table | None, Gatherer[_Append, int | None]] = {}
        self._under_way: dict[Hashable, asyncio.Event] = {}

    async def look(self, league: str, stream: str, key: IdempotencyKey | None) -> Glance:
        """What one command decides on, read without a lock: `append` finds out whether it
        still holds.
        """
        seen = await self._looks.ask(_Look(league, stream, key))
        answer = answer_of(seen.answer, seen.answer["small"], key) if seen.answer else None
        past = [self._contract.decode(r["type"], r["small"], r["body"]) for r in seen.past]
        return Glance(league, seen.league_version, answer, past)

    async def append(
        self,
        glance: Glance,
        events: Sequence[Pending],
        origin: Origin,
        answer: Answer,
        key: IdempotencyKey | None,
        shown: tuple[Table, Row] | None = None,
    ) -> Answer:
        """Append one stream's events, their key and inline view in a single statement.

        It is committed before it is on disk, so that the league's lock is not held for as long
        as that takes, and answered when it is on disk.

        Raises Crossed or UniqueViolationError when somebody else was faster: look again, decide
        again.
        """
        table, row = shown if shown is not None else (None, ())
        stream = events[0].stream
        append = self._append_of(len(glance.past), events, origin, answer, key, row)
        for mark in (stream, key):
            if mark is not None and (ahead := self._under_way.get(mark)) is not None:
                await ahead.wait()
                raise Crossed
        with self._marked(stream, key):
            version = await self._gatherer(table).ask(append)
            if version is None:  # its league is locked, for longer than others may be held up
                (version,) = await self._append(table, [append], wait=True)
        await self.flushed()
        positions = format_positions({(self._contract.service, glance.league): version or 0})
        return replace(answer, positions=positions)

    async def keep(self, answer: Answer, key: IdempotencyKey | None) -> None:
        """Keep the answer to a repeat that changed nothing: its key stands for it, too."""
        if key is not None:
            await self._pool.execute(
                _KEEP, key.caller, key.key, key.fingerprint, answer.status, answer.body,
                answer.positions,
            )  # fmt: skip

    async def flushed(self) -> None:
        """Return once all that could be seen before is on disk: nothing less is answered."""
        await self._flusher.flushed()

    async def _look(self, looks: list[_Look]) -> list[_Seen]:
        rows = await self._pool.fetch(
            _LOOK,
            [look.league for look in looks],
            [look.stream for look in looks],
            [look.key.caller if look.key else None for look in looks],
            [look.key.key if look.key else None for look in looks],
        )
        versions: dict[str, int] = {}
        answers: dict[int, asyncpg.Record] = {}
        past: dict[str, list[asyncpg.Record]] = {}
        for row in rows:
            match row["kind"]:
                case "head":
                    versions[row["name"]] = row["number"]
                case "answer":
                    answers[row["number"]] = row
                case _:
                    past.setdefault(row["name"], []).append(row)
        return [
            _Seen(versions.get(look.league, 0), answers.get(number), past.get(look.stream, ()))
            for number, look in enumerate(looks, 1)
        ]

    def _append_of(
        self,
        version: int,
        events: Sequence[Pending],
        origin: Origin,
        answer: Answer,
        key: IdempotencyKey | None,
        shown: Row,
    ) -> _Append:
        first = events[0]
        meta = place_meta(origin, first)
        rows: list[Row] = []
        for number, pending in enumerate(events, version + 1):
            event_id, event = uuid4(), pending.event
            name = self._contract.name_of(event)
            digest = digest_of(event_id, pending, number, name, meta)
            data = msgspec.json.encode(event).decode()
            rows.append((number, event_id, *name, data, event.occurred_at, digest))
        kept = (key.caller, key.key, key.fingerprint) if key else (None, None, None)
        told = msgspec.json.encode(meta).decode()
        command = (first.history, first.stream, told, *kept, answer.status, answer.body)
        return _Append(command, rows, shown)

    def _gatherer(self, table: Table | None) -> Gatherer[_Append, int | None]:
        gatherer = self._appends.get(table)
        if gatherer is None:

            async def append(appends: list[_Append]) -> list[int | None]:
                return await self._append(table, appends, wait=False)

            gatherer = self._appends[table] = Gatherer(append)
        return gatherer

    async def _append(
        self, table: Table | None, appends: Sequence[_Append], *, wait: bool
    ) -> list[int | None]:
        """Each one's version, or None where its league was locked."""
        events = [
            (number, *event) for number, each in enumerate(appends, 1) for event in each.events
        ]
        rows = await self._pool.fetch(
            _statement(table), self._contract.service, wait,
            *_columns([each.command for each in appends]), *_columns(events),
            *(_columns([each.shown for each in appends]) if table is not None else ()),
        )  # fmt: skip
        versions: dict[int, int] = {row["command"]: row["version"] for row in rows}
        return [versions.get(number) for number in range(1, len(appends) + 1)]

    @contextmanager
    def _marked(self, *marks: Hashable) -> Iterator[None]:
        """While this is under way, nobody else need try the same stream or key."""
        done = asyncio.Event()
        taken = [mark for mark in marks if mark is not None]
        self._under_way.update(dict.fromkeys(taken, done))
        try:
            yield
        finally:
            for mark in taken:
                del self._under_way[mark]
            done.set()


def answer_of(row: asyncpg.Record, status: int, key: IdempotencyKey | None) -> Answer:
    """The answer kept under this key; raises KeyReused where that was another request's."""
    if key is not None and key.fingerprint != row["bytes"]:
        raise KeyReused
    return Answer(status, row["body"].encode(), row["name"], replayed=True)


@cache
def _statement(table: Table | None) -> str:
    only = "where nth_row in (select command from appended)"
    shown = f", shown as ({table.upsert_from(_SHOWN_FROM, only)})" if table else ""
    return f"{_APPENDED}{shown} select command, version from appended"  # noqa: S608 - names are ours


def _columns(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))
