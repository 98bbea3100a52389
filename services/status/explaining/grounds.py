"""Grounds: the facts below a figure's sums, and the events they stand on, read in sets."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, Protocol, TypeAlias

import msgspec

from services.status.contributions import Tree
from services.status.facts import UnitFact
from services.status.rows import Rows, SumRow
from services.status.stored import Reader, StoredRows
from services.status.things.kinds import read_thing
from services.status.things.thing import Thing
from shared.contracts.schedule import Window
from shared.kernel.envelope import Envelope
from shared.kernel.units import AREA_KINDS, ATTACHED_KINDS, unit_class

Hung: TypeAlias = tuple[str, str, str, Thing]
"""Unit, kind, id, and what is known of the thing that hangs on the unit."""
Child: TypeAlias = tuple[UnitFact, bool]
"""What is known of a unit, and whether others stand or ever stood below it."""
From: TypeAlias = tuple[str, str, str]
"""Unit, kind, id: what hangs on the unit from this on."""

_LEVEL_OF: Final = {
    unit_class(level, kind): level
    for level, kinds in AREA_KINDS.items()
    for kind in kinds | ATTACHED_KINDS
}
_LOWEST: Final = max(AREA_KINDS)

# `offset 0` keeps it index lookups: of arrays, the planner does not know how long they are. All are
# arrays of text: for each other type a new connection would first ask what it is.
_CHILDREN: Final = """
select b.unit, b.fact, b.is_parent from (
    select f.unit, f.fact, p.classes is null or strpos(p.classes, f.class || ' ') > 0 as fits,
        f.level <= p.deepest::int and coalesce(
            (select true from unit_facts c where c.campaign = $1 and c.parent = f.unit limit 1),
            (select true from former_parents c where c.campaign = $1 and c.parent = f.unit limit 1),
            false
        ) as is_parent
    from unnest($2::text[], $3::text[], $4::text[]) p(parent, classes, deepest)
    cross join lateral (
        select unit, fact, class, level from unit_facts
        where campaign = $1 and parent = p.parent
        union all
        select u.unit, u.fact, u.class, u.level from former_parents o
        join unit_facts u on u.campaign = o.campaign and u.unit = o.unit
        where o.campaign = $1 and o.parent = p.parent
        offset 0
    ) f
    offset 0
) b
where b.is_parent or (b.fits and (cardinality($5::text[]) = 0 or exists (
    select from thing_units t
    where t.campaign = $1 and t.unit = b.unit and t.kind = any($5::text[])
)))
"""
_HANGING: Final = """
select w.unit, h.kind, h.id, f.fact
from unnest($2::text[], $3::text[], $4::text[]) w(unit, kind, id)
cross join lateral (
    select t.kind, t.id from thing_units t
    where t.campaign = $1 and t.unit = w.unit and t.kind = any($5::text[])
      and (t.kind collate "C", t.id collate "C") >= (w.kind, w.id)
    order by t.kind collate "C", t.id collate "C" limit $6
) h
cross join lateral (
    select fact from thing_facts t where t.campaign = $1 and t.kind = h.kind and t.id = h.id offset 0
) f
order by w.unit, h.kind collate "C", h.id collate "C"
"""
_EVENTS: Final = "select value from history where event_id = any($1::text[]::uuid[])"


class Evidence(NamedTuple):
    """An event as the history keeps it, and what it calls itself."""

    envelope: Envelope
    title: str | None


class Grounds(Rows, Protocol):
    """Rows, and what lies behind them."""

    async def that_may_add(
        self,
        campaign: str,
        parents: Mapping[str, Collection[str] | None],
        kinds: Collection[str],
    ) -> Mapping[str, Child]:
        """Units that stand or ever stood one level below one of the parents, each of which is given
        with the classes asked for, None for all: units of these classes, with things of these
        kinds if any are named, and those that may have some below them.
        """
        ...

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
        """The sums of these metrics and classes."""
        ...

    async def hanging(
        self, campaign: str, first: Sequence[From], kinds: Collection[str], limit: int
    ) -> Sequence[Hung]:
        """Things of each unit in the order of kinds and ids, at most `limit` of each."""
        ...

    async def events(self, ids: Collection[str]) -> Mapping[str, Evidence]: ...


class StoredGrounds(StoredRows):
    """Reads what the views keep, all from the snapshot of one connection: sums of the unit asked
    about, wanted for its status and for the way down, are read once.
    """

    def __init__(self, rows: Reader, projection: str) -> None:
        super().__init__(rows, projection)
        self._sums: dict[Hashable, Sequence[SumRow]] = {}

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
        asked = campaign, tuple(ancestors), tree, day, windows, totals
        if asked not in self._sums:
            self._sums[asked] = await super().sums(
                campaign, ancestors, tree, day, windows, totals=totals
            )
        return self._sums[asked]

    async def that_may_add(
        self,
        campaign: str,
        parents: Mapping[str, Collection[str] | None],
        kinds: Collection[str],
    ) -> Mapping[str, Child]:
        classes, deepest = zip(*map(_asked_for, parents.values()), strict=True)
        rows = await self._rows.fetch(
            _CHILDREN, campaign, list(parents), list(classes), list(deepest), list(kinds)
        )
        return {code: (_unit_fact.decode(fact), is_parent) for code, fact, is_parent in rows}

    async def hanging(
        self, campaign: str, first: Sequence[From], kinds: Collection[str], limit: int
    ) -> Sequence[Hung]:
        units, known, ids = zip(*first, strict=True)
        rows = await self._rows.fetch(
            _HANGING, campaign, list(units), list(known), list(ids), list(kinds), limit
        )
        return [(unit, kind, id_, read_thing(kind, fact)) for unit, kind, id_, fact in rows]

    async def events(self, ids: Collection[str]) -> Mapping[str, Evidence]:
        rows = await self._rows.fetch(_EVENTS, list(ids))
        return {found.envelope.id: found for found in map(_evidence, (value for (value,) in rows))}


class _Named(msgspec.Struct):
    """What events call the thing they are about."""

    title: str | None = None
    name: str | None = None
    summary: str | None = None


_unit_fact: Final = msgspec.json.Decoder(UnitFact)
_envelope: Final = msgspec.json.Decoder(Envelope)
_named: Final = msgspec.json.Decoder(_Named)


def _asked_for(classes: Collection[str] | None) -> tuple[str | None, str]:
    """The classes in a line, and the lowest level at which there are any."""
    if classes is None:
        return None, str(_LOWEST)
    lowest = max((_LEVEL_OF.get(name, _LOWEST) for name in classes), default=0)
    return "".join(f"{name} " for name in classes), str(lowest)


def _evidence(value: bytes) -> Evidence:
    envelope = _envelope.decode(value)
    named = _named.decode(envelope.data)
    return Evidence(envelope, named.title or named.name or named.summary)
