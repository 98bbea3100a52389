"""The supervisor, seen with small real children in place of the services."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from deploy.clean import forget
from deploy.embedded import Cluster
from deploy.layout import LOOPBACK, ROOT, Ports
from deploy.local import Stack
from deploy.lock import take_lock
from deploy.problems import CannotRun
from tests.support.tiny_stack import tiny_command

ELSEWHERE = "postgresql://nobody@/nowhere?host=/nonexistent"
WAIT_SECONDS = 20.0
MakeStack = Callable[..., Stack]


@pytest.fixture
def make_stack(tmp_path: Path) -> MakeStack:
    """Make a stack of tiny services only, which starts in about a second."""

    def make(ports: Ports | None = None, services: tuple[str, ...] = ("units",)) -> Stack:
        return Stack(
            tmp_path / "data",
            ports or Ports.free(),
            services,
            database_url=ELSEWHERE,
            bootstrap="127.0.0.1:1",
            command=tiny_command,
        )

    return make


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder that is closed to other users, as a person's home may be."""
    closed = tmp_path / "有 空格"
    closed.mkdir(mode=0o700)
    yield closed / ".data"
    forget(closed / ".data")


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


def test_every_child_is_up_inside_the_block_and_gone_after_it(make_stack: MakeStack) -> None:
    steps: list[str] = []
    stack = make_stack(services=("units", "schedule"))
    stack._say = steps.append

    with stack:
        pids = dict(stack.pids)
        ready = httpx.get(f"{stack.urls['schedule']}/readyz", trust_env=False).status_code

    assert set(pids) == {
        "issuer", "units-api", "units-worker", "schedule-api", "schedule-worker",
    }  # fmt: skip
    assert ready == 200
    assert living(list(pids.values())) == []
    assert steps[:3] == ["issuer", "units migrate", "schedule migrate"]


def test_a_crash_is_told_with_the_name_and_the_last_words(make_stack: MakeStack) -> None:
    with make_stack() as stack:
        pids = list(stack.pids.values())
        stack.check()
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{stack.ports.url('units-worker')}/crash", trust_env=False)
        with pytest.raises(CannotRun) as told:
            stack.wait()

    assert "units-worker ended by itself (exit code 7)" in told.value.en
    assert "units-worker 意外退出" in told.value.zh
    assert "the well is dry" in told.value.details
    assert wait_until_gone(pids) == []


def test_a_child_killed_from_outside_is_told_with_the_signal(make_stack: MakeStack) -> None:
    with make_stack() as stack:
        os.kill(stack.pids["units-api"], signal.SIGKILL)
        with pytest.raises(CannotRun) as told:
            stack.wait()

    assert "units-api ended by itself (SIGKILL)" in told.value.en
    assert "units-api 意外退出(信号 SIGKILL)" in told.value.zh


@pytest.mark.parametrize("role", ["migrate", "api", "worker"])
def test_what_cannot_begin_stops_the_whole_start(
    make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("TINY_FAULT", role)
    stack = make_stack()

    with pytest.raises(CannotRun) as told:
        stack.start()

    assert f"units-{role} ended by itself (exit code 3)" in told.value.en
    assert f"{role} cannot begin" in told.value.details
    assert stack.pids == {}


def test_a_port_in_use_is_told_before_anything_starts(make_stack: MakeStack) -> None:
    ports = Ports.free()
    with socket.socket() as taken:
        taken.bind((LOOPBACK, ports.table["units-worker"]))
        taken.listen()
        with pytest.raises(CannotRun) as told:
            make_stack(ports).start()

    assert f"Port {ports.table['units-worker']} (for units-worker) is in use" in told.value.en
    assert f"(pid {os.getpid()})" in told.value.en
    assert "CAMPAIGN_PORT_BASE" in told.value.zh


def test_a_second_stack_on_the_same_folder_is_told_who_holds_it(make_stack: MakeStack) -> None:
    with make_stack() as first:
        with pytest.raises(CannotRun) as told:
            make_stack().start()
        first.check()

    assert f"(pid {os.getpid()})" in told.value.en


def test_a_killed_child_stays_down_without_alarm_until_restarted(make_stack: MakeStack) -> None:
    with make_stack() as stack:
        before = stack.pids["units-api"]
        stack.kill("units-api")
        stack.check()
        down = "units-api" not in stack.pids
        stack.restart("units-api")

        after = stack.pids["units-api"]
        stack.check()

    assert down
    assert before != after


def test_the_issuer_keeps_its_key_over_a_restart(make_stack: MakeStack) -> None:
    with make_stack() as stack:
        first = httpx.get(f"{stack.issuer_url}/jwks.json", trust_env=False).json()
        stack.restart("issuer")
        second = httpx.get(f"{stack.issuer_url}/jwks.json", trust_env=False).json()
        minted = httpx.post(
            f"{stack.issuer_url}/token", json={"account": "clerk-1502"}, trust_env=False
        )

    assert first == second
    assert minted.status_code == 200


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


def test_a_server_that_a_killed_stack_left_is_ended_first(data_dir: Path) -> None:
    with Stack(data_dir, Ports.free(), services=()) as stack:
        assert stack.cluster is not None
        before = stack.pids["postgres"]
        stack.cluster.prepare()
        left = living([before])
        stack.restart("postgres")
        stack.check()

    assert left == []


async def test_data_outlives_a_clean_stop_and_a_killed_server(data_dir: Path) -> None:
    with Stack(data_dir, Ports.free(), services=()) as stack:
        await execute(stack.database_url, "CREATE TABLE kept (n int)")
        stack.kill("postgres")
        stack.restart("postgres")
        await execute(stack.database_url, "INSERT INTO kept VALUES (1)")
    with Stack(data_dir, Ports.free(), services=()) as stack:
        found = await execute(stack.database_url, "SELECT count(*) FROM kept")

    assert found == 1


async def execute(url: str, statement: str) -> int | None:
    connection = await asyncpg.connect(url)
    try:
        value: int | None = await connection.fetchval(statement)
    finally:
        await connection.close()
    return value


def test_forgetting_is_refused_while_a_stack_runs(data_dir: Path) -> None:
    with take_lock(data_dir), pytest.raises(CannotRun):
        forget(data_dir)

    forget(data_dir)

    assert not (data_dir / "lock").exists()


@pytest.mark.parametrize(
    ("found", "said"),
    [("17\n", "belongs to PostgreSQL 17"), (None, "is not a whole one")],
)
def test_a_foreign_or_broken_data_folder_is_refused(
    tmp_path: Path, found: str | None, said: str
) -> None:
    cluster = Cluster(tmp_path)
    cluster.folder.mkdir()
    if found:
        (cluster.folder / "PG_VERSION").write_text(found, "ascii")

    with pytest.raises(CannotRun) as told:
        cluster.prepare()

    assert said in told.value.en
    assert "make clean-data" in told.value.zh


def test_a_stale_pid_file_whose_number_now_means_another_is_dropped(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.folder.mkdir()
    (cluster.folder / "PG_VERSION").write_text("18\n", "ascii")
    pid_file = cluster.folder / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n", "ascii")

    cluster.prepare()

    assert not pid_file.exists()


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
