"""How fast a replay goes: so many events or so many days a second, or as fast as it is read."""

from dataclasses import dataclass
from typing import Final

from services.status.replaying.reading import Told
from services.status.replaying.selection import By

SPEED_PATTERN: Final = r"^[0-9]{1,6}(\.[0-9]{1,3})?d?$"
_DAY_MICROS: Final = 24 * 3600 * 1_000_000


@dataclass
class Pace:
    """When the next event is due, in seconds after the first; at rate 0, all are due at once.

    Days pass with the latest day come to, for late entries lie behind it.
    """

    rate: float = 0.0
    counts_days: bool = False
    by: By = "occurred"
    _events: int = 0
    _first: int | None = None
    _latest: int | None = None

    def due_after(self, told: Told) -> float:
        if not self.rate:
            return 0.0
        self._events += 1
        if not self.counts_days:
            return (self._events - 1) / self.rate
        micros = told.micros if self.by == "recorded" else told.occurred
        self._first = micros if self._first is None else self._first
        self._latest = max(micros if self._latest is None else self._latest, micros)
        return (self._latest - self._first) / _DAY_MICROS / self.rate


def pace_of(speed: str, by: By) -> Pace:
    """`250` is events a second, `7d` days a second."""
    return Pace(float(speed.removesuffix("d")), speed.endswith("d"), by)
