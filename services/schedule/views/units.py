"""Units as commands need them: from the local directory, with their implementation plan's standing."""

from collections.abc import Iterable

import asyncpg

from services.schedule.domain.campaign import IMPLEMENTATION
from services.schedule.domain.setting import PlanStanding, UnitAtHand
from shared.kernel.refusals import UnknownUnit
from shared.platform.postgres import Pool

# One round trip for the unit and the plan: a meeting held without an approved plan is flagged.
_AT_HAND = f"""
select d.code, d.level, d.kind, d.path, d.registered_on, d.abolished_on,
       p.state as plan_state, p.decided_at
from unit_directory d
left join plans p
    on p.campaign = d.campaign and p.unit = d.code and p.category = '{IMPLEMENTATION}'
where d.campaign = $1 and d.code = any($2::text[])
    and d.registered_on is not null and d.path is not null
"""  # noqa: S608 - the category is ours

_PATHS = """
select path from unit_directory
where campaign = $1 and code = any($2::text[]) and path is not null
"""


async def units_at_hand(pool: Pool, campaign: str, codes: Iterable[str]) -> dict[str, UnitAtHand]:
    """Those of the codes that are known, in one query."""
    rows = await pool.fetch(_AT_HAND, campaign, list(codes))
    return {row["code"]: _at_hand(row) for row in rows}


async def unit_at_hand(pool: Pool, campaign: str, code: str) -> UnitAtHand:
    """The unit, or UnknownUnit."""
    row = await pool.fetchrow(_AT_HAND, campaign, [code])
    if row is None:
        raise UnknownUnit(unit=code)
    return _at_hand(row)


async def paths_of(pool: Pool, campaign: str, codes: Iterable[str]) -> list[str]:
    return [row["path"] for row in await pool.fetch(_PATHS, campaign, list(codes))]


def _at_hand(row: asyncpg.Record) -> UnitAtHand:
    code, level, kind, path, registered_on, abolished_on, plan_state, decided_at = row
    plan = None
    if plan_state is not None:
        plan = PlanStanding(decided_at if plan_state == "approved" else None)
    return UnitAtHand(code, level, kind, path, registered_on, abolished_on, plan)
