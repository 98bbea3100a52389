"""The one handler of commands: load, decide, append, answer; retried when writers cross."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec

from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.positions import format_positions
from shared.kernel.refusals import Refusal, StaleVersion
from shared.kernel.units import league_of
from shared.platform.appending import Crossed
from shared.platform.eventstore import EventStore, Session
from shared.platform.inline_views import Showing
from shared.platform.postgres import Connection
from shared.platform.recording import (
    Answer,
    AnswerMaker,
    IdempotencyKey,
    Origin,
    Pending,
    Recorded,
    token_of,
)

Command = TypeVar("Command")
State = TypeVar("State")

_LOOKS = 3
_AT_ONCE = 1_000
_ATTEMPTS = 4


_CROSSED = (
    Crossed,
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


@dataclass(frozen=True, slots=True)
class Work(Generic[Command]):
    """One command for one stream, about one unit; `row` is its place in an upload."""

    stream: str
    campaign: str
    unit: str
    path: str
    command: Command
    expected_version: int | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Change(Generic[Command, State]):
    """What a command made of its stream: the new state and version."""

    work: Work[Command]
    state: State
    version: int


class Receipt(msgspec.Struct, frozen=True):
    """The answer to a write: the stream's version and what was recorded, if anything."""

    stream: str
    version: int
    league: str
    events: list[str]


@dataclass(slots=True)
class Outcome(Generic[Command, State]):
    """What became of many commands: changes made, repeats that changed nothing, refusals by row."""

    changes: dict[str, Change[Command, State]] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    accepted_rows: list[int] = field(default_factory=list)
    unchanged_rows: list[int] = field(default_factory=list)
    refused: list[tuple[int, Refusal]] = field(default_factory=list)
    answer: Answer | None = None


class RowsRefused(Exception):
    """An all-or-nothing upload had refusals; nothing was written."""

    def __init__(self, outcome: Outcome[Any, Any]) -> None:
        super().__init__(f"{len(outcome.refused)} rows refused")
        self.outcome = outcome


View = Callable[[Connection, Sequence[Change[Any, Any]]], Awaitable[None]]
"""Writes an inline read model, in the transaction of the events it shows."""

Complete = Callable[[Session, Outcome[Any, Any]], Awaitable[None]]
"""Completes what was decided with what only the held locks make sure, as numbers in a row."""

Report = Callable[[Outcome[Any, Any]], tuple[int, bytes]]
"""Makes status and body of the answer to an upload."""


class CommandHandler:
    """Runs deciders against a store."""

    def __init__(self, store: EventStore) -> None:
        self.store = store

    async def one(
        self,
        decider: Decider[Command, State, Event],
        work: Work[Command],
        origin: Origin,
        *,
        key: IdempotencyKey | None = None,
        view: Showing | None = None,
    ) -> Answer:
        """Decide one command; the answer is a Receipt. Raises Refusal; nothing is written then.

        Two round trips: a look without a lock, and an append that fails when the look is stale;
        where it is stale time and again, or the view writes more than a row, the lock is taken first.
        """
        for _ in range(0 if view is not None and view.details else _LOOKS):
            try:
                return await self._at_a_glance(decider, work, origin, key, view)
            except _CROSSED:
                continue
        # So many write to this stream that what is seen without the lock never holds.
        return await retried(lambda: self._under_lock(decider, work, origin, key, view))

    async def _at_a_glance(
        self,
        decider: Decider[Command, State, Event],
        work: Work[Command],
        origin: Origin,
        key: IdempotencyKey | None,
        view: Showing | None,
    ) -> Answer:
        appender = self.store.appender
        glance = await appender.look(league_of(work.path), work.stream, key)
        if glance.answer is not None:
            await appender.flushed()
            return glance.answer
        outcome = _decide_one(decider, work, glance.past)
        answer = self._receipt(work, outcome, len(glance.past), glance.league_version)
        if not outcome.pending:
            await appender.keep(answer, key)
            await appender.flushed()
            return answer
        change = outcome.changes[work.stream]
        shown = (view.table, view.row_of(change)) if view is not None else None
        return await appender.append(glance, outcome.pending, origin, answer, key, shown)

    async def _under_lock(
        self,
        decider: Decider[Command, State, Event],
        work: Work[Command],
        origin: Origin,
        key: IdempotencyKey | None,
        view: Showing | None,
    ) -> Answer:
        league = league_of(work.path)
        async with self.store.session([league], [work.stream], key) as session:
            if session.answer is not None:
                return session.answer
            outcome = _decide_one(decider, work, session.past.get(work.stream, ()))

            def make_answer(_: list[Recorded]) -> Answer:
                before = session.version_of(work.stream)
                return self._receipt(work, outcome, before, session.league_version(league))

            return await _commit(session, outcome, origin, view, make_answer)

    def _receipt(
        self, work: Work[Any], outcome: Outcome[Any, Any], before: int, league_version: int
    ) -> Answer:
        events = [self.store.contract.name_of(p.event)[0] for p in outcome.pending]
        league = league_of(work.path)
        receipt = Receipt(work.stream, before + len(events), league, events)
        # A repeat that changed nothing is answered with a token, too: its caller may wait for it.
        seen = {(self.store.contract.service, league): league_version}
        return Answer(201 if events else 200, msgspec.json.encode(receipt), format_positions(seen))

    async def many(
        self,
        decider: Decider[Command, State, Event],
        works: Sequence[Work[Command]],
        origin: Origin,
        report: Report,
        *,
        key: IdempotencyKey | None = None,
        view: View | None = None,
        complete: Complete | None = None,
        accept_valid: bool = False,
        dry_run: bool = False,
    ) -> Outcome[Command, State]:
        """Decide many commands in one transaction, a set at a time.

        All or nothing unless `accept_valid`; a dry run decides everything and writes nothing.
        """

        async def attempt() -> Outcome[Command, State]:
            leagues = {league_of(work.path) for work in works}
            streams = list({work.stream: None for work in works})
            async with self.store.session(leagues, streams, None if dry_run else key) as session:
                if session.answer is not None:
                    return Outcome(answer=session.answer)
                outcome = await _decide_all(decider, works, session.past)
                if outcome.refused and not accept_valid:
                    raise RowsRefused(outcome)
                if dry_run:
                    outcome.recorded = []
                    return outcome
                if complete is not None:
                    await complete(session, outcome)
                outcome.answer = await _commit(
                    session, outcome, origin, view, _report_of(session, outcome, report)
                )
                return outcome

        return await retried(attempt)


def _decide_one(
    decider: Decider[Command, State, Event], work: Work[Command], past: Sequence[Event]
) -> Outcome[Command, State]:
    outcome: Outcome[Command, State] = Outcome()
    _decide(decider, [work], {work.stream: past}, outcome)
    if outcome.refused:
        raise outcome.refused[0][1]
    return outcome


async def _decide_all(
    decider: Decider[Command, State, Event],
    works: Sequence[Work[Command]],
    past: Mapping[str, Sequence[Event]],
) -> Outcome[Command, State]:
    """Decide a part at a time: between parts other requests get their turn."""
    outcome: Outcome[Command, State] = Outcome()
    for start in range(0, len(works), _AT_ONCE):
        _decide(decider, works[start : start + _AT_ONCE], past, outcome)
        await asyncio.sleep(0)
    return outcome


def _decide(
    decider: Decider[Command, State, Event],
    works: Sequence[Work[Command]],
    past: Mapping[str, Sequence[Event]],
    outcome: Outcome[Command, State],
) -> None:
    """Decide in order, each seeing what those before it on the same stream decided."""
    for work in works:
        change = outcome.changes.get(work.stream)
        if change is not None:
            state, version = change.state, change.version
        else:
            before = past.get(work.stream, ())
            state, version = decider.fold(before), len(before)
        try:
            _expect(work, version)
            events = decider.decide(work.command, state)
        except Refusal as refusal:
            outcome.refused.append((work.row, refusal))
            continue
        (outcome.accepted_rows if events else outcome.unchanged_rows).append(work.row)
        state = decider.fold(events, state)
        outcome.changes[work.stream] = Change(work, state, version + len(events))
        outcome.pending += [
            Pending(work.stream, work.campaign, work.unit, work.path, event) for event in events
        ]


def _expect(work: Work[Any], version: int) -> None:
    if work.expected_version is not None and work.expected_version != version:
        raise StaleVersion(expected=work.expected_version, actual=version)


async def _commit(
    session: Session,
    outcome: Outcome[Any, Any],
    origin: Origin,
    view: View | None,
    make_answer: AnswerMaker,
) -> Answer:
    outcome.recorded, answer = await session.append(outcome.pending, origin, make_answer)
    if view is not None and outcome.recorded:
        await view(session.connection, list(outcome.changes.values()))
    return answer


def _report_of(session: Session, outcome: Outcome[Any, Any], report: Report) -> AnswerMaker:
    def answer(recorded: list[Recorded]) -> Answer:
        outcome.recorded = recorded
        status, body = report(outcome)
        return Answer(status, body, token_of(session.contract.service, recorded))

    return answer


Result = TypeVar("Result")


async def retried(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Run again when another writer crossed us: a stream that moved between leagues, or the
    same key at the same moment.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except _CROSSED:
            continue
    return await attempt()
