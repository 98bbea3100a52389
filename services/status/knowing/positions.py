"""Positions: how far each history had come at an instant, or has come by now."""

from datetime import datetime

from services.status.stored import Reader
from shared.kernel.positions import Positions

_NOW = "select service, league, version from checkpoints where projection = $1"

# Within a history, later versions were recorded later: the version is searched by halving, each
# step one lookup a history. First the last one is looked at: of histories that have not grown since,
# it tells all. A version that was parked is missing; the one before it tells as much.
_AT = """
with recursive search(service, league, low, high, middle) as (
    select service, league, 0::bigint, version, version from checkpoints where projection = $1
    union all
    select service, league, low, high, (low + high + 1) / 2
    from (
        select s.service, s.league, case when h.known then s.middle else s.low end as low,
               case when h.known then s.high else s.middle - 1 end as high
        from search s
        cross join lateral (select coalesce((
            select recorded_at <= $2 from history
            where service = s.service and league = s.league and version <= s.middle
            order by version desc limit 1
        ), true) as known offset 0) h
        where s.low < s.high
    ) s
)
select service, league, low from search where low = high and low > 0
"""


async def position_now(rows: Reader, projection: str) -> Positions:
    """Up to where the views hold each history."""
    found = await rows.fetch(_NOW, projection)
    return {(service, league): version for service, league, version in found}


async def position_at(rows: Reader, projection: str, instant: datetime) -> Positions:
    """The last version of each history that had been recorded at an instant."""
    found = await rows.fetch(_AT, projection, instant)
    return {(service, league): version for service, league, version in found}
