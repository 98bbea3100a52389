"""Commands that start the system and fill it with a scenario."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

from deploy.cli_acceptance import LEGEND, accepted, tables
from deploy.cli_asking import DIFFERENT, err, out, said_plainly, services_at_hand
from deploy.cli_bulletin import bulletin_page, reported_bulletin
from deploy.cli_client import Services
from deploy.cli_loading import load as load_scenario
from deploy.cli_loading import refuse_unknown, unless, wait_until_shown
from deploy.interrupts import end_like_ctrl_c
from deploy.local import Stack

Scenario = Annotated[str, typer.Option(help="场景 Scenario to load.")]


def register(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(load)


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
            raise typer.Exit(DIFFERENT)


def load(scenario: Scenario = "nmg-2014") -> None:
    """向运行中的系统载入场景。 Load a scenario into the running system."""
    with said_plainly():
        refuse_unknown(scenario)
        if not _load_and_show(scenario, services_at_hand()):
            raise typer.Exit(DIFFERENT)


def _stack() -> Stack:
    return Stack.from_environment(say=lambda step: err.print(f"… {step}", style="dim"))


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
