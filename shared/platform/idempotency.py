"""Idempotency keys grow old: a key is remembered for a time, and then may be used again."""

import asyncio
from datetime import timedelta

import structlog

from shared.platform.metrics import Metrics
from shared.platform.pausing import pause
from shared.platform.postgres import LOST, Pool

log = structlog.get_logger()

_LOOK_SECONDS = 60.0
_AT_ONCE = 1_000

# Few at a time and none that another hand holds: a writer never waits for this for long.
_FORGET = """
delete from idempotency_keys where (caller, key) in (
    select caller, key from idempotency_keys where stored_at < now() - $1::interval
    order by stored_at limit $2 for update skip locked
)
"""


class KeyExpiry:
    """Forgets keys older than an age; the same key after that is a new command's."""

    def __init__(
        self, pool: Pool, service: str, metrics: Metrics, age: timedelta, *, at_once: int = _AT_ONCE
    ) -> None:
        self._pool = pool
        self._service = service
        self._metrics = metrics
        self._age = age
        self._at_once = at_once

    async def run(self, stop: asyncio.Event) -> None:
        """Forget a set at a time, pausing when none is left to forget."""
        stopped = False
        while not stopped:
            try:
                forgotten = await self.forget_some()
            except LOST as error:
                log.warning("key-expiry-retrying", error=repr(error), seconds=_LOOK_SECONDS)
                forgotten = 0
            # Between sets, too, others get their turn.
            stopped = await pause(stop, 0.1 if forgotten else _LOOK_SECONDS)

    async def forget_some(self) -> int:
        """Delete the oldest keys past the age, at most a set of them; how many."""
        status = await self._pool.execute(_FORGET, self._age, self._at_once)
        forgotten = int(status.rpartition(" ")[2])
        self._metrics.keys_expired.labels(self._service).inc(forgotten)
        return forgotten
