"""Units as commands need them, from the local unit directory."""

from collections.abc import Iterable

from shared.kernel.refusals import UnknownUnit
from shared.kernel.setting import UnitAtHand
from shared.platform.postgres import Pool

_AT_HAND = """
select code, level, kind, path, registered_on, abolished_on from unit_directory
where campaign = $1 and code = any($2::text[]) and registered_on is not null and path is not null
"""
_PATHS = """
select path from unit_directory
where campaign = $1 and code = any($2::text[]) and path is not null
"""


async def units_at_hand(pool: Pool, campaign: str, codes: Iterable[str]) -> dict[str, UnitAtHand]:
    """Those of the codes that are known, in one query."""
    rows = await pool.fetch(_AT_HAND, campaign, list(codes))
    return {row["code"]: UnitAtHand(*row) for row in rows}


async def unit_at_hand(pool: Pool, campaign: str, code: str) -> UnitAtHand:
    """The unit, or UnknownUnit."""
    row = await pool.fetchrow(_AT_HAND, campaign, [code])
    if row is None:
        raise UnknownUnit(unit=code)
    return UnitAtHand(*row)


async def paths_of(pool: Pool, campaign: str, codes: Iterable[str]) -> list[str]:
    """The present paths of those that are known."""
    return [row["path"] for row in await pool.fetch(_PATHS, campaign, list(codes))]
