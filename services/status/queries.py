"""The views' questions to the database, each a set query or two, and their answers put together."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Final

import msgspec

from services.status import contributions as metrics
from services.status.answers import ChildRow, Freshness, LeagueRow, UnitStatus
from services.status.contributions import NOW, OWN, THEN, Tree
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
from services.status.ordering import ranked
from services.status.places import HEADS
from services.status.portraits import campaign_state, head_of, own_counts, own_state
from services.status.series import SHOWN_OF_THINGS, Step
from shared.contracts.schedule import Window
from shared.kernel.refusals import Refusal, UnknownUnit
from shared.kernel.units import own_code
from shared.platform.postgres import Pool

_FRESH_SECONDS: Final = 0.5
_TREES: Final[dict[Tree, list[Tree]]] = {"then": [THEN], "now": [THEN, NOW]}

_FACTS = """
select 'unit' as what, f.unit as name, f.fact::text from unit_facts f
where f.campaign = $1 and f.unit = $2
union all
select 'campaign', c.campaign, c.fact::text from campaign_facts c where c.campaign = $1
"""


# Lateness is told by the day judged_on against the class's own window, so any window will do.
def _sums_by(class_: str) -> str:
    return f"""
select r.ancestor, {class_} as class, r.metric, sum(r.n)::bigint as n,
       coalesce(sum(r.n) filter (where r.judged_on <= w.closes_on), 0)::bigint as in_time
from rollup_daily r
left join unnest($5::text[], $6::date[]) as w(class, closes_on) on w.class = r.class
where r.campaign = $1 and r.ancestor = any($2::text[]) and r.tree = any($3::text[])
  and r.effective_on <= $4
group by 1, 2, 3
"""  # noqa: S608 - the expressions are ours


_SUMS: Final = _sums_by("r.class")
# Of many units at once, only totals are shown: what things below them add is summed over classes
# here, or it would be most of the rows.
_TOTALS: Final = _sums_by(
    "case when r.class <> 'own' and split_part(r.metric, ':', 1) = any($7::text[])"
    " then 'below' else r.class end"
)

# Units that stand or ever stood below the parent; the facts say which of them do on the day.
_CHILDREN = """
select f.unit, f.fact from unit_facts f where f.campaign = $1 and f.unit in (
    select unit from unit_facts where campaign = $1 and parent = $2
    union select unit from former_parents where campaign = $1 and parent = $2
)
order by f.unit
"""

# What things add is summed over classes and kinds. Without a class, all that is below the unit.
_STEPS = """
select greatest(r.effective_on, $4) as day,
       case when h.head = any($10::text[]) then 'own' else r.class end as class,
       case when h.head = any($10::text[]) then h.head else r.metric end as metric,
       coalesce(r.judged_on <= w.closes_on, false) as in_time, sum(r.n)::bigint as n
from rollup_daily r
cross join lateral split_part(r.metric, ':', 1) as h(head)
left join unnest($6::text[], $7::date[]) as w(class, closes_on) on w.class = r.class
where r.campaign = $1 and r.ancestor = $2 and r.tree = any($3::text[]) and r.effective_on <= $5
  and case when $8::text is null then r.class <> 'own' else r.class = $8 end
  and (r.metric = any($9::text[]) or h.head = any($10::text[]) or r.metric like 'plan:%:approved')
group by 1, 2, 3, 4
order by 1
"""
_STEP_METRICS: Final = [metrics.EXPECTED, metrics.PREPARED, metrics.TRAINED, metrics.MOBILIZED]
_STEP_HEADS: Final = [metric.removesuffix(":") for metric in SHOWN_OF_THINGS]

_FRESHNESS = """
select (select max(applied_at) from checkpoints where projection = $1) as applied_at,
       l.events, l.seconds, extract(epoch from now() - l.measured_at)::float8 as age
from (select 1) as one left join projection_lag l on l.projection = $1
"""


class UnknownCampaign(Refusal):
    code = "unknown-campaign"
    status = 404
    zh = "活动 {campaign} 不存在或尚未启动,请核对活动编号。"
    en = "Campaign {campaign} is not known or has not been opened; check its id."


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


class Views:
    """Reads the views; how fresh they are is looked up at most twice a second."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection
        self._freshness = Freshness(None, None, None)
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def known(self, asked: Asked) -> Known:
        """The facts asked about, or UnknownUnit."""
        rows = await self._pool.fetch(_FACTS, asked.campaign, asked.unit)
        facts = {what: fact for what, _, fact in rows}
        if "unit" not in facts:
            raise UnknownUnit(unit=asked.unit)
        unit = _unit_fact.decode(facts["unit"])
        if unit.registered_on is None:
            raise UnknownUnit(unit=asked.unit)
        campaign = _campaign_fact.decode(facts.get("campaign", "{}"))
        return Known(unit, campaign, campaign.windows_on(asked.day))

    async def campaign(self, campaign: str) -> CampaignFact:
        """The fact of a campaign that has been opened, or UnknownCampaign."""
        fact = await self._pool.fetchval(
            "select fact from campaign_facts where campaign = $1", campaign
        )
        found = _campaign_fact.decode(fact or "{}")
        if found.opening is None:
            raise UnknownCampaign(campaign=campaign)
        return found

    async def status(self, asked: Asked, known: Known) -> UnitStatus:
        fact, windows = known.unit, known.windows
        sums = await self._sums(asked, [asked.unit], windows)
        of_unit = sums[asked.unit]
        things = tallied(of_unit.pop(OWN, ()))
        below = _by_class(of_unit, asked.day, windows)
        all_below = total(each.figures for each in below.values())
        return UnitStatus(
            campaign=asked.campaign,
            as_of=asked.day,
            tree=asked.tree,
            unit=head_of(asked.unit, fact, asked.day, asked.tree),
            own=own_state(fact, asked.day, windows, things),
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
        sums = await self._sums(asked, facts, windows, _TOTALS)
        rows: list[ChildRow] = []
        for code, fact in facts.items():
            things = tallied(sums[code].pop(OWN, ()))
            counts = _counts(sums[code], day, windows).values()
            whole = total([own_counts(fact, day, windows), things, *counts])
            own = own_state(fact, day, windows, things)
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
        rows: list[LeagueRow] = []
        for code, fact in facts.items():
            things = tallied(sums[code].pop(OWN, ()))
            below = _by_class(sums[code], day, windows)
            counts = [each.figures for each in below.values()]
            own = own_state(fact, day, windows, things)
            head = head_of(code, fact, day, asked.tree)
            whole = total([own_counts(fact, day, windows), things, *counts])
            rows.append(LeagueRow(0, head, own, below, whole))
        return ranked(rows)

    async def steps(
        self, asked: Asked, known: Known, first: date, class_: str | None
    ) -> list[Step]:
        """Changes day by day up to the asked day; all before `first` count as of that day."""
        classes, closes = _closes(known.windows)
        rows = await self._pool.fetch(
            _STEPS, asked.campaign, asked.unit, _TREES[asked.tree], first, asked.day,
            classes, closes, class_, _STEP_METRICS, _STEP_HEADS,
        )  # fmt: skip
        return [
            Step(day, name, Sum(metric, n, n if in_time else 0))
            for day, name, metric, in_time, n in rows
        ]

    async def freshness(self) -> Freshness:
        if monotonic() - self._looked_at > _FRESH_SECONDS:
            async with self._looking:
                if monotonic() - self._looked_at > _FRESH_SECONDS:
                    self._freshness = await self._look()
                    self._looked_at = monotonic()
        return self._freshness

    async def _look(self) -> Freshness:
        row = await self._pool.fetchrow(_FRESHNESS, self._projection)
        if row is None or row["events"] is None:
            return Freshness(row["applied_at"] if row else None, None, None)
        # A worker that measures no more is itself behind by as much.
        silent = max(0.0, row["age"] - 3.0)
        return Freshness(row["applied_at"], row["events"], round(row["seconds"] + silent, 3))

    async def _children(self, asked: Asked) -> dict[str, UnitFact]:
        rows = await self._pool.fetch(_CHILDREN, asked.campaign, asked.unit)
        facts = ((code, _unit_fact.decode(fact)) for code, fact in rows)
        return {
            code: fact
            for code, fact in facts
            if fact.exists_on(asked.day) and _parent_on(fact, asked) == asked.unit
        }

    async def _sums(
        self,
        asked: Asked,
        ancestors: Collection[str],
        windows: tuple[Window, ...],
        query: str = _SUMS,
    ) -> dict[str, dict[str, list[Sum]]]:
        """Ancestor -> class -> sums of the metrics; what its own things add under OWN."""
        classes, closes = _closes(windows)
        of_things = [HEADS] if query is _TOTALS else []
        rows = await self._pool.fetch(
            query, asked.campaign, list(ancestors), _TREES[asked.tree], asked.day, classes, closes,
            *of_things,
        )  # fmt: skip
        found: dict[str, dict[str, list[Sum]]] = {code: {} for code in ancestors}
        for ancestor, class_, metric, n, in_time in rows:
            found[ancestor].setdefault(class_, []).append(Sum(metric, n, in_time))
        return found


_unit_fact = msgspec.json.Decoder(UnitFact)
_campaign_fact = msgspec.json.Decoder(CampaignFact)


def _closes(windows: tuple[Window, ...]) -> tuple[list[str], list[date]]:
    by_class = windows_by_class(windows)
    return list(by_class), [window.closes_on for window in by_class.values()]


def _by_class(
    sums: dict[str, list[Sum]], day: date, windows: tuple[Window, ...]
) -> dict[str, ClassFigures]:
    by_class = windows_by_class(windows)
    return {name: class_figures(sums[name], day, by_class.get(name)) for name in sorted(sums)}


def _counts(
    sums: dict[str, list[Sum]], day: date, windows: tuple[Window, ...]
) -> dict[str, Counts]:
    by_class = windows_by_class(windows)
    return {name: counted(found, day, by_class.get(name)) for name, found in sums.items()}


def _parent_on(fact: UnitFact, asked: Asked) -> str:
    path = fact.path if asked.tree == NOW else fact.path_on(asked.day)
    return own_code(path.rpartition(".")[0])
