"""Ctrl-C and its kin: one way to end, and a stop that is not broken by a second one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a second Ctrl-C not break a stop that is under way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in held.items():
            signal.signal(each, handler)


def end_like_ctrl_c() -> None:
    """Make SIGTERM and a closed terminal unwind the program as Ctrl-C does.

    Also when a script started it in the background, where shells let Ctrl-C be ignored.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
