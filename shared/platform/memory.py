"""Gives memory back: what glibc keeps of a large upload or batch, once a process has time for it."""

import ctypes
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Final

_LOOK_SECONDS: Final = 2.0
# Above this share of a core, whoever is served now would wait for it.
_BUSY: Final = 0.5
_WORTH_BYTES: Final = 8 * 1024 * 1024
_STATM: Final = Path("/proc/self/statm")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass
class GivingBack:
    """Trims the heap when the process has grown since and is not busy. Freed pages between others
    that are in use stay with the process otherwise, whatever the threshold of trimming is.
    """

    trim: Callable[[], object]
    resident: Callable[[], int]
    least: int

    def look(self, busy: float) -> bool:
        """Whether memory was given back; `busy` is the share of a core used since the last look."""
        self.least = min(self.least, self.resident())
        if busy > _BUSY or self.resident() < self.least + _WORTH_BYTES:
            return False
        self.trim()
        self.least = self.resident()
        return True


def give_back_when_idle() -> None:
    """From now on, beside everything else; nothing where the system cannot be told to."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None or not _STATM.exists():
        return
    giving = GivingBack(lambda: trim(0), resident_bytes, resident_bytes())
    Thread(target=_watch, args=(giving,), name="giving-back", daemon=True).start()


def resident_bytes() -> int:
    """Of this process, as Linux counts it."""
    return int(_STATM.read_text("ascii").split()[1]) * _PAGE_BYTES


def _watch(giving: GivingBack) -> None:
    while True:
        before = time.process_time()
        time.sleep(_LOOK_SECONDS)
        giving.look((time.process_time() - before) / _LOOK_SECONDS)
