"""The `campaign` command: start the system, load a scenario, look at units, at lag, get a token."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console

from deploy.cli_acceptance import LEGEND, accepted, tables
from deploy.cli_bulletin import bulletin_page, file_form, reported_bulletin
from deploy.cli_client import Services
from deploy.cli_lag import lag_table, lags
from deploy.cli_loading import load as load_scenario
from deploy.cli_loading import refuse_unknown, unless, wait_until_shown
from deploy.cli_status import status_page
from deploy.interrupts import end_like_ctrl_c
from deploy.layout import Ports, port_base
from deploy.local import Stack
from deploy.problems import CannotRun

app = typer.Typer(
    name="campaign",
    help="教育实践活动系统的命令行。 The command line of the campaign system.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console()
# What a person must notice, apart from answers that a program may read.
err = Console(stderr=True)

_STOPPED: Final = 130
_DIFFERENT: Final = 3
Scenario = Annotated[str, typer.Option(help="场景 Scenario to load.")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON。 Print JSON.")]


@contextmanager
def said_plainly() -> Iterator[None]:
    """Failures end the command with one sentence and an exit code instead of a traceback."""
    try:
        yield
    except CannotRun as problem:
        err.print(str(problem), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        err.print("已停止。 Stopped.")
        raise typer.Exit(_STOPPED) from None


@app.command()
def up(
    scenario: Annotated[str, typer.Option(help="启动后载入 Load this once up.")] = "",
    once: Annotated[bool, typer.Option(help="验收后退出 Exit after the table.")] = False,
) -> None:
    """启动整套系统,直至 Ctrl-C。 Start everything; stay up until Ctrl-C."""
    end_like_ctrl_c()
    with said_plainly():
        if scenario:
            refuse_unknown(scenario)
        with _stack() as stack:
            services = Services.on(stack.ports)
            shown = _load_and_show(scenario, services, stack) if scenario else True
            _say_addresses(services)
            if not once:
                out.print("按 Ctrl-C 停止。 Ctrl-C stops it.")
                _until_interrupted(stack)
        if once and not shown:
            raise typer.Exit(_DIFFERENT)


@app.command()
def load(scenario: Scenario = "nmg-2014") -> None:
    """向运行中的系统载入场景。 Load a scenario into the running system."""
    with said_plainly():
        refuse_unknown(scenario)
        if not _load_and_show(scenario, _services()):
            raise typer.Exit(_DIFFERENT)


@app.command()
def status(
    unit: Annotated[str, typer.Argument(help="单位代码 Unit code, such as 1502.")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至日期 As of this day.")
    ] = None,
    campaign: Annotated[str, typer.Option(help="活动 Campaign.")] = "nmg-2014",
    account: Annotated[str, typer.Option(help="账号 Account to ask as.")] = "leader-15",
    json: Json = False,
) -> None:
    """查看一个单位的状态。 Show one unit's status."""
    with said_plainly():
        asked = {"as_of": as_of.date().isoformat()} if as_of else {}
        path = f"/campaigns/{campaign}/units/{unit}/status"
        answer = _services().get("status", path, account, **asked)
        if json:
            _print_json(answer)
        else:
            out.print(status_page(answer))


@app.command()
def bulletin(
    unit: Annotated[str, typer.Argument(help="单位代码 Unit code, such as 15.")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至日期 As of this day.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="写入文件 Write to a .html, .docx, .xlsx or .json file.")
    ] = None,
    campaign: Annotated[str, typer.Option(help="活动 Campaign.")] = "nmg-2014",
    account: Annotated[str, typer.Option(help="账号 Account to ask as.")] = "leader-15",
    json: Json = False,
) -> None:
    """拟制一个单位的通报。 Draft one unit's bulletin."""
    with said_plainly():
        asked = {"as_of": as_of.date().isoformat()} if as_of else {}
        path = f"/campaigns/{campaign}/units/{unit}/bulletin"
        if file is not None:
            form = file_form(file)
            file.write_bytes(_services().file("status", path, account, format=form, **asked))
            return
        answer = _services().get("status", path, account, **asked)
        if json:
            _print_json(answer)
        else:
            out.print(bulletin_page(answer))


@app.command()
def lag(json: Json = False) -> None:
    """查看转发和视图的滞后。 Show how far relays and views are behind."""
    with said_plainly():
        services = _services()
        found = [each for name in services.workers for each in lags(name, services.metrics(name))]
        if json:
            _print_json(found)
        else:
            out.print(lag_table(found))


@app.command()
def token(
    account: Annotated[str, typer.Argument(help="角色-单位 ROLE-UNIT, such as clerk-1502.")],
) -> None:
    """打印本地签发的令牌。 Print a token of the local issuer."""
    with said_plainly():
        print(_services().token(account))


def _stack() -> Stack:
    return Stack.from_environment(say=lambda step: err.print(f"… {step}", style="dim"))


def _services() -> Services:
    return Services.on(Ports.from_base(port_base(os.environ.get("CAMPAIGN_PORT_BASE"))), os.environ)


def _load_and_show(scenario: str, services: Services, stack: Stack | None = None) -> bool:
    """Load, wait for the views, print the table; whether every figure is as expected."""
    loading = load_scenario(scenario, services, err)
    check: Callable[[], None] = stack.check if stack else _nothing
    loaded = asyncio.run(unless(stack.watch(), loading) if stack else loading)
    wait_until_shown(services, loaded, err, check)
    figures = accepted(services)
    for table in tables(figures):
        out.print(table)
        out.print()
    out.print(LEGEND, style="dim", highlight=False)
    out.print()
    out.print(bulletin_page(reported_bulletin(services)))
    different = [figure for figure in figures if not figure.ok]
    if different:
        out.print(f"[red]{len(different)} 项不符。 {len(different)} figures differ.[/red]")
    return not different


def _nothing() -> None:
    """Services started elsewhere are watched by whoever started them."""


def _until_interrupted(stack: Stack) -> None:
    """Ctrl-C is how a stack that stays up is meant to end: no failure."""
    try:
        stack.wait()
    except KeyboardInterrupt:
        err.print("正在停止…… Stopping ...")


def _say_addresses(services: Services) -> None:
    for name, url in services.apis.items():
        out.print(f"{name:10} {url}/docs", highlight=False)
    out.print(f"{'issuer':10} {services.issuer}/accounts", highlight=False)
    out.print("令牌 token: campaign token clerk-1502", highlight=False)


def _print_json(answer: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")
