"""Memory is given back when there is enough of it and time for it."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from shared.platform.memory import GivingBack, give_back_when_idle, resident_bytes

MEGABYTE = 1024 * 1024


@dataclass
class Process:
    """Its resident megabytes, and what trimming brings them down to."""

    megabytes: int
    needed: int
    trims: list[int] = field(default_factory=list)

    def trim(self) -> None:
        self.trims.append(self.megabytes)
        self.megabytes = self.needed

    def resident(self) -> int:
        return self.megabytes * MEGABYTE

    def giving(self) -> GivingBack:
        return GivingBack(self.trim, self.resident, self.resident())


def test_a_process_that_has_grown_gives_back_once() -> None:
    process = Process(90, needed=100)
    giving = process.giving()
    process.megabytes = 160

    assert [giving.look(0.0) for _ in range(3)] == [True, False, False]
    assert process.trims == [160]


def test_what_is_used_is_not_asked_for_again_until_it_has_grown_further() -> None:
    process = Process(90, needed=150)
    giving = process.giving()
    process.megabytes = 160
    giving.look(0.0)

    process.megabytes = 157
    assert not giving.look(0.0)
    process.megabytes = 158
    assert giving.look(0.0)


def test_a_busy_process_is_left_alone_until_it_has_time() -> None:
    process = Process(90, needed=90)
    giving = process.giving()
    process.megabytes = 160

    assert not giving.look(0.9)
    assert giving.look(0.1)


def test_growth_is_reckoned_from_the_least_there_was() -> None:
    process = Process(90, needed=80)
    giving = process.giving()
    process.megabytes = 80
    giving.look(0.0)
    process.megabytes = 89

    assert giving.look(0.0)


def scattered() -> Callable[[], int]:
    """Fifty megabytes on the heap, of which all but every fiftieth piece is freed at once."""
    pieces = [bytes(2000) for _ in range(25_000)]
    kept = pieces[::50]
    pieces.clear()
    return lambda: len(kept)


def test_trimming_frees_what_lies_between_pieces_in_use() -> None:
    still_used = scattered()
    before = resident_bytes()

    giving = GivingBack(lambda: ctypes.CDLL(None).malloc_trim(0), resident_bytes, 0)

    assert giving.look(0.0)
    assert before - resident_bytes() > 20 * MEGABYTE
    assert still_used() == 500


def test_nothing_is_watched_where_the_system_cannot_trim(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    class NoThread:
        def __init__(self, **told: object) -> None:
            started.append(str(told["name"]))

        def start(self) -> None:
            started.append("started")

    monkeypatch.setattr("shared.platform.memory.Thread", NoThread)
    give_back_when_idle()
    assert started == ["giving-back", "started"]

    monkeypatch.setattr("shared.platform.memory.ctypes.CDLL", lambda _: object())
    give_back_when_idle()
    assert started == ["giving-back", "started"]
