"""The views' questions, and their answers put together from facts and sums."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from services.status.answers import ChildRow, Freshness, LeagueRow, UnitStatus
from services.status.contributions import ALL, NOW, OWN, Tree
from services.status.facts import CampaignFact, UnitFact
from services.status.figures import (
    ClassFigures,
    Counts,
    Sum,
    class_figures,
    counted,
    tallied,
    total,
    windows_by_class,
)
from services.status.lights import NEAR, Nearness
from services.status.ordering import ranked
from services.status.own import own_steps, own_tallies
from services.status.portraits import campaign_state, head_of, own_counts, own_state
from services.status.rows import Rows
from services.status.series import Step
from shared.contracts.schedule import Window
from shared.kernel.refusals import UnknownUnit
from shared.kernel.setting import UnknownCampaign
from shared.kernel.units import own_code


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit of a campaign on a day, under the tree of that day or of today."""

    campaign: str
    unit: str
    day: date
    tree: Tree


@dataclass(frozen=True, slots=True)
class Known:
    """What the facts say of the asked unit and its campaign."""

    unit: UnitFact
    campaign: CampaignFact
    windows: tuple[Window, ...]
    near: Nearness = NEAR


class Views:
    """Answers questions from rows, wherever these are kept."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def known(self, asked: Asked) -> Known:
        """The facts asked about, or UnknownUnit."""
        unit, campaign = await self._rows.of_unit(asked.campaign, asked.unit)
        if unit is None or unit.registered_on is None:
            raise UnknownUnit(unit=asked.unit)
        return Known(unit, campaign, campaign.windows_on(asked.day))

    async def campaign(self, campaign: str) -> CampaignFact:
        """The fact of a campaign that has been opened, or UnknownCampaign."""
        found = await self._rows.of_campaign(campaign)
        if found.opening is None:
            raise UnknownCampaign(campaign=campaign)
        return found

    async def status(self, asked: Asked, known: Known) -> UnitStatus:
        fact, windows = known.unit, known.windows
        sums = await self._sums(asked, [asked.unit], windows)
        below, all_below = _parted(sums[asked.unit], asked.day, known)
        own = await self._rows.own(asked.campaign, [asked.unit])
        things = own_tallies(fact, own.get(asked.unit, ()), asked.day)
        return UnitStatus(
            campaign=asked.campaign,
            as_of=asked.day,
            tree=asked.tree,
            unit=head_of(asked.unit, fact, asked.day, asked.tree),
            own=own_state(fact, asked.day, windows, things, known.near),
            below=below,
            below_total=all_below,
            total=total([own_counts(fact, asked.day, windows), things, all_below]),
            campaign_wide=campaign_state(known.campaign, asked.day),
            freshness=await self.freshness(),
        )

    async def children(self, asked: Asked, known: Known) -> list[ChildRow]:
        """The units one level down that exist on the day, each with all that is below it."""
        day, windows = asked.day, known.windows
        facts = await self._children(asked)
        sums = await self._sums(asked, facts, windows, totals=True)
        own_spans = await self._rows.own(asked.campaign, facts)
        rows: list[ChildRow] = []
        for code, fact in facts.items():
            things = own_tallies(fact, own_spans.get(code, ()), day)
            counts = _counts(sums[code], day, windows).values()
            whole = total([own_counts(fact, day, windows), things, *counts])
            own = own_state(fact, day, windows, things, known.near)
            rows.append(ChildRow(head_of(code, fact, day, asked.tree), own, whole))
        return rows

    async def leagues(self, asked: Asked, known: Known) -> list[LeagueRow]:
        """The area units of level 2 below the asked one, the best outcome first."""
        day, windows = asked.day, known.windows
        facts = {
            code: fact
            for code, fact in (await self._children(asked)).items()
            if fact.class_ == "league"
        }
        sums = await self._sums(asked, facts, windows)
        own_spans = await self._rows.own(asked.campaign, facts)
        rows: list[LeagueRow] = []
        for code, fact in facts.items():
            below, all_below = _parted(sums[code], day, known)
            things = own_tallies(fact, own_spans.get(code, ()), day)
            own = own_state(fact, day, windows, things, known.near)
            head = head_of(code, fact, day, asked.tree)
            whole = total([own_counts(fact, day, windows), things, all_below])
            rows.append(LeagueRow(0, head, own, below, whole))
        return ranked(rows)

    async def steps(
        self, asked: Asked, known: Known, first: date, class_: str | None
    ) -> list[Step]:
        """Changes day by day up to the asked day; all before `first` count as of that day."""
        span = (first, asked.day)
        if class_ == OWN:
            own = await self._rows.own(asked.campaign, [asked.unit])
            return own_steps(known.unit, own.get(asked.unit, ()), span)
        rows = await self._rows.steps(
            asked.campaign, asked.unit, asked.tree, span, known.windows, class_
        )
        return [
            Step(day, name, Sum(metric, n, n if in_time else 0))
            for day, name, metric, in_time, n in rows
        ]

    async def freshness(self) -> Freshness:
        return await self._rows.freshness()

    async def _children(self, asked: Asked) -> dict[str, UnitFact]:
        facts = await self._rows.ever_below(asked.campaign, asked.unit)
        return {
            code: fact
            for code, fact in facts.items()
            if fact.exists_on(asked.day) and parent_on(fact, asked) == asked.unit
        }

    async def _sums(
        self,
        asked: Asked,
        ancestors: Collection[str],
        windows: tuple[Window, ...],
        *,
        totals: bool = False,
    ) -> dict[str, dict[str, list[Sum]]]:
        """Ancestor -> class -> sums of the metrics."""
        rows = await self._rows.sums(
            asked.campaign, ancestors, asked.tree, asked.day, windows, totals=totals
        )
        found: dict[str, dict[str, list[Sum]]] = {code: {} for code in ancestors}
        for ancestor, class_, metric, n, in_time in rows:
            if n:  # what has cancelled out may or may not have left a line
                found[ancestor].setdefault(class_, []).append(Sum(metric, n, in_time))
        return found


def _parted(
    sums: dict[str, list[Sum]], day: date, known: Known
) -> tuple[dict[str, ClassFigures], Counts]:
    """What stands below a unit by class, and all of that."""
    by_class = {name: of_class for name, of_class in sums.items() if name != ALL}
    below = _by_class(by_class, day, known)
    details = tallied(sums.get(ALL, ()))
    all_below = total([*(each.figures for each in below.values()), details])
    return below, all_below


def _by_class(sums: dict[str, list[Sum]], day: date, known: Known) -> dict[str, ClassFigures]:
    windows = windows_by_class(known.windows)
    return {
        name: class_figures(sums[name], day, windows.get(name), known.near) for name in sorted(sums)
    }


def _counts(
    sums: dict[str, list[Sum]], day: date, windows: tuple[Window, ...]
) -> dict[str, Counts]:
    by_class = windows_by_class(windows)
    return {name: counted(found, day, by_class.get(name)) for name, found in sums.items()}


def parent_on(fact: UnitFact, asked: Asked) -> str:
    """The code of the unit above on the day asked about; nothing above the root."""
    path = fact.path if asked.tree == NOW else fact.path_on(asked.day)
    return own_code(path.rpartition(".")[0])
