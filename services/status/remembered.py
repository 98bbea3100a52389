"""The views as they were known at a position of the log: folded in memory from the history."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

import msgspec

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
    Line,
    Mark,
    Standing,
    Tree,
    add_change,
    add_thing_change,
    spans,
    spread,
    standing,
)
from services.status.facts import CampaignFact, UnitFact
from services.status.figures import windows_by_class
from services.status.learning import (
    concerns_campaign,
    concerns_unit,
    learn,
    learn_campaign,
    opened,
)
from services.status.pieces import Span
from services.status.rows import StepRow, SumRow
from services.status.series import SHOWN_OF_THINGS
from services.status.things.kinds import learn_thing, new_thing, spans_by_unit, things_of
from services.status.things.thing import Thing
from shared.contracts.schedule import Window
from shared.kernel.positions import Positions
from shared.kernel.units import own_code
from shared.platform.postgres import Connection

_AT_ONCE: Final = 2_000

_HISTORY: Final = """
select h.value from history h
join unnest($1::text[], $2::text[], $3::bigint[]) as p(service, league, version)
    on (p.service, p.league) = (h.service, h.league) and h.version <= p.version
order by h.service, h.league, h.version
"""

_SERIES_METRICS: Final = frozenset({EXPECTED, PREPARED, TRAINED, MOBILIZED})
_SERIES_HEADS: Final = frozenset(metric.removesuffix(":") for metric in SHOWN_OF_THINGS)

_BY_DAY: Final = frozenset({THEN, NOW})

Found: TypeAlias = tuple[str, Account, str, date, date, int]
"""Class, account, metric, effective_on, judged_on, n: a line of an ancestor's roll-up."""


class _Told(msgspec.Struct):
    """As much of an envelope as folding needs."""

    id: str
    type: str
    subject: str
    campaign: str
    streamversion: int
    data: msgspec.Raw


_told: Final = msgspec.json.Decoder(_Told).decode


class Memory:
    """What a number of events teach, in whatever order histories are read."""

    def __init__(self) -> None:
        self._units: dict[tuple[str, str], UnitFact] = {}
        self._campaigns: dict[str, CampaignFact] = {}
        self._things: dict[tuple[str, str, str], Thing] = {}
        self._lines: dict[str, dict[str, list[Found]]] = {}

    def learn(self, values: Iterable[bytes]) -> None:
        """Take in envelopes, as they were published."""
        for value in values:
            told = _told(value)
            event = opened(told)
            if concerns_unit(event):
                fact = self._units.setdefault((told.campaign, told.subject), UnitFact())
                learn(fact, told, event)
            elif concerns_campaign(event):
                campaign = self._campaigns.setdefault(told.campaign, CampaignFact())
                learn_campaign(campaign, told, event)
            for kind, thing in things_of(event):
                key = (told.campaign, kind, thing)
                if key not in self._things:
                    self._things[key] = new_thing(kind)
                learn_thing(self._things[key], told, event)
        self._lines.clear()

    async def of_unit(self, campaign: str, unit: str) -> tuple[UnitFact | None, CampaignFact]:
        return self._units.get((campaign, unit)), self._campaigns.get(campaign, CampaignFact())

    async def of_campaign(self, campaign: str) -> CampaignFact:
        return self._campaigns.get(campaign, CampaignFact())

    async def ever_below(self, campaign: str, parent: str) -> dict[str, UnitFact]:
        return {
            unit: fact
            for (of, unit), fact in sorted(self._units.items())
            if of == campaign and parent in {own_code(_above(p.path)) for p in fact.placements}
        }

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
        by_class = windows_by_class(windows)
        sums: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        lines = self._rolled_up(campaign)
        for ancestor in ancestors:
            for class_, of_tree, metric, effective_on, judged_on, n in lines.get(ancestor, ()):
                if effective_on <= day and (of_tree != NOW or tree == NOW):
                    sum_ = sums[(ancestor, class_, metric)]
                    sum_[0] += n
                    window = by_class.get(class_)
                    sum_[1] += n if window is not None and judged_on <= window.closes_on else 0
        return [(*key, n, in_time) for key, (n, in_time) in sums.items()]

    async def own(self, campaign: str, units: Collection[str]) -> Mapping[str, list[Span]]:
        wanted = set(units)
        found: defaultdict[str, list[Span]] = defaultdict(list)
        for (of, _, _), thing in self._things.items():
            if of == campaign:
                for unit, added in spans_by_unit(thing).items():
                    if unit in wanted:
                        found[unit] += added
        return found

    async def steps(
        self,
        campaign: str,
        unit: str,
        tree: Tree,
        span: tuple[date, date],
        windows: tuple[Window, ...],
        class_: str | None,
    ) -> Sequence[StepRow]:
        by_class = windows_by_class(windows)
        first, last = span
        steps: defaultdict[tuple[date, str, str, bool], int] = defaultdict(int)
        for of, of_tree, metric, on, judged_on, n in self._rolled_up(campaign).get(unit, ()):
            wanted = class_ is None or of == class_
            shown = _in_series(of, metric)
            if shown is None or not wanted or on > last or (of_tree == NOW and tree != NOW):
                continue
            window = by_class.get(of)
            in_time = window is not None and judged_on <= window.closes_on
            steps[(max(on, first), *shown, in_time)] += n
        return [(*key, n) for key, n in sorted(steps.items())]

    async def freshness(self) -> Freshness:
        """A position has no age."""
        return Freshness(None, None, None)

    def _rolled_up(self, campaign: str) -> dict[str, list[Found]]:
        """Ancestor -> the lines of its roll-up, worked out once."""
        if campaign not in self._lines:
            found: defaultdict[str, list[Found]] = defaultdict(list)
            for (ancestor, tree, class_, metric, on, judged_on), n in self._counted(
                campaign
            ).items():
                if tree in _BY_DAY:
                    found[ancestor].append((class_, tree, metric, on, judged_on, n))
            self._lines[campaign] = found
        return self._lines[campaign]

    def _counted(self, campaign: str) -> dict[Line, int]:
        changes: dict[Mark, int] = {}
        stands: dict[str, Standing | None] = {}
        for (of, unit), fact in self._units.items():
            if of == campaign:
                stands[unit] = standing(fact)
                add_change(changes, (None, []), (stands[unit], spans(fact)))
        for (of, _, _), thing in self._things.items():
            if of == campaign:
                for unit, added in spans_by_unit(thing).items():
                    add_thing_change(changes, (None, []), (stands.get(unit), added))
        return spread(changes)


async def remembered(connection: Connection, position: Positions) -> Memory:
    """Everything up to a position; others get their turn between the batches."""
    memory = Memory()
    services, leagues, versions = zip(
        *((service, league, version) for (service, league), version in position.items()),
        strict=True,
    )
    async with connection.transaction():
        cursor = await connection.cursor(_HISTORY, list(services), list(leagues), list(versions))
        while rows := await cursor.fetch(_AT_ONCE):
            memory.learn(value for (value,) in rows)
            await asyncio.sleep(0)
    return memory


def _in_series(class_: str, metric: str) -> tuple[str, str] | None:
    """The class and metric a series shows it under, if it does: things count over all classes."""
    head = metric.partition(":")[0]
    if head in _SERIES_HEADS:
        return OWN, head
    approved = metric.startswith(PLAN) and metric.endswith(":approved")
    return (class_, metric) if approved or metric in _SERIES_METRICS else None


def _above(path: str) -> str:
    return path.rpartition(".")[0]
