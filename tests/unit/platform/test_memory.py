"""Memory is given back after work, in a quiet moment."""

import ctypes
from collections.abc import Callable

import psutil
import pytest

from shared.platform.memory import GivingBack, give_back_when_idle

MEGABYTE = 1024 * 1024


def looks(*worked: float) -> list[bool]:
    """What becomes of looks two seconds apart, so much having been worked between them."""
    giving = GivingBack(lambda: None)
    return [giving.look(seconds, 2.0) for seconds in worked]


def test_after_some_work_memory_is_given_back_once() -> None:
    assert looks(0.6, 0.0, 0.0) == [False, True, False]


def test_little_work_adds_up() -> None:
    assert looks(0.1, 0.1, 0.1, 0.0) == [False, False, True, False]


def test_who_is_never_quiet_gives_back_now_and_then() -> None:
    assert looks(*[0.9] * 12) == [*[False] * 5, True, *[False] * 5, True]


def test_a_busy_process_is_left_alone_until_it_has_time() -> None:
    assert looks(*[1.9] * 9, 0.3) == [*[False] * 9, True]


def test_each_time_it_trims() -> None:
    trims: list[str] = []
    giving = GivingBack(lambda: trims.append("trimmed"))

    giving.look(6.0, 60.0)
    giving.look(6.0, 60.0)

    assert trims == ["trimmed", "trimmed"]


def scattered() -> Callable[[], int]:
    """Fifty megabytes on the heap, of which all but every fiftieth piece is freed at once."""
    pieces = [bytes(2000) for _ in range(25_000)]
    kept = pieces[::50]
    pieces.clear()
    return lambda: len(kept)


def test_trimming_frees_what_lies_between_pieces_in_use() -> None:
    still_used = scattered()
    process = psutil.Process()
    before = process.memory_info().rss

    assert GivingBack(lambda: ctypes.CDLL(None).malloc_trim(0)).look(6.0, 60.0)

    assert before - process.memory_info().rss > 20 * MEGABYTE
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
