"""Knowing: views as they were known at an instant, folded anew from the history each time."""

from datetime import UTC

import asyncpg

from tests.bench.client import Call, send
from tests.bench.report import Figure, Report, percentile
from tests.bench.world import World

CAMPAIGN, REGION, LEAGUE = "nmg-2014", "15", "1502"
TIMES = 5
# Each of these excludes another event, so that none is answered from what was folded before.
_INSTANTS = """
select distinct recorded_at - interval '1 microsecond' as at from status.history
where campaign = $1 order by 1 desc limit $2
"""


async def known_then(world: World, report: Report) -> None:
    """One league and the region, cold, one after the other."""
    connection = await asyncpg.connect(world.stack.database_url)
    try:
        instants = [at for (at,) in await connection.fetch(_INSTANTS, CAMPAIGN, TIMES)]
    finally:
        await connection.close()
    for unit, name, limit in ((LEAGUE, "a league", 300), (REGION, "the region", 3_000)):
        calls = [
            Call(
                "GET",
                f"/campaigns/{CAMPAIGN}/units/{unit}/status?as_of=2014-03-04"
                f"&known_at={at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
                headers=world.headers(f"clerk-{REGION}"),
            )
            for at in instants
        ]
        taken = await send(world.stack.urls["status"], calls, 1)
        median = percentile(taken.seconds, 0.5) * 1000
        report.add(Figure(f"known at an instant, {name}, cold", median, "ms", "under", limit))
