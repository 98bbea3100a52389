"""Roles of services that end by themselves, run with the stack's settings and listened to."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.cli_asking import err
from deploy.layout import ROOT, python, service
from deploy.local import Stack
from deploy.problems import CannotRun
from deploy.processes import child_environment
from shared.kernel.refusals import Refusal
from shared.platform.telling import TOLD

Tell = Callable[[str, int, int], None]
"""(stage, done, total)."""

_LAST_LINES = 12


class RoleRefused(CannotRun):
    """What a role refused; `code` is its refusal's."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        super().__init__(zh, f"{en} ({code})")


@contextmanager
def refusals_said() -> Iterator[None]:
    """A refusal of our own ends the command as a service's does."""
    try:
        yield
    except Refusal as refusal:
        raise RoleRefused(refusal.code, refusal.message_zh, refusal.message_en) from refusal


def result_of(name: str, *arguments: str, tell: Tell) -> dict[str, Any]:
    """What `python -m services.<name>.main <arguments>` gives; raises RoleRefused."""
    # What the environment names elsewhere (DATABASE_URL, UNITS_URL, ...) goes before our own layout.
    environment = {**Stack.from_environment().env(name), **child_environment()}
    command = python("-m", f"services.{service(name).name}.main", *arguments)
    result: dict[str, Any] | None = None
    last: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as role:  # fmt: skip
        try:
            for line in role.stdout or ():
                last = [*last[1 - _LAST_LINES :], line.rstrip()]
                told = _told(line)
                match told.pop(TOLD, None):
                    case "progress":
                        tell(told["stage"], told["done"], told["total"])
                    case "refused":
                        raise RoleRefused(told["code"], told["zh"], told["en"])
                    case "result":
                        result = told
                    case _:
                        pass  # a line of the log
        finally:
            # Ctrl-C reaches the role as well; what it had not committed is undone.
            role.wait()
    if result is None:
        raise CannotRun(
            f"{name} 的 {arguments[0]} 未能完成(退出码 {role.returncode})。",
            f"{name} {arguments[0]} ended with {role.returncode}; its last words:",
            "\n".join(f"    {line}" for line in last),
        )
    return result


def _told(line: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return {}  # a traceback, say: shown when no result comes
    return found if isinstance(found, dict) and TOLD in found else {}


@contextmanager
def bars() -> Iterator[Callable[[str], Tell]]:
    """Progress bars on standard error, gone when they end; `bars(subject)` tells one subject's."""
    columns = (
        TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def of(subject: str) -> Tell:
            def tell(stage: str, done: int, total: int) -> None:
                name = f"{subject} {stage}"
                if name not in tasks:
                    tasks[name] = progress.add_task(name, total=total)
                progress.update(tasks[name], completed=done, total=total)

            return tell

        yield of


def operator() -> str:
    """Who works at this terminal, for what is written down of a decision."""
    return os.environ.get("CAMPAIGN_OPERATOR") or os.environ.get("USER") or "operator"
