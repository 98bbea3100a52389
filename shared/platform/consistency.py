"""Waiting until what a caller has just written can be seen here."""

import asyncio

from shared.kernel.positions import Positions
from shared.kernel.refusals import Refusal
from shared.platform.postgres import Pool

_LOOK_SECONDS = 0.02


class ViewBehind(Refusal):
    code = "view-behind"
    status = 503
    zh = "刚写入的内容尚未汇总完成,请稍后再查。"
    en = "This view has not yet caught up with that write; ask again shortly."


class Checkpoints:
    """The positions one projection of this service has reached."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection

    async def reached(self, wanted: Positions) -> bool:
        services, leagues, versions = zip(
            *((service, league, version) for (service, league), version in wanted.items()),
            strict=True,
        )
        behind = await self._pool.fetchval(
            "select count(*) from unnest($2::text[], $3::text[], $4::bigint[]) as w(service, league, version)"
            " where not exists (select 1 from checkpoints c where c.projection = $1"
            " and c.service = w.service and c.league = w.league and c.version >= w.version)",
            self._projection,
            list(services),
            list(leagues),
            list(versions),
        )
        return bool(behind == 0)

    async def wait_for(self, wanted: Positions, timeout_seconds: float) -> None:
        """Return once all positions are reached; raise ViewBehind when that takes too long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while not await self.reached(wanted):
            if loop.time() > deadline:
                raise ViewBehind
            await asyncio.sleep(_LOOK_SECONDS)
