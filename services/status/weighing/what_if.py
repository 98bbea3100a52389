"""What if: a unit's views under the rules in force and under supposed ones, side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from services.status.answers import ChildRow, Hindsight, LeagueRow, UnitStatus
from services.status.contributions import Tree
from services.status.knowing.positions import position_now
from services.status.knowing.recalls import Recalls
from services.status.ordering import Order, Sort, page
from services.status.queries import Views
from services.status.sight import Seen
from services.status.stored import Reader
from services.status.things.items import STANDARD
from services.status.weighing.differences import Difference, differences
from services.status.weighing.supposed import RuleSet, Supposed, in_force, supposing


class Judged(msgspec.Struct):
    """What the views show under a set of rules."""

    rules: RuleSet
    status: UnitStatus
    children: list[ChildRow]
    leagues: list[LeagueRow]


class WhatIf(Hindsight):
    """Both, and all figures in which they differ; children are shown page by page."""

    campaign: str
    unit: str
    as_of: date
    tree: Tree
    real: Judged
    supposed: Judged
    children: int
    next_cursor: str | None
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Page:
    cursor: str | None
    limit: int


class Supposing:
    """Judges what is seen under other rules. Nothing is written: rules apply when figures are read."""

    def __init__(self, rows: Reader, projection: str, recalls: Recalls) -> None:
        self._rows = rows
        self._projection = projection
        self._recalls = recalls

    async def what_if(self, seen: Seen, supposed: Supposed, shown: Page) -> WhatIf:
        asked = seen.asked
        real = await _judged(seen.views, seen, in_force(seen.known))
        judging = seen._replace(known=supposed.judging(seen.known))
        views = await self._views(seen, supposed)
        other = await _judged(views, judging, supposing(seen.known, supposed))
        found = list(_all_differences(real, other))
        count = len(real.children)
        real.children, following = page(
            real.children, Sort.CODE, Order.ASC, shown.cursor, shown.limit
        )
        codes = {row.unit.unit for row in real.children}
        other.children = [row for row in other.children if row.unit.unit in codes]
        return WhatIf(
            campaign=asked.campaign,
            unit=asked.unit,
            as_of=asked.day,
            tree=asked.tree,
            real=real,
            supposed=other,
            children=count,
            next_cursor=following,
            differences=found,
        )

    async def _views(self, seen: Seen, supposed: Supposed) -> Views:
        """Thresholds of items decide what is summed: under others, all is summed anew."""
        if supposed.thresholds == STANDARD:
            return seen.views
        if seen.recall is not None:
            position = seen.recall.position
        else:
            position = await position_now(self._rows, self._projection)
        asked = seen.asked
        return Views(
            await self._recalls.up_to(asked.campaign, asked.unit, position, supposed.thresholds)
        )


async def _judged(views: Views, seen: Seen, rules: RuleSet) -> Judged:
    return Judged(
        rules,
        await views.status(seen.asked, seen.known),
        await views.children(seen.asked, seen.known),
        await views.leagues(seen.asked, seen.known),
    )


def _all_differences(real: Judged, other: Judged) -> Iterator[Difference]:
    yield from _of("status", [real.status], [other.status])
    yield from _of("children", real.children, other.children)
    ranked = {row.unit.unit: row for row in other.leagues}
    yield from _of("leagues", real.leagues, [ranked[row.unit.unit] for row in real.leagues])


def _of(
    view: str,
    real: Sequence[UnitStatus | ChildRow | LeagueRow],
    other: Sequence[UnitStatus | ChildRow | LeagueRow],
) -> Iterator[Difference]:
    for one, another in zip(real, other, strict=True):
        told, supposed = msgspec.to_builtins(one), msgspec.to_builtins(another)
        yield from differences(view, one.unit.unit, told, supposed)
