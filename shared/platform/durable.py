"""Durability for many at once: one flush of PostgreSQL's log for all who wait for it."""

from collections.abc import Sequence

from shared.platform.gathering import Gatherer
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
        # Whoever comes while a flush is under way committed after it began: the next is theirs.
        self._gatherer: Gatherer[None, None] = Gatherer(self._flush)

    async def flushed(self) -> None:
        """Return once all that was committed before this call is on disk; raise what kept it off."""
        await self._gatherer.ask(None)

    async def _flush(self, waiting: Sequence[None]) -> Sequence[None]:
        await self._pool.execute(FLUSH)
        return waiting
