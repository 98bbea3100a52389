"""What all commands share: how they print, reach the services, and say what went wrong."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console, RenderableType

from deploy.cli_client import Services
from deploy.layout import Ports, port_base
from deploy.problems import CannotRun

out = Console()
# What a person must notice, apart from answers that a program may read.
err = Console(stderr=True)

DIFFERENT: Final = 3
_STOPPED: Final = 130
Json = Annotated[bool, typer.Option("--json", help="输出 JSON。 Print JSON.")]
Campaign = Annotated[str, typer.Option(help="活动 Campaign.")]
Account = Annotated[str, typer.Option(help="账号 Account to ask as.")]


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
    except BrokenPipeError:
        # Whoever read our lines has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def services_at_hand() -> Services:
    """The local stack's services, except what the environment names elsewhere."""
    return Services.on(Ports.from_base(port_base(os.environ.get("CAMPAIGN_PORT_BASE"))), os.environ)


def show(answer: Any, page: Callable[[Any], RenderableType], *, json: bool) -> None:
    """The answer as JSON, or as the page made of it."""
    if json:
        print_json(answer)
    else:
        out.print(page(answer))


def print_json(answer: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")
