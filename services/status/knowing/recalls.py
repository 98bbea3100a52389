"""Recalls: units as they were known at an instant, one folded at a time, the last few kept."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from services.status.knowing.lateness import lateness
from services.status.knowing.positions import position_at
from services.status.knowing.reading import Parts, parts
from services.status.knowing.recalled import Recalled
from services.status.knowing.recalling import Recalling
from services.status.knowing.scope import Scope, scope_of
from services.status.queries import Asked
from services.status.stored import StoredRows
from services.status.things.items import STANDARD, Thresholds
from shared.kernel.positions import Positions, format_positions
from shared.kernel.refusals import Refusal, UnknownUnit
from shared.platform.postgres import Pool

_WAITING: Final = 8
_KEPT_WEIGHT: Final = 120_000
"""About 25 MB: two regions, or a region and some leagues."""

_Key: TypeAlias = tuple[str, str, str, Thresholds]


class TooManyRecalls(Refusal):
    code = "too-many-recalls"
    status = 503
    zh = "已有 {waiting} 个历史查询在等候,请稍后再试。"
    en = "{waiting} questions about what was known are waiting already; try again shortly."


class UnknownThen(Refusal):
    code = "unit-unknown-then"
    status = 404
    zh = "在 {known_at} 时系统尚不知道单位 {unit}。"
    en = "At {known_at} nothing was known of unit {unit} yet."


class Recall(NamedTuple):
    """What was known of a unit, and up to which version of each history."""

    rows: Recalled
    position: Positions

    @property
    def token(self) -> str:
        return format_positions(self.position)


class Recalls:
    """Folds what was known when it is asked for."""

    def __init__(
        self, pool: Pool, projection: str, *, waiting: int = _WAITING, kept: int = _KEPT_WEIGHT
    ) -> None:
        self._pool = pool
        self._projection = projection
        self._one = asyncio.Lock()
        self._waiting = 0
        self._most_waiting = waiting
        self._most_kept = kept
        self._kept: OrderedDict[_Key, Recalled] = OrderedDict()

    async def at(
        self, campaign: str, unit: str, known_at: datetime, thresholds: Thresholds = STANDARD
    ) -> Recall:
        """Of a unit that is known today; UnknownThen if it was not."""
        position = await position_at(self._pool, self._projection, known_at)
        rows = await self.up_to(campaign, unit, position, thresholds)
        if rows.fact is None or rows.fact.registered_on is None:
            raise UnknownThen(unit=unit, known_at=known_at)
        return Recall(rows, position)

    async def up_to(
        self, campaign: str, unit: str, position: Positions, thresholds: Thresholds = STANDARD
    ) -> Recalled:
        key = campaign, unit, format_positions(position), thresholds
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        async with self._turn():
            if key not in self._kept:
                self._keep(key, await self._folded(campaign, unit, position, thresholds))
            return self._kept[key]

    @asynccontextmanager
    async def histories(
        self, campaign: str, unit: str, position: Positions
    ) -> AsyncGenerator[Parts, None]:
        """For a fold of the caller's own: all that may tell of the unit and what is below it."""
        async with self._turn():
            scope = await self._scope(campaign, unit)
            async with aclosing(parts(self._pool, campaign, position, scope)) as told:
                yield told

    async def late(self, recall: Recall, asked: Asked) -> int:
        """How many entries of the unit and those below it were recorded after their day."""
        return recall.rows.late(asked.day, asked.tree)

    async def _folded(
        self, campaign: str, unit: str, position: Positions, thresholds: Thresholds
    ) -> Recalled:
        """The database counts what was late while the histories are folded here."""
        scope = await self._scope(campaign, unit)

        async def fold() -> Recalled:
            async with aclosing(parts(self._pool, campaign, position, scope)) as told:
                return await Recalling(campaign, unit, thresholds).fold(told)

        counted = lateness(self._pool, campaign, position, scope)
        rows, late = await asyncio.gather(fold(), counted)
        rows.lateness = late
        return rows

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None, None]:
        """One fold at a time."""
        if self._waiting >= self._most_waiting:
            raise TooManyRecalls(waiting=self._waiting)
        self._waiting += 1
        try:
            async with self._one:
                yield
        finally:
            self._waiting -= 1

    async def _scope(self, campaign: str, unit: str) -> Scope:
        fact, _ = await StoredRows(self._pool, self._projection).of_unit(campaign, unit)
        if fact is None or fact.registered_on is None:
            raise UnknownUnit(unit=unit)
        return await scope_of(self._pool, campaign, fact)

    def _keep(self, key: _Key, rows: Recalled) -> None:
        """The last one is kept, whatever it weighs."""
        self._kept[key] = rows
        weight = sum(each.weight for each in self._kept.values())
        while weight > self._most_kept and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            weight -= oldest.weight
