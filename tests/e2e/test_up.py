"""`campaign up` starts everything, says where it is, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from deploy.clean import forget
from deploy.layout import DEFAULT_PORT_BASE, ROOT, Ports, free_ports

STARTED_WITHIN_SECONDS = 120
STOPPED_WITHIN_SECONDS = 60


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A data folder and a run of ports that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-up-"))
    folder.chmod(0o755)
    given = {
        k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS"}
    }
    yield {**given, "CAMPAIGN_DATA_DIR": str(folder), "CAMPAIGN_PORT_BASE": str(free_base())}
    forget(folder)
    shutil.rmtree(folder)


def free_base() -> int:
    """A port below the ones the system hands out, with all that follow it free."""
    for base in range(20_000 + free_ports(1)[0] % 10_000, 32_000, 100):
        numbers = [n - DEFAULT_PORT_BASE + base for n in Ports.from_base().table.values()]
        listening = {c.laddr.port for c in psutil.net_connections("tcp") if c.laddr}
        if not listening & set(numbers):
            return base
    raise AssertionError("no hundred free ports in a row")


@contextmanager
def running(environment: dict[str, str], output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`campaign up`, printing into a file; ended in any case."""
    command = [str(Path(sys.executable).with_name("campaign")), "up"]
    with (
        output.open("wb") as stdout,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=stdout) as process,
    ):
        try:
            yield process
        finally:
            process.kill()  # its children end with it


def said(process: subprocess.Popen[bytes], output: Path, words: str) -> str:
    """What the process has printed once the words have come."""
    deadline = time.monotonic() + STARTED_WITHIN_SECONDS
    while words not in output.read_text("utf-8"):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return output.read_text("utf-8")


def test_it_stays_up_until_ctrl_c_and_stops_every_child(
    environment: dict[str, str], tmp_path: Path
) -> None:
    base = int(environment["CAMPAIGN_PORT_BASE"])
    with running(environment, tmp_path / "output") as process:
        text = said(process, tmp_path / "output", "Ctrl-C")
        children = psutil.Process(process.pid).children(recursive=True)
        ready = httpx.get(f"http://127.0.0.1:{base + 5}/readyz", trust_env=False)
        process.send_signal(signal.SIGINT)
        ended = process.wait(STOPPED_WITHIN_SECONDS)

    assert ended == 0
    assert ready.status_code == 200
    assert f"http://127.0.0.1:{base + 1}/docs" in text
    assert len(children) >= 9
    assert [child for child in children if child.is_running()] == []
