"""Looking at children from outside: which still live, and a tiny stack as a program."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from deploy.layout import ROOT

WAIT_SECONDS = 20.0


def living(pids: list[int]) -> list[int]:
    """Those that still run; a zombie waits only to be counted and does nothing."""
    found = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _gone, alive = psutil.wait_procs(found, timeout=0)
    return [each.pid for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def wait_until_gone(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + WAIT_SECONDS
    while living(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return living(pids)


class start_tiny_stack:  # noqa: N801  reads as a sentence where it is used
    """Run a tiny stack in a process of its own; yield it and its children's numbers."""

    def __init__(self, data_dir: Path) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.support.tiny_stack", str(data_dir)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._parent.pid

    @contextmanager
    def interrupted(self) -> Iterator[str]:
        self._parent.send_signal(signal.SIGTERM)
        yield self._parent.communicate(timeout=WAIT_SECONDS)[1]

    def __enter__(self) -> tuple[subprocess.Popen[str], list[int]]:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline()
        return self._parent, list(json.loads(line).values())

    def __exit__(self, *_exception: object) -> None:
        self._parent.kill()
        self._parent.communicate()
