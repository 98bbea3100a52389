"""The views' rows as they would be: those that are, and the difference beside them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from services.status.answers import Freshness
from services.status.contributions import Tree
from services.status.facts import CampaignFact, UnitFact
from services.status.knowing.recalled import Recalled
from services.status.pieces import Span
from services.status.rehearsing.folding import Folded
from services.status.rows import Rows, StepRow, SumRow
from shared.contracts.schedule import Window
from shared.kernel.units import own_code


class RehearsedRows:
    """Answers as the rows below do, but for what the folded events would change."""

    def __init__(self, rows: Rows, campaign: str, folded: Folded) -> None:
        self._rows = rows
        self._facts = folded.facts
        self._difference = Recalled(campaign, "")
        self._difference.marks.update(folded.changes)

    async def of_unit(self, campaign: str, unit: str) -> tuple[UnitFact | None, CampaignFact]:
        fact, of_campaign = await self._rows.of_unit(campaign, unit)
        return self._facts.get(unit, fact), of_campaign

    async def of_campaign(self, campaign: str) -> CampaignFact:
        return await self._rows.of_campaign(campaign)

    async def ever_below(self, campaign: str, parent: str) -> dict[str, UnitFact]:
        found = await self._rows.ever_below(campaign, parent)
        changed = {
            code: fact
            for code, fact in self._facts.items()
            if code in found or any(_parent(p.path) == parent for p in fact.placements)
        }
        return dict(sorted((found | changed).items()))

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
        sums: Counter[tuple[str, str, str]] = Counter()
        in_time: Counter[tuple[str, str, str]] = Counter()
        for rows in (
            await self._rows.sums(campaign, ancestors, tree, day, windows, totals=totals),
            await self._difference.sums(campaign, ancestors, tree, day, windows),
        ):
            for ancestor, class_, metric, n, timely in rows:
                sums[(ancestor, class_, metric)] += n
                in_time[(ancestor, class_, metric)] += timely
        return [(*key, n, in_time[key]) for key, n in sums.items()]

    async def own(self, campaign: str, units: Collection[str]) -> Mapping[str, list[Span]]:
        return await self._rows.own(campaign, units)

    async def steps(
        self,
        campaign: str,
        unit: str,
        tree: Tree,
        span: tuple[date, date],
        windows: tuple[Window, ...],
        class_: str | None,
    ) -> Sequence[StepRow]:
        rows = await self._rows.steps(campaign, unit, tree, span, windows, class_)
        more = await self._difference.steps(campaign, unit, tree, span, windows, class_)
        return sorted([*rows, *more])

    async def freshness(self) -> Freshness:
        return await self._rows.freshness()


def _parent(path: str) -> str:
    return own_code(path.rpartition(".")[0])
