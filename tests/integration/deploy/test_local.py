"""The supervisor, seen with small real children in place of the services."""

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from deploy.layout import LOOPBACK, Ports
from deploy.local import Stack
from deploy.problems import CannotRun
from tests.support.children import living, wait_until_gone
from tests.support.tiny_stack import tiny_command

ELSEWHERE = "postgresql://nobody@/nowhere?host=/nonexistent"
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


def test_no_migration_waits_for_another(
    make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each waits until the other has begun: one after the other they would never end."""
    monkeypatch.setenv("TINY_MEETING", str(tmp_path / "meeting"))
    (tmp_path / "meeting").mkdir()

    with make_stack(services=("units", "schedule")) as stack:
        stack.check()

        assert len(stack.pids) == 5


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
