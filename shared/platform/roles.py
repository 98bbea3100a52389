"""The role that a process is started in, and the libraries it does without."""

import sys
from collections.abc import Sequence
from typing import Final

_WORKING: Final = "worker"
# What structlog, httpx and FastStream load where they find it, for colours, a command line or a
# server of their own. Our command line needs these; a service that writes JSON to its log does not.
_COMFORTS: Final = ("rich", "pygments", "typer")
_SERVERS: Final = ("uvicorn", "click")


def role(service: str, roles: Sequence[str], *, working: str = "") -> str:
    """The one role the command line names; ends with a sentence where it names none. The role
    `working` takes further arguments.
    """
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if wanted != working and (wanted not in roles or len(sys.argv) > 2):
        named = "|".join((*roles, f"{working} ..." if working else "")).rstrip("|")
        sys.exit(f"usage: python -m services.{service}.main {named}")
    return wanted


def do_without(wanted: str) -> None:
    """From now on the process has none of what this role does not need: megabytes that whoever
    could use it would load. To be called before anything else is imported.
    """
    for name in (*_COMFORTS, *(_SERVERS if wanted == _WORKING else ())):
        sys.modules[name] = None  # type: ignore[assignment]  # so Python is told there is none
