"""Runs commands for units: look at the tree, lock its leagues, look again, decide, append."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.units.deciding import Deciding
from services.units.domain.tree import Tree
from services.units.domain.unit import MergeInto, Move, Register
from services.units.scope import leagues_of_file, scope_of
from services.units.views import read_tree, write_units
from shared.contracts.units import UNITS
from shared.kernel.access import Action, Caller
from shared.kernel.positions import format_positions
from shared.kernel.time import local_date
from shared.platform.appending import Crossed
from shared.platform.bulk_http import Run
from shared.platform.commands import Outcome, Receipt, RowsRefused, Work, retried
from shared.platform.eventstore import EventStore, Session
from shared.platform.postgres import Connection
from shared.platform.recording import (
    Answer,
    AnswerMaker,
    IdempotencyKey,
    Origin,
    Recorded,
    positions_of,
    token_of,
)


class UnitHandler:
    """Units of any campaign, in one store."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def one(
        self,
        work: Work[Any],
        caller: Caller,
        origin: Origin,
        key: IdempotencyKey | None = None,
    ) -> tuple[Answer, int]:
        """The answer (a Receipt) and the unit's version; raises Refusal, and nothing is written."""
        caller.require_anywhere(Action.WRITE_UNITS)

        async def attempt() -> tuple[Answer, int]:
            async with self._store.pool.acquire() as connection:
                scope = scope_of(await _look(connection, work), work)
            async with self._store.session(scope.leagues, list(scope.streams), key) as session:
                if session.answer is not None:
                    kept = msgspec.json.decode(session.answer.body, type=Receipt)
                    return session.answer, kept.version
                tree = await _look(session.connection, work)
                if not scope.covers(scope_of(tree, work)):
                    raise Crossed
                deciding = Deciding(session, tree, caller, _today())
                events = deciding.decide(work)
                version = deciding.version_of(work.stream)
                _, answer = await session.append(
                    deciding.pending, origin, _receipt(session, work, version, scope.leagues)
                )
                if events:
                    await write_units(session.connection, deciding.changes)
                return answer, version

        return await retried(attempt)

    async def register_many(
        self, works: Sequence[Work[Register]], caller: Caller, run: Run
    ) -> Outcome[Any, Any]:
        """Register a file's units in one transaction, parents before children as they are given;
        may raise RowsRefused.
        """
        if not works:
            return Outcome()
        campaign = works[0].campaign
        codes = {code for work in works for code in (work.command.code, work.command.parent or "")}

        async def attempt() -> Outcome[Any, Any]:
            async with self._store.pool.acquire() as connection:
                tree = await read_tree(connection, campaign, codes)
            # A dry run appends nothing: it locks nothing, and leaves no new league behind.
            leagues = set() if run.dry_run else leagues_of_file(works, tree)
            streams = list({work.stream: None for work in works})
            key = None if run.dry_run else run.key
            async with self._store.session(leagues, streams, key) as session:
                if session.answer is not None:
                    return Outcome(answer=session.answer)
                tree = await read_tree(session.connection, campaign, codes)
                deciding = Deciding(session, tree, caller, _today())
                outcome = await deciding.decide_rows(works)
                if outcome.refused and not run.accept_valid:
                    raise RowsRefused(outcome)
                if run.dry_run:
                    return outcome
                if not leagues >= {pending.history for pending in deciding.pending}:
                    raise Crossed
                await _write_file(session, deciding, outcome, run)
                return outcome

        return await retried(attempt)


async def _look(connection: Connection, work: Work[Any]) -> Tree:
    match work.command:
        case Register(parent=other):
            return await read_tree(connection, work.campaign, {work.unit, other or work.unit})
        case Move(to=other) | MergeInto(into=other):
            return await read_tree(connection, work.campaign, {work.unit, other}, work.unit)
        case _:
            return await read_tree(connection, work.campaign, {work.unit}, work.unit)


async def _write_file(
    session: Session, deciding: Deciding, outcome: Outcome[Any, Any], run: Run
) -> None:
    def answer(recorded: list[Recorded]) -> Answer:
        outcome.recorded = recorded
        status, body = run.report(outcome)
        return Answer(status, body, token_of(UNITS.service, recorded))

    outcome.pending = deciding.pending
    _, outcome.answer = await session.append(deciding.pending, run.origin, answer)
    await write_units(session.connection, deciding.changes)


def _receipt(
    session: Session, work: Work[Any], version: int, leagues: Iterable[str]
) -> AnswerMaker:
    def answer(recorded: list[Recorded]) -> Answer:
        own = [event for event in recorded if event.pending.stream == work.stream]
        league = own[-1].pending.history if own else min(leagues)
        receipt = Receipt(
            stream=work.stream,
            version=version,
            league=league,
            events=[event.name for event in own],
        )
        positions = {(UNITS.service, league): session.league_version(league)}
        positions |= positions_of(UNITS.service, recorded)
        return Answer(
            201 if recorded else 200, msgspec.json.encode(receipt), format_positions(positions)
        )

    return answer


def _today() -> date:
    return local_date(datetime.now(UTC))
