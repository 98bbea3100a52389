"""A stack as a program of its own, interrupted and killed from outside."""

import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.support.children import WAIT_SECONDS, living, start_tiny_stack, wait_until_gone


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_stack_stops_every_child_and_ends_well(
    data_dir: Path, how: signal.Signals
) -> None:
    with start_tiny_stack(data_dir) as (parent, pids):
        parent.send_signal(how)
        said, _ = parent.communicate(timeout=WAIT_SECONDS)

    assert said == "stopped\n"
    assert parent.returncode == 0
    assert living(pids) == []


def test_a_stack_in_a_scripts_background_ends_too(data_dir: Path) -> None:
    ignored = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as sh does for "program &"
    try:
        starting = start_tiny_stack(data_dir)
    finally:
        signal.signal(signal.SIGINT, ignored)
    with starting as (parent, pids):
        parent.send_signal(signal.SIGTERM)
        said, _ = parent.communicate(timeout=WAIT_SECONDS)

    assert said == "stopped\n"
    assert living(pids) == []


def test_a_stack_that_is_killed_leaves_no_orphans_and_starts_again(data_dir: Path) -> None:
    with start_tiny_stack(data_dir) as (parent, pids):
        parent.kill()
        parent.wait()
        left = wait_until_gone(pids)
    with start_tiny_stack(data_dir) as (again, _):
        again.send_signal(signal.SIGINT)
        said, _unused = again.communicate(timeout=WAIT_SECONDS)

    assert left == []
    assert said == "stopped\n"


@pytest.mark.parametrize("after_seconds", [0.1, 0.6, 1.2])
def test_an_interrupt_while_it_starts_leaves_nothing(data_dir: Path, after_seconds: float) -> None:
    starting = start_tiny_stack(data_dir)
    time.sleep(after_seconds)
    children = psutil.Process(starting.pid).children(recursive=True)
    with starting.interrupted() as complaints:
        left = wait_until_gone([child.pid for child in children])

    assert complaints == ""
    assert left == []
