"""Durability for many at once: one flush of PostgreSQL's log for all who wait for it."""

import asyncio

from shared.platform.postgres import Pool

# A transaction of its own that writes a record of no meaning to the log: its commit waits until
# the log, and so everything committed before, is on disk. One that writes none (that only takes
# a number, say) is never waited for.
FLUSH = "select pg_logical_emit_message(true, 'flush', '')"


class Flusher:
    """Lets a command commit without waiting for the disk while it holds a league's lock, and
    wait for the disk here, together with the others, before it is answered.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: list[asyncio.Future[None]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def flushed(self) -> None:
        """Return once all that was committed before this call is on disk; raise what kept it off."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await mine

    async def _flush(self) -> None:
        while self._waiting:
            # Whoever comes from here on committed after this flush began and waits for the next.
            waiting, self._waiting = self._waiting, []
            try:
                await self._pool.execute(FLUSH)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                _tell(waiting, error)
            else:
                _tell(waiting, None)


def _tell(waiting: list[asyncio.Future[None]], error: Exception | None) -> None:
    for each in waiting:
        if each.done():  # its request was cancelled
            continue
        if error is None:
            each.set_result(None)
        else:
            each.set_exception(error)
