"""Every command that cannot do its work says one sentence and ends with a code."""

import asyncio

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli_client import Services
from deploy.cli_loading import unless
from deploy.layout import Ports, free_ports
from deploy.problems import CannotRun

run = CliRunner()


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_URL", f"http://127.0.0.1:{free_ports(1)[0]}")
    monkeypatch.setenv("UNITS_WORKER_URL", f"http://127.0.0.1:{free_ports(1)[0]}")


@pytest.mark.parametrize(
    "command",
    [
        ["status", "1502"],
        ["status", "1502", "--json", "--as-of", "2014-03-04"],
        ["token", "clerk-1502"],
        ["lag"],
        ["heads"],
        ["streams", "--json"],
        ["events", "--league", "1502"],
        ["replay", "--league", "1502"],
        ["load"],
    ],
    ids=" ".join,
)
def test_without_a_running_system_it_says_how_to_start_one(command: list[str]) -> None:
    ended = run.invoke(app, command)

    assert ended.exit_code == 1
    assert "系统是否已启动" in ended.stderr
    assert "is the stack running" in ended.stderr
    assert "Traceback" not in ended.output
    assert ended.stdout == "" or command == ["load"]


@pytest.mark.parametrize("command", [["load"], ["up"]], ids=" ".join)
def test_an_unknown_scenario_is_refused_before_anything_starts(command: list[str]) -> None:
    ended = run.invoke(app, [*command, "--scenario", "nmg-1999"])

    assert ended.exit_code == 1
    assert "nmg-1999" in ended.stderr
    assert "nmg-2014" in ended.stderr


@pytest.mark.parametrize("text", ["yesterday", "2014-02-30", "04/03/2014"])
def test_a_day_that_is_none_is_a_usage_error(text: str) -> None:
    ended = run.invoke(app, ["status", "15", "--as-of", text])

    assert ended.exit_code == 2


def test_a_port_base_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_PORT_BASE", "eighty")
    ended = run.invoke(app, ["lag"])

    assert ended.exit_code == 1
    assert "CAMPAIGN_PORT_BASE" in ended.stderr


def test_addresses_are_those_of_the_local_stack_unless_moved() -> None:
    services = Services.on(Ports.from_base(8100), {"STATUS_URL": "http://127.0.0.1:9000/"})

    assert services.apis["units"] == "http://127.0.0.1:8101"
    assert services.apis["status"] == "http://127.0.0.1:9000"
    assert services.workers["schedule"] == "http://127.0.0.1:8112"
    assert services.issuer == "http://127.0.0.1:8100"


async def failing_after(seconds: float) -> None:
    await asyncio.sleep(seconds)
    raise CannotRun("子进程退出。", "A child ended.")


async def working_for(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


async def test_a_crash_beside_the_work_ends_it() -> None:
    with pytest.raises(CannotRun, match="A child ended"):
        await unless(failing_after(0.01), working_for(30))


async def test_work_that_ends_first_ends_the_watch() -> None:
    assert await unless(failing_after(30), working_for(0.01)) == "done"
    assert len(asyncio.all_tasks()) <= 2
