"""The views' rows in the database: each question a set query."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from time import monotonic
from typing import Any, Final, TypeAlias

import msgspec

from services.status import contributions as metrics
from services.status.answers import Freshness
from services.status.contributions import BY_MONTH, NOW, THEN, Account, Tree
from services.status.dues import BY_DUE_DATE, LINE_HEADS, due_soon_until, lines_of, told
from services.status.facts import CampaignFact, UnitFact
from services.status.figures import windows_by_class
from services.status.pieces import Span
from services.status.rows import StepRow, SumRow
from services.status.series import SHOWN_OF_THINGS
from services.status.things import items
from services.status.things.kinds import read_thing, spans_by_unit
from shared.contracts.schedule import Window
from shared.platform.postgres import Connection, Pool

_FRESH_SECONDS: Final = 0.5
_BY_DAY: Final[dict[Tree, list[Account]]] = {THEN: [THEN], NOW: [THEN, NOW]}
_BY_MONTH: Final = {tree: [BY_MONTH[each] for each in days] for tree, days in _BY_DAY.items()}

_FACTS = """
select 'unit' as what, f.unit as name, f.fact::text from unit_facts f
where f.campaign = $1 and f.unit = $2
union all
select 'campaign', c.campaign, c.fact::text from campaign_facts c where c.campaign = $1
"""


_OF_UNITS: Final = (metrics.EXPECTED, metrics.PREPARED, metrics.TRAINED, metrics.MOBILIZED)
_CLOSED: Final = (items.CLOSED_IN_TIME, items.CLOSED_LATE)


def _listed(names: Iterable[str]) -> str:
    """As literals: what the planner knows it looks up, where it does not it compares one by one."""
    return "(" + ", ".join(f"'{name}'" for name in sorted(names)) + ")"


def _any_of(names: Iterable[str]) -> str:
    """Whether a line is of one of these metrics, or of a kind of one that ends with a colon."""
    whole = {name for name in names if not name.endswith(":")}
    kinds = [f"r.metric like '{name}%'" for name in sorted({*names} - whole)]
    return "(" + " or ".join([f"r.metric in {_listed(whole)}", *kinds]) + ")"


# Lateness is told by the day judged_on against the class's own window, so any window will do.
# Where months are kept, only the days since the last one's end are read one by one.
def _sums_by(class_: str, of: str = "true") -> str:
    return f"""
select a.ancestor, {class_} as class, r.metric, sum(r.n)::bigint as n,
       coalesce(sum(r.n) filter (where r.judged_on <= w.closes_on), 0)::bigint as in_time,
       coalesce(sum(r.n) filter (where r.judged_on < $5), 0)::bigint as overdue,
       coalesce(sum(r.n) filter (where r.judged_on between $5 and $8), 0)::bigint as due_soon
from unnest($2::text[]) as a(ancestor)
cross join lateral (
    select case when exists (
        select from rollup_daily m
        where m.campaign = $1 and m.ancestor = a.ancestor and m.tree = any($4::text[])
    ) then date_trunc('month', $5::date)::date else '-infinity' end as since
    offset 0
) kept
cross join lateral (
    select d.class, d.metric, d.judged_on, d.n from rollup_daily d
    where d.campaign = $1 and d.ancestor = a.ancestor and d.tree = any($3::text[])
      and d.effective_on >= kept.since and d.effective_on <= $5 and {of}
    union all
    select m.class, m.metric, m.judged_on, m.n from rollup_daily m
    where m.campaign = $1 and m.ancestor = a.ancestor and m.tree = any($4::text[])
      and m.effective_on < kept.since and {of}
) r
left join unnest($6::text[], $7::date[]) as w(class, closes_on) on w.class = r.class
group by 1, 2, 3
"""  # noqa: S608 - the expressions are ours


_SUMS: Final = _sums_by("r.class")
_SUMS_OF_SOME: Final = _sums_by("r.class", "metric = any($9::text[]) and class = any($10::text[])")
# Of many units at once, only totals are shown: what things below them add is summed over classes
# here, or it would be most of the rows.
_TOTALS: Final = _sums_by(
    "case when split_part(r.metric, ':', 1) = any($9::text[]) then 'below' else r.class end"
)

# Units that stand or ever stood below the parent; the facts say which of them do on the day.
_CHILDREN = """
select f.unit, f.fact from unit_facts f where f.campaign = $1 and f.unit in (
    select unit from unit_facts where campaign = $1 and parent = $2
    union select unit from former_parents where campaign = $1 and parent = $2
)
order by f.unit
"""

# Of arrays, the planner does not know how long they are: `offset 0` keeps it index lookups.
_OWN = """
select h.unit, f.kind, f.fact from unnest($2::text[]) w(unit)
cross join lateral (
    select * from thing_units t where t.campaign = $1 and t.unit = w.unit offset 0
) h
cross join lateral (
    select * from thing_facts t where t.campaign = $1 and t.kind = h.kind and t.id = h.id offset 0
) f
"""

_OF_THINGS: Final = frozenset({*SHOWN_OF_THINGS, *BY_DUE_DATE})
# Every line of a series; each part of the query below reads only its own metrics.
_LINES: Final = """
from rollup_daily r
where r.campaign = $1 and r.ancestor = any($2::text[]) and r.tree = any($3::text[])
  and r.effective_on <= $5 and ($9::text is null or r.class = $9)
"""
# What is told of units is kept by class: one name stands for all classes with the same window. What
# things add is summed over classes and kinds, and what is open is overdue from the day after it is
# due.
_STEPS: Final = f"""
select r.ancestor, r.day, coalesce(w.alike, r.class) as class, r.metric,
       coalesce(r.judged_on <= w.closes_on, false) as in_time, sum(r.n)::bigint as n
from (
    select r.ancestor, greatest(r.effective_on, $4) as day, r.class, r.metric, r.judged_on, r.n
    {_LINES} and (r.metric in {_listed(_OF_UNITS)} or r.metric like '{metrics.PLAN}%:approved')
) r
left join unnest($6::text[], $7::text[], $8::date[]) as w(class, alike, closes_on)
    on w.class = r.class
group by 1, 2, 3, 4, 5
union all
select r.ancestor, greatest(r.since, $4), '{metrics.OWN}', r.head, false, sum(r.n)::bigint
from (
    select r.ancestor, r.effective_on as since, r.n,
           case when r.metric in {_listed(_CLOSED)} then '{items.CLOSED}'
                else split_part(r.metric, ':', 1) end as head
    {_LINES} and {_any_of(_OF_THINGS)}
    union all
    select r.ancestor, greatest(r.effective_on, r.judged_on + 1),
           case when r.metric = '{items.RAISED}' then r.n else -r.n end, '{items.OVERDUE}'
    {_LINES} and r.metric in {_listed(BY_DUE_DATE)} and r.judged_on < $5
) r
group by 1, 2, 4
order by 2
"""  # noqa: S608 - the names are ours

_FRESHNESS = """
select (select max(applied_at) from checkpoints where projection = $1) as applied_at,
       l.events, l.seconds, extract(epoch from now() - l.measured_at)::float8 as age
from (select 1) as one left join projection_lag l on l.projection = $1
"""

Reader: TypeAlias = "Pool | Connection"
"""Whatever answers a query: one connection where all is to be read from one snapshot."""


class StoredRows:
    """Reads the views; how fresh they are is looked up at most twice a second."""

    def __init__(self, rows: Reader, projection: str) -> None:
        self._rows = rows
        self._projection = projection
        self._freshness = Freshness(None, None, None)
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()

    async def of_unit(self, campaign: str, unit: str) -> tuple[UnitFact | None, CampaignFact]:
        rows = await self._rows.fetch(_FACTS, campaign, unit)
        facts = {what: fact for what, _, fact in rows}
        of_unit = _unit_fact.decode(facts["unit"]) if "unit" in facts else None
        return of_unit, _campaign_fact.decode(facts.get("campaign", "{}"))

    async def of_campaign(self, campaign: str) -> CampaignFact:
        fact = await self._rows.fetchval(
            "select fact from campaign_facts where campaign = $1", campaign
        )
        return _campaign_fact.decode(fact or "{}")

    async def ever_below(self, campaign: str, parent: str) -> dict[str, UnitFact]:
        rows = await self._rows.fetch(_CHILDREN, campaign, parent)
        return {code: _unit_fact.decode(fact) for code, fact in rows}

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
        classes, closes = _closes(windows)
        asked: list[Any] = [
            campaign,
            list(ancestors),
            _BY_DAY[tree],
            _BY_MONTH[tree],
            day,
            classes,
            closes,
            due_soon_until(day),
        ]
        if totals:
            return told(await self._fetched(_TOTALS, *asked, LINE_HEADS))
        return told(await self._fetched(_SUMS, *asked))

    async def sums_of(
        self,
        campaign: str,
        ancestors: Collection[str],
        tree: Tree,
        day: date,
        windows: tuple[Window, ...],
        metrics: Collection[str],
        of_classes: Collection[str],
    ) -> Sequence[SumRow]:
        """The sums of some metrics and classes only: of many units these are read much sooner."""
        classes, closes = _closes(windows)
        rows = await self._fetched(
            _SUMS_OF_SOME, campaign, list(ancestors), _BY_DAY[tree], _BY_MONTH[tree], day, classes,
            closes, due_soon_until(day), lines_of(metrics), list(of_classes),
        )  # fmt: skip
        return [row for row in told(rows) if row[2] in metrics]

    async def own(self, campaign: str, units: Collection[str]) -> Mapping[str, list[Span]]:
        found: dict[str, list[Span]] = {}
        for unit, kind, fact in await self._rows.fetch(_OWN, campaign, list(units)):
            spans = _spans_of(kind, fact).get(unit)
            if spans:  # a thing may have changed its unit since
                found.setdefault(unit, []).extend(spans)
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
        classes, _ = _closes(windows)
        alike = dict(zip(classes, classes, strict=True))
        rows = await self.steps_of_many(campaign, [unit], tree, span, windows, alike, class_)
        return [row for _, *row in rows]  # type: ignore[misc]

    async def steps_of_many(
        self,
        campaign: str,
        units: Collection[str],
        tree: Tree,
        span: tuple[date, date],
        windows: tuple[Window, ...],
        alike: Mapping[str, str],
        class_: str | None = None,
    ) -> Sequence[tuple[str, date, str, str, bool, int]]:
        """As `steps`, each row under its unit; classes are told under the name they have alike."""
        classes, closes = _closes(windows)
        return await self._fetched(
            _STEPS, campaign, list(units), _BY_DAY[tree], *span, classes,
            [alike[each] for each in classes], closes, class_,
        )  # fmt: skip

    async def freshness(self) -> Freshness:
        if monotonic() - self._looked_at > _FRESH_SECONDS:
            async with self._looking:
                if monotonic() - self._looked_at > _FRESH_SECONDS:
                    self._freshness = await self._look()
                    self._looked_at = monotonic()
        return self._freshness

    async def _look(self) -> Freshness:
        row = await self._rows.fetchrow(_FRESHNESS, self._projection)
        if row is None or row["events"] is None:
            return Freshness(row["applied_at"] if row else None, None, None)
        # A worker that measures no more is itself behind by as much.
        silent = max(0.0, row["age"] - 3.0)
        return Freshness(row["applied_at"], row["events"], round(row["seconds"] + silent, 3))

    async def _fetched(self, query: str, *asked: Any) -> Sequence[Any]:
        rows: Sequence[Any] = await self._rows.fetch(query, *asked)
        return rows


_unit_fact = msgspec.json.Decoder(UnitFact)
_campaign_fact = msgspec.json.Decoder(CampaignFact)


@lru_cache(10_000)
def _spans_of(kind: str, fact: str) -> Mapping[str, list[Span]]:
    """What a thing adds to units, known by the fact itself: most of a unit's thousands of items
    are as they were when it was asked about before.
    """
    return spans_by_unit(read_thing(kind, fact))


def _closes(windows: tuple[Window, ...]) -> tuple[list[str], list[date]]:
    by_class = windows_by_class(windows)
    return list(by_class), [window.closes_on for window in by_class.values()]
