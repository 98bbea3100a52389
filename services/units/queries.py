"""What can be asked of the hierarchy, as it is or as it was on a day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg
import msgspec

from shared.kernel.refusals import UnknownUnit
from shared.kernel.units import ancestors
from shared.platform.cursors import MalformedCursor
from shared.platform.postgres import Pool

_SHOWN = (
    "campaign, code, parent, path, level, kind, class, name,"
    " registered_on, gone_on, merged_into, version"
)
_NOW = f"select {_SHOWN} from units"  # noqa: S608 - a constant
# Where a unit stood and what it was called on the day $2.
_THEN = """
select u.campaign, u.code, p.parent, p.path, u.level, u.kind, u.class, n.name,
       u.registered_on, u.gone_on, u.merged_into, u.version
from units u
join unit_places p on p.campaign = u.campaign and p.code = u.code
    and p.from_on <= $2 and (p.until_on is null or p.until_on > $2)
join unit_names n on n.campaign = u.campaign and n.code = u.code
    and n.from_on <= $2 and (n.until_on is null or n.until_on > $2)
"""
_GROUPS = """
select g.campaign, g.unit, g.group_kind, g.leader, g.members, g.formed_on, g.reinforced_on,
       g.rules_title, g.rules_adopted_on, g.version
from leading_groups g where g.campaign = $1 and g.unit = $2 order by g.group_kind
"""
_CURSOR = re.compile(r"([0-9]):([0-9A-Za-z-]{1,41})")
_SPECIAL = re.compile(r"([%_\\])")


class UnitAnswer(msgspec.Struct, frozen=True, rename={"class_": "class"}):
    """A unit; `abolished_on` is the first day it no longer counts."""

    campaign: str
    code: str
    parent: str | None
    path: str
    level: int
    kind: str
    class_: str
    name: str
    registered_on: date
    abolished_on: date | None
    merged_into: str | None
    version: int


class UnitPage(msgspec.Struct, frozen=True):
    """Units by level and code; `next` is the cursor of the page after, or null."""

    items: list[UnitAnswer]
    next: str | None


class UnitPath(msgspec.Struct, frozen=True):
    """The units from the root down to this one."""

    items: list[UnitAnswer]


class GroupAnswer(msgspec.Struct, frozen=True):
    """A leading group or office; `leader` is a person id, whose name the directory knows."""

    campaign: str
    unit: str
    group: str
    leader: str | None
    members: int
    formed_on: date
    reinforced_on: date | None
    rules_title: str | None
    rules_adopted_on: date | None
    version: int


class GroupList(msgspec.Struct, frozen=True):
    items: list[GroupAnswer]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which units of a campaign: every condition given must hold. `granted` are the units in
    whose subtrees the caller may read; None where that was asked already.
    """

    campaign: str
    as_of: date | None = None
    parent: str | None = None
    below: str | None = None
    level: int | None = None
    kind: str | None = None
    text: str | None = None
    granted: Sequence[str] | None = None
    cursor: str | None = None
    limit: int = 100


async def unit_of(pool: Pool, campaign: str, code: str, as_of: date | None = None) -> UnitAnswer:
    """The unit, also one that is gone; UnknownUnit when it was not there yet."""
    rows = await _fetch(pool, campaign, as_of, ["code = {}"], [code], "")
    if not rows:
        raise UnknownUnit(unit=code)
    return UnitAnswer(*rows[0])


async def path_of(pool: Pool, unit: UnitAnswer, as_of: date | None = None) -> UnitPath:
    codes = [*ancestors(unit.path), unit.code]
    rows = await _fetch(pool, unit.campaign, as_of, ["code = any({}::text[])"], [codes], "")
    found = {row["code"]: UnitAnswer(*row) for row in rows}
    return UnitPath([found[code] for code in codes if code in found])


async def units_page(pool: Pool, wanted: Wanted) -> UnitPage:
    """A page of units that exist on the day asked for."""
    conditions, values = _conditions(wanted)
    order = f" order by level, code limit {wanted.limit + 1:d}"
    rows = await _fetch(pool, wanted.campaign, wanted.as_of, conditions, values, order)
    items = [UnitAnswer(*row) for row in rows[: wanted.limit]]
    last = f"{items[-1].level}:{items[-1].code}" if len(rows) > wanted.limit else None
    return UnitPage(items, last)


async def groups_of(pool: Pool, unit: UnitAnswer) -> GroupList:
    rows = await pool.fetch(_GROUPS, unit.campaign, unit.code)
    return GroupList([GroupAnswer(*row) for row in rows])


def beginning_with(text: str) -> str:
    """A LIKE pattern for what begins with this text, whatever is in it."""
    return _SPECIAL.sub(r"\\\1", text) + "%"


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """SQL conditions with `{}` for each value, and the values."""
    there = "gone_on is null" if wanted.as_of is None else "(gone_on is null or gone_on > $2)"
    conditions = [there]
    values: list[Any] = []
    for condition, given in (
        ("parent = {}", _one(wanted.parent)),
        ("path > {} and path < {}", _between(wanted.below)),
        ("level = {}", _one(wanted.level)),
        ("kind = {}", _one(wanted.kind)),
        ("(name ilike {} or code like {})", _matching(wanted.text)),
        ("string_to_array(path, '.') && {}::text[]", _one(wanted.granted)),
        ("(level, code) > ({}::smallint, {})", _after(wanted.cursor)),
    ):
        if given:
            conditions.append(condition)
            values += given
    return conditions, values


def _one(value: object) -> tuple[Any, ...]:
    return () if value is None else (value,)


def _between(path: str | None) -> tuple[str, ...]:
    # '/' follows '.' in the C collation.
    return () if path is None else (f"{path}.", f"{path}/")


def _matching(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    pattern = beginning_with(text)
    return (f"%{pattern}", pattern)


def _after(cursor: str | None) -> tuple[int, str] | tuple[()]:
    if cursor is None:
        return ()
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise MalformedCursor
    return int(match[1]), match[2]


async def _fetch(
    pool: Pool,
    campaign: str,
    as_of: date | None,
    conditions: Sequence[str],
    values: Sequence[Any],
    order: str,
) -> list[asyncpg.Record]:
    fixed: list[Any] = [campaign] if as_of is None else [campaign, as_of]
    numbers = (f"${n}" for n in range(len(fixed) + 1, len(fixed) + len(values) + 1))
    where = " and ".join(conditions)
    for number in numbers:
        where = where.replace("{}", number, 1)
    units = _NOW if as_of is None else _THEN
    rows: list[asyncpg.Record] = await pool.fetch(
        f"select * from ({units}) u where campaign = $1 and {where}{order}",  # noqa: S608 - values are bound
        *fixed,
        *values,
    )
    return rows
