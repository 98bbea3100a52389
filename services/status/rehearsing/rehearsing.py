"""Rehearsing steps: every total before and after, of every unit above an old or a new place."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from services.status.answers import UnitStatus
from services.status.contributions import NOW, THEN, Tree
from services.status.explaining.figure import figures_in, number
from services.status.facts import UnitFact
from services.status.queries import Asked, Views
from services.status.rehearsing.answer import (
    AffectedUnit,
    ChangedFigure,
    MovedUnit,
    Rehearsal,
    StepAnswer,
    Totals,
)
from services.status.rehearsing.bodies import Step
from services.status.rehearsing.dry_run import Outcome
from services.status.rehearsing.folding import folded
from services.status.rehearsing.rehearsed import RehearsedRows
from services.status.rows import Rows
from services.status.storage import FEW, fetch_facts, read_facts
from services.status.stored import StoredRows
from shared.kernel.access import Action, Caller
from shared.kernel.refusals import OutsideSubtree, UnknownUnit
from shared.platform.postgres import Connection, Pool

_MOST_LISTED: Final = 500
_TREES: Final[tuple[Tree, Tree]] = (THEN, NOW)


class Rehearsals:
    """Rehearses on one snapshot of the views, which go on meanwhile."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection

    async def rehearse(
        self,
        campaign: str,
        day: date,
        steps: Sequence[Step],
        outcomes: Sequence[Outcome],
        caller: Caller,
    ) -> Rehearsal:
        events = [event for outcome in outcomes for event in outcome.events]
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            rows = StoredRows(connection, self._projection)
            codes = sorted({event.subject for event in events})
            facts = await _facts(connection, campaign, codes)
            would_be = folded(facts, await rows.own(campaign, codes), events)
            comparing = _Comparing(rows, RehearsedRows(rows, campaign, would_be), campaign, day)
            affected, hidden = await comparing.affected(would_be.above(), caller)
            freshness = await rows.freshness()
        moved = [_moved(code, facts[code], would_be.facts[code], day) for code in codes]
        return Rehearsal(
            campaign=campaign,
            as_of=day,
            steps=[
                StepAnswer(*step, len(outcome.events), outcome.refusal)
                for step, outcome in zip(steps, outcomes, strict=True)
            ],
            moved_count=len(moved),
            moved=moved[:_MOST_LISTED],
            affected=affected,
            hidden=hidden,
            freshness=freshness,
        )


class _Comparing:
    """Units as they are and as they would be."""

    def __init__(self, before: Rows, after: Rows, campaign: str, day: date) -> None:
        self._before, self._after = Views(before), Views(after)
        self._campaign, self._day = campaign, day

    async def affected(
        self, codes: Iterable[str], caller: Caller
    ) -> tuple[list[AffectedUnit], int]:
        """Each unit the caller may see, from the top down, and how many there are beside them."""
        found: list[AffectedUnit] = []
        hidden = 0
        for code in sorted(codes):
            try:
                found.append(await self._unit(code, caller))
            except OutsideSubtree:
                hidden += 1
        return sorted(found, key=lambda unit: (unit.level, unit.unit)), hidden

    async def _unit(self, code: str, caller: Caller) -> AffectedUnit:
        then, now = [Asked(self._campaign, code, self._day, tree) for tree in _TREES]
        known = await self._before.known(then)
        caller.require(Action.READ_STATUS, known.unit.path)
        return AffectedUnit(
            unit=code,
            name=known.unit.name_on(self._day),
            level=known.unit.level,
            then=await self._totals(then),
            now=await self._totals(now),
        )

    async def _totals(self, asked: Asked) -> Totals:
        before = await self._before.status(asked, await self._before.known(asked))
        after = await self._after.status(asked, await self._after.known(asked))
        return Totals(before.total, after.total, changed(before, after))


def changed(before: UnitStatus, after: UnitStatus) -> list[ChangedFigure]:
    """Every figure that is not the same in both, by its path."""
    was, is_ = msgspec.to_builtins(before), msgspec.to_builtins(after)
    found: list[ChangedFigure] = []
    for figure in dict.fromkeys([*figures_in(was), *figures_in(is_)]):
        path = tuple(figure.split("."))
        old, new = number(was, path), number(is_, path)
        if old != new:
            found.append(ChangedFigure(figure, old, new, new - old))
    return found


async def _facts(
    connection: Connection, campaign: str, codes: Sequence[str]
) -> Mapping[str, UnitFact]:
    """The facts of these units; UnknownUnit where the views have not heard of one yet."""
    found: dict[str, UnitFact] = {}
    for start in range(0, len(codes), FEW):
        keys = [(campaign, code) for code in codes[start : start + FEW]]
        rows = await fetch_facts(connection, keys)
        for (_, code), (_, fact) in read_facts(keys, rows).items():
            if fact.registered_on is None:
                raise UnknownUnit(unit=code)
            found[code] = fact
    return found


def _moved(code: str, before: UnitFact, after: UnitFact, day: date) -> MovedUnit:
    ending = after.ending
    return MovedUnit(
        code, before.name_on(day), before.path, after.path, ending.into if ending else None
    )
