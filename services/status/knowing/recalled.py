"""Recalled: what the views need of one unit, and of those below it, as known at a position."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from services.status.answers import Freshness
from services.status.contributions import (
    EXPECTED,
    MOBILIZED,
    NOW,
    OWN,
    PLAN,
    PREPARED,
    THEN,
    TRAINED,
    Account,
    Mark,
    Standing,
    Tree,
)
from services.status.facts import CampaignFact, UnitFact
from services.status.figures import windows_by_class
from services.status.knowing.lateness import NEVER_LATE
from services.status.pieces import Span
from services.status.rows import StepRow, SumRow
from services.status.series import SHOWN_OF_THINGS
from shared.contracts.schedule import Window

_SERIES_METRICS: Final = frozenset({EXPECTED, PREPARED, TRAINED, MOBILIZED})
_SERIES_HEADS: Final = frozenset(metric.removesuffix(":") for metric in SHOWN_OF_THINGS)

Line: TypeAlias = tuple[str, Account, str, str, date, date]
"""The path of the unit above, account, class, metric, effective_on, judged_on."""


class _OnPaths(dict[str, list[str]]):
    """Which of some units lie on a path; found once a path."""

    def __init__(self, units: Iterable[str]) -> None:
        super().__init__()
        self._units = frozenset(units)

    def __missing__(self, path: str) -> list[str]:
        codes = path.split(".")
        found = self[path] = [unit for unit in codes if unit in self._units]
        return found


class Recalled:
    """Answers for one unit and its children alone: of all others only sums are kept."""

    def __init__(self, campaign: str, unit: str) -> None:
        self.campaign, self.unit = campaign, unit
        self.fact: UnitFact | None = None
        self.campaign_fact = CampaignFact()
        self.children: dict[str, UnitFact] = {}
        self.standings: dict[str, Standing] = {}
        """How those that ever were below the unit stand, their paths cut."""
        self.own_spans: defaultdict[str, list[Span]] = defaultdict(list)
        self.lateness = NEVER_LATE
        self.marks: dict[Mark, int] = {}
        """What is added under cut paths; it counts for each unit on them."""
        self._cuts: dict[str, str] = {}

    @property
    def weight(self) -> int:
        """About how much is kept."""
        units = len(self.standings) + len(self.children)
        return len(self.marks) + units + self.lateness.weight

    @property
    def is_root(self) -> bool:
        return self.fact is not None and "." not in self.fact.path

    def cut(self, above: str) -> str:
        """The part of a path that counts here: the unit, and its child; nothing elsewhere."""
        found = self._cuts.get(above)
        if found is None:
            codes = above.split(".")
            place = codes.index(self.unit) if self.unit in codes else len(codes)
            found = self._cuts[above] = ".".join(codes[place : place + 2])
        return found

    async def of_unit(self, campaign: str, unit: str) -> tuple[UnitFact | None, CampaignFact]:
        if campaign != self.campaign:
            return None, CampaignFact()
        fact = self.fact if unit == self.unit else self.children.get(unit)
        return fact, self.campaign_fact

    async def of_campaign(self, campaign: str) -> CampaignFact:
        return self.campaign_fact if campaign == self.campaign else CampaignFact()

    async def ever_below(self, campaign: str, parent: str) -> dict[str, UnitFact]:
        if (campaign, parent) != (self.campaign, self.unit):
            return {}
        return dict(sorted(self.children.items()))

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
        if campaign != self.campaign:
            return []
        closes = {name: window.closes_on for name, window in windows_by_class(windows).items()}
        on_path = _OnPaths(ancestors)
        sums: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for (above, account, class_, metric, on, judged_on), n in self._lines():
            if on <= day and (account == THEN or tree == NOW):
                in_time = n if judged_on <= closes.get(class_, date.min) else 0
                for ancestor in on_path[above]:
                    sum_ = sums[(ancestor, class_, metric)]
                    sum_[0] += n
                    sum_[1] += in_time
        return [(*key, n, in_time) for key, (n, in_time) in sums.items()]

    async def own(self, campaign: str, units: Collection[str]) -> Mapping[str, list[Span]]:
        if campaign != self.campaign:
            return {}
        return {unit: self.own_spans[unit] for unit in units if unit in self.own_spans}

    async def steps(
        self,
        campaign: str,
        unit: str,
        tree: Tree,
        span: tuple[date, date],
        windows: tuple[Window, ...],
        class_: str | None,
    ) -> Sequence[StepRow]:
        first, last = span
        closes = {name: window.closes_on for name, window in windows_by_class(windows).items()}
        steps: defaultdict[tuple[date, str, str, bool], int] = defaultdict(int)
        on_path = _OnPaths([unit] if campaign == self.campaign else [])
        for (above, account, of, metric, on, judged_on), n in self._lines():
            shown = _in_series(of, metric) if on_path[above] else None
            if shown is None or on > last or (account == NOW and tree != NOW):
                continue
            if class_ is None or of == class_:
                in_time = judged_on <= closes.get(of, date.min)
                steps[(max(on, first), *shown, in_time)] += n
        return [(*key, n) for key, n in sorted(steps.items())]

    async def freshness(self) -> Freshness:
        """A position has no age."""
        return Freshness(None, None, None)

    def forget_all_below(self) -> None:
        """Of the root, `below` says all without knowing which: they need not be kept."""
        if self.is_root:
            self.standings.clear()

    def below(self, day: date, tree: Tree) -> list[str] | None:
        """The unit and those that stand below it on a day; None, for all, of the root."""
        if self.is_root:
            return None
        return sorted(
            unit for unit, stands in self.standings.items() if self._stands(unit, stands, day, tree)
        )

    def late(self, day: date, tree: Tree) -> int:
        """How many entries of the unit and those below it were recorded after their day."""
        return self.lateness.count(self.below(day, tree), day)

    def _lines(self) -> Iterator[tuple[Line, int]]:
        """Those by due date are for roll-ups that are stored: here are none."""
        return iter(self.marks.items())  # type: ignore[arg-type]

    def _stands(self, unit: str, standing: Standing, day: date, tree: Tree) -> bool:
        if unit == self.unit:
            return True
        _, stays, now = standing
        for above, start, end in stays:
            if start <= day and (end is None or day < end):
                return bool(now if tree == NOW and now is not None else above)
        return False


def _in_series(class_: str, metric: str) -> tuple[str, str] | None:
    """The class and metric a series shows it under, if it does: things count over all classes."""
    head = metric.partition(":")[0]
    if head in _SERIES_HEADS:
        return OWN, head
    approved = metric.startswith(PLAN) and metric.endswith(":approved")
    return (class_, metric) if approved or metric in _SERIES_METRICS else None
