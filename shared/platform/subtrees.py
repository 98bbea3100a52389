"""Subtrees of the unit directory as conditions: where a unit stands now, not where it stood."""

from collections.abc import Sequence
from typing import Final

from shared.platform.postgres import Pool

_WITHIN: Final = """
unnest({paths}::text[]) u(path)
join unit_directory d on d.campaign = $1
    and d.path collate "C" >= u.path and d.path collate "C" < u.path || '/'
    and (d.path = u.path or d.path collate "C" >= u.path || '.')
"""
_FEW: Final = 300
_AS_MANY = f"select count(*) from (select from {_WITHIN.format(paths='$2')} limit {_FEW + 1}) found"  # noqa: S608


async def many_units(pool: Pool, campaign: str, paths: Sequence[str]) -> bool:
    """Whether below these paths there are more units than are worth looking up one by one."""
    found: int = await pool.fetchval(_AS_MANY, campaign, list(paths))
    return found > _FEW


def gathered(column: str, paths: str) -> str:
    """SQL that finds rows by their units, an index over `column` being there; `$1` is the
    campaign, `paths` the place of the paths. The array is made once, and not read by the planner.
    """
    return f"{column} = any(array(select d.code from {_WITHIN.format(paths=paths)}))"  # noqa: S608 - names are ours


def tested(column: str, paths: str) -> str:
    """SQL that tells of each row it is given whether its unit is one of them, from a hashed set:
    as a plain `in` it would be joined, and the order of the rows lost.
    """
    return f"({column} in (select d.code from {_WITHIN.format(paths=paths)})) is true"  # noqa: S608 - names are ours
