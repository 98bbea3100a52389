"""Units as commands need them: from the local directory, with their implementation plan's standing."""

from collections.abc import Iterable

import asyncpg

from services.schedule.domain.campaign import IMPLEMENTATION
from services.schedule.domain.setting import PlanStanding, UnitAtHand
from shared.kernel.refusals import UnknownUnit
from shared.platform.gathering import Gatherer
from shared.platform.postgres import Pool

_Place = tuple[str, str]
"""Campaign and code."""

# One round trip for units and their plans: a meeting held without an approved plan is flagged.
_AT_HAND = f"""
select d.campaign, d.code, d.level, d.kind, d.path, d.registered_on, d.abolished_on,
       p.state as plan_state, p.decided_at
from unnest($1::text[], $2::text[]) as w(campaign, code)
join unit_directory d on d.campaign = w.campaign and d.code = w.code
left join plans p
    on p.campaign = d.campaign and p.unit = d.code and p.category = '{IMPLEMENTATION}'
where d.registered_on is not null and d.path is not null
"""  # noqa: S608 - the category is ours


class UnitReader:
    """Units one at a time, as commands need them; those asked for together are read together."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._gatherer: Gatherer[_Place, UnitAtHand | None] = Gatherer(self._read, patient=True)

    async def unit(self, campaign: str, code: str) -> UnitAtHand:
        """The unit, or UnknownUnit."""
        unit = await self._gatherer.ask((campaign, code))
        if unit is None:
            raise UnknownUnit(unit=code)
        return unit

    async def _read(self, places: list[_Place]) -> list[UnitAtHand | None]:
        rows = await self._pool.fetch(_AT_HAND, *zip(*places, strict=True))
        found = {(row["campaign"], row["code"]): row for row in rows}
        return [_at_hand(found[place]) if place in found else None for place in places]


async def units_at_hand(pool: Pool, campaign: str, codes: Iterable[str]) -> dict[str, UnitAtHand]:
    """Those of the codes that are known, in one query."""
    wanted = list(codes)
    rows = await pool.fetch(_AT_HAND, [campaign] * len(wanted), wanted)
    return {row["code"]: _at_hand(row) for row in rows}


def _at_hand(row: asyncpg.Record) -> UnitAtHand:
    _, code, level, kind, path, registered_on, abolished_on, plan_state, decided_at = row
    plan = None
    if plan_state is not None:
        plan = PlanStanding(decided_at if plan_state == "approved" else None)
    return UnitAtHand(code, level, kind, path, registered_on, abolished_on, plan)
