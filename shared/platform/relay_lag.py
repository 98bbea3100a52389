"""The relay's lag, read from the store: what is not yet published, since when, by a clock that is right."""

import asyncio
from contextlib import suppress

import structlog

from shared.platform.metrics import Metrics
from shared.platform.pausing import pause
from shared.platform.postgres import LOST, Pool

log = structlog.get_logger()

_MEASURE_SECONDS = 1.0
# Clocks of neighbours differ by less; behind by more, one of them was set back.
_SET_BACK_SECONDS = 1.0

# One look-up by primary key for each league that is behind; the oldest event that waits is the
# next one the relay will publish.
_LAG = """
select h.league, h.version - coalesce(c.published_version, 0) as events,
       coalesce(extract(epoch from clock_timestamp() - next.recorded_at), 0)::float8 as seconds,
       coalesce(extract(epoch from h.recorded_at - clock_timestamp()), 0)::float8 as ahead
from histories h
left join relay_cursors c using (league)
left join events next
    on next.league = h.league and next.version = coalesce(c.published_version, 0) + 1
"""


class RelayLag:
    """Measures beside the relay, so that a relay that hangs, or is another's, shows as well."""

    def __init__(self, pool: Pool, service: str, metrics: Metrics) -> None:
        self._pool = pool
        self._service = service
        self._metrics = metrics
        self._set_back = False

    async def run(self, stop: asyncio.Event) -> None:
        """Measure once a second; while the database is gone, the last figures stand."""
        stopped = False
        while not stopped:
            with suppress(*LOST):
                await self.measure()
            stopped = await pause(stop, _MEASURE_SECONDS)

    async def measure(self) -> None:
        rows = await self._pool.fetch(_LAG)
        for row in rows:
            self._metrics.relay_lag_events.labels(self._service, row["league"]).set(row["events"])
        # Clocks of two servers may differ: nothing waits for less than no time.
        seconds = max((row["seconds"] for row in rows), default=0.0)
        self._metrics.relay_lag_seconds.labels(self._service).set(max(0.0, seconds))
        self._tell_clock(max((row["ahead"] for row in rows), default=0.0))

    def _tell_clock(self, seconds: float) -> None:
        """Say that the last event was recorded later than now: once, not every second. Until the
        clock is there again, events are recorded at the instant of that one.
        """
        self._metrics.clock_behind_seconds.labels(self._service).set(max(0.0, seconds))
        before, self._set_back = self._set_back, seconds > _SET_BACK_SECONDS
        if self._set_back and not before:
            log.warning("clock-set-back", service=self._service, seconds=round(seconds, 3))
