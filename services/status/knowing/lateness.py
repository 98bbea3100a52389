"""Lateness: how many entries were recorded after the day they happened, by unit and day."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Final

from services.status.knowing.entries import LATE, ON, Units
from services.status.knowing.scope import Scope
from services.status.stored import Reader
from shared.kernel.positions import Positions

# What is told of a unit and of those below it lies in the histories of its scope. Of all there are,
# nobody asks which of them are below it: they need not be told apart.
_LATE_ON: Final = f"""
select case when $5 then '' else h.unit end, {ON} as on, count(*)
from unnest($1::text[], $2::text[], $3::bigint[]) p(service, league, version)
cross join lateral (
    select unit, occurred_at from history h
    where service = p.service and league = p.league and version <= p.version and campaign = $4
      and {LATE}
    offset 0
) h
group by 1, 2
"""  # noqa: S608 - the expressions are ours


class Lateness:
    """Late entries up to a position, counted once for whatever day is asked about."""

    def __init__(self, by_unit: Mapping[str, Mapping[date, int]]) -> None:
        self._by_unit = by_unit

    @property
    def weight(self) -> int:
        """About how much is kept."""
        return sum(map(len, self._by_unit.values()))

    def count(self, units: Units, day: date) -> int:
        """Of the entries of these units that had happened by the end of the day."""
        asked = (
            self._by_unit if units is None else (each for each in units if each in self._by_unit)
        )
        return sum(n for unit in asked for on, n in self._by_unit[unit].items() if on <= day)


NEVER_LATE: Final = Lateness({})


async def lateness(rows: Reader, campaign: str, position: Positions, scope: Scope) -> Lateness:
    """Of the histories of a scope; where that is all there are, of all units together."""
    ends = {key: end for key, end in position.items() if scope is None or key[1] in scope}
    services, leagues = [service for service, _ in ends], [league for _, league in ends]
    found: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for unit, on, n in await rows.fetch(
        _LATE_ON, services, leagues, [*ends.values()], campaign, scope is None
    ):
        found[unit][on] = n
    return Lateness(found)
