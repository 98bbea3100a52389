"""How fast a replay goes: so many events or so many days a second, or as fast as it is read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.status.replaying.reading import Told
from services.status.replaying.selection import By

SPEED_PATTERN: Final = r"^[0-9]{1,6}(\.[0-9]{1,3})?d?$"
_DAY: Final = timedelta(days=1)


@dataclass
class Pace:
    """When the next event is due, in seconds after the first; at rate 0, all are due at once.

    Days pass with the latest day come to, for late entries lie behind it.
    """

    rate: float = 0.0
    counts_days: bool = False
    by: By = "occurred"
    _events: int = 0
    _first: datetime | None = None
    _latest: datetime | None = None

    def due_after(self, told: Told) -> float:
        if not self.rate:
            return 0.0
        self._events += 1
        if not self.counts_days:
            return (self._events - 1) / self.rate
        by_recorded = self.by == "recorded"
        at = told.position.recorded_at if by_recorded else told.heard.occurred_at
        self._first = self._first or at
        self._latest = max(self._latest or at, at)
        return (self._latest - self._first) / _DAY / self.rate


def pace_of(speed: str, by: By) -> Pace:
    """`250` is events a second, `7d` days a second."""
    return Pace(float(speed.removesuffix("d")), speed.endswith("d"), by)
