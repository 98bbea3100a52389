"""Gives memory back: what glibc keeps of a large upload or batch, once a process has time for it."""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Final

_LOOK_SECONDS: Final = 2.0
# Shares of a core. Above the one, whoever is served now would wait for it; below the other, nobody.
_BUSY: Final = 0.5
_QUIET: Final = 0.05
# So much must have been worked since, in a quiet moment and in another: it takes milliseconds, and
# without work there is nothing to give.
_SOME_SECONDS: Final = 0.25
_MUCH_SECONDS: Final = 5.0


@dataclass
class GivingBack:
    """Trims the heap after work, in a quiet moment: freed pages between others that are in use
    stay with the process otherwise, whatever the threshold of trimming is.
    """

    trim: Callable[[], object]
    worked_seconds: float = 0.0

    def look(self, worked_seconds: float, seconds: float) -> bool:
        """Whether memory was given back; so many of the last seconds were worked."""
        self.worked_seconds += worked_seconds
        enough = _SOME_SECONDS if worked_seconds <= _QUIET * seconds else _MUCH_SECONDS
        if self.worked_seconds < enough or worked_seconds > _BUSY * seconds:
            return False
        self.worked_seconds = 0.0
        self.trim()
        return True


def give_back_when_idle() -> None:
    """From now on, beside everything else; nothing where the system cannot be told to."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        giving = GivingBack(lambda: trim(0))
        Thread(target=_watch, args=(giving,), name="giving-back", daemon=True).start()


def _watch(giving: GivingBack) -> None:
    while True:
        before = time.process_time()
        time.sleep(_LOOK_SECONDS)
        giving.look(time.process_time() - before, _LOOK_SECONDS)
