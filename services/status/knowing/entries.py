"""Entries: events of a unit and those below it, counted and paged as they were recorded."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from services.status.contributions import NOW, THEN, Tree
from services.status.facts import UnitFact
from services.status.stored import Reader
from shared.kernel.envelope import Envelope
from shared.kernel.positions import Positions
from shared.kernel.time import local_date, local_midnight
from shared.kernel.units import within
from shared.platform.cursors import cursor_of, values_after

_ORDER: Final = "recorded"
_KINDS: Final = (("timestamptz", False), ("text", False), ("text", False), ("bigint", False))
_ZONE: Final = "at time zone 'Asia/Shanghai')::date"
ON: Final = f"(h.occurred_at {_ZONE}"
"""The day an entry happened."""
LATE: Final = f"(h.recorded_at {_ZONE} > {ON}"
"""Whether it was recorded after that day."""

_FROM: Final = """
from history h
join unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) p(service, league, one, other)
    on (p.service, p.league) = (h.service, h.league)
where h.campaign = $5 and ($6::text[] is null or h.unit = any($6))
"""
_LATE_FROM: Final = _FROM + f"and h.version <= p.one and h.occurred_at < $7 and {LATE}"
# What counts at one of two points and not at the other.
_BETWEEN_FROM: Final = (
    _FROM
    + """
and h.version <= greatest(p.one, p.other) and ($7::timestamptz <> $8::timestamptz or h.version > least(p.one, p.other))
and (h.version <= p.one and h.occurred_at < $7) <> (h.version <= p.other and h.occurred_at < $8)
"""
)
_PAGE: Final = """
and (h.recorded_at, h.service, h.league, h.version) > (${0}, ${1}, ${2}, ${3})
order by h.recorded_at, h.service, h.league, h.version limit ${4}
"""
_COLUMNS: Final = "select h.recorded_at, h.service, h.league, h.version, h.value"

_BELOW: Final = """
select f.unit, null as fact from unit_facts f
where f.campaign = $1 and (f.unit = $2 or starts_with(f.path, $3))
union all
select f.unit, f.fact from unit_facts f
where f.campaign = $1 and f.unit in (select unit from former_parents where campaign = $1)
"""
_BEGINNING: Final = (datetime(1900, 1, 1, tzinfo=UTC), "", "", 0)


Units: TypeAlias = Sequence[str] | None
"""Codes; None for all there are."""


class Point(NamedTuple):
    """What is counted: all up to a position that had happened by the end of a day."""

    position: Positions
    day: date


class Entry(msgspec.Struct):
    """An event: what, of which unit, who entered it, when it happened and when it was recorded."""

    event: str
    type: str
    service: str
    league: str
    version: int
    unit: str
    unitpath: str
    actor: str
    happened_at: datetime
    recorded_at: datetime
    late: bool
    """Recorded after the end of the day on which it happened."""
    import_id: str | None


class EntryPage(NamedTuple):
    total: int
    entries: list[Entry]
    next_cursor: str | None


async def late_page(
    rows: Reader, campaign: str, point: Point, units: Units, cursor: str | None, limit: int
) -> EntryPage:
    asked = _asked(campaign, point.position, point.position, units, point.day)
    return await _page(rows, _LATE_FROM, asked, cursor, limit)


async def between(
    rows: Reader,
    campaign: str,
    points: tuple[Point, Point],
    units: Units,
    cursor: str | None,
    limit: int,
) -> EntryPage:
    """What counts at one of the points and not at the other, the newest record last."""
    one, other = points
    asked = _asked(campaign, one.position, other.position, units, one.day)
    return await _page(rows, _BETWEEN_FROM, [*asked, _end_of(other.day)], cursor, limit)


async def below_today(
    rows: Reader, campaign: str, unit: str, fact: UnitFact, day: date, tree: Tree
) -> Units:
    """The unit and those that stand below it on a day as is known today; None of the root."""
    return await below_on(rows, campaign, unit, fact, {day}, tree)


async def below_on(
    rows: Reader,
    campaign: str,
    unit: str,
    fact: UnitFact,
    days: Collection[date],
    tree: Tree = THEN,
) -> Units:
    """The same, on any of these days."""
    if "." not in fact.path:
        return None
    found: dict[str, UnitFact | None] = {}
    for code, text in await rows.fetch(_BELOW, campaign, unit, f"{fact.path}."):
        found[code] = _fact(text) if text else found.get(code)
    return sorted(
        code
        for code, moved in found.items()
        if code == unit or moved is None or _stood_below(moved, unit, days, tree)
    )


def _stood_below(fact: UnitFact, unit: str, days: Collection[date], tree: Tree) -> bool:
    paths = [fact.path] if tree == NOW else [fact.path_on(day) for day in days]
    return any(within(path, unit) for path in paths)


async def _page(
    rows: Reader, selected: str, asked: Sequence[Any], cursor: str | None, limit: int
) -> EntryPage:
    total = await rows.fetchval(f"select count(*) {selected}", *asked)
    after = values_after(cursor, _KINDS, _ORDER) or _BEGINNING
    numbers = range(len(asked) + 1, len(asked) + 6)
    query = f"{_COLUMNS} {selected} {_PAGE.format(*numbers)}"
    found = await rows.fetch(query, *asked, *after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else cursor_of(tuple(last)[:4], _ORDER)
    return EntryPage(total, [_entry(row["value"]) for row in found[:limit]], following)


def _asked(campaign: str, one: Positions, other: Positions, units: Units, day: date) -> list[Any]:
    keys = sorted(one.keys() | other.keys())
    services, leagues = [service for service, _ in keys], [league for _, league in keys]
    ones, others = [one.get(key, 0) for key in keys], [other.get(key, 0) for key in keys]
    codes = None if units is None else list(units)
    return [services, leagues, ones, others, campaign, codes, _end_of(day)]


def _end_of(day: date) -> datetime:
    return local_midnight(day + timedelta(days=1))


def _entry(value: bytes) -> Entry:
    envelope = _envelope(value)
    return Entry(
        event=envelope.id,
        type=envelope.type,
        service=envelope.service,
        league=envelope.league,
        version=envelope.version,
        unit=envelope.subject,
        unitpath=envelope.unitpath,
        actor=envelope.actor,
        happened_at=envelope.time,
        recorded_at=envelope.recordedat,
        late=local_date(envelope.recordedat) > local_date(envelope.time),
        import_id=envelope.importid or None,
    )


_fact: Final = msgspec.json.Decoder(UnitFact).decode
_envelope: Final = msgspec.json.Decoder(Envelope).decode
