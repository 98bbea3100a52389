"""What the views are answered from, wherever it is kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeAlias

from services.status.answers import Freshness
from services.status.contributions import Tree
from services.status.facts import CampaignFact, UnitFact
from services.status.pieces import Span
from shared.contracts.schedule import Window

SumRow: TypeAlias = tuple[str, str, str, int, int]
"""Ancestor, class, metric, sum up to the day, and the part judged in time."""

StepRow: TypeAlias = tuple[date, str, str, bool, int]
"""Day, class, metric, whether in time, and by how much it changed on that day."""


class Rows(Protocol):
    """Facts and sums of the roll-ups, as of now or as they were known at some position."""

    async def of_unit(self, campaign: str, unit: str) -> tuple[UnitFact | None, CampaignFact]: ...

    async def of_campaign(self, campaign: str) -> CampaignFact: ...

    async def ever_below(self, campaign: str, parent: str) -> dict[str, UnitFact]:
        """Units that stand or ever stood one level below the parent, in the order of codes."""
        ...

    async def sums(
        self,
        campaign: str,
        ancestors: Collection[str],
        tree: Tree,
        day: date,
        windows: tuple[Window, ...],
        *,
        totals: bool = False,
    ) -> Sequence[SumRow]:
        """With `totals`, what things add below a unit may be summed over its classes."""
        ...

    async def own(self, campaign: str, units: Collection[str]) -> Mapping[str, list[Span]]:
        """What the things of each unit add to it; a unit without any may be missing."""
        ...

    async def steps(
        self,
        campaign: str,
        unit: str,
        tree: Tree,
        span: tuple[date, date],
        windows: tuple[Window, ...],
        class_: str | None,
    ) -> Sequence[StepRow]:
        """Changes below a unit in a span of days; all before its first day count as of that day."""
        ...

    async def freshness(self) -> Freshness: ...
