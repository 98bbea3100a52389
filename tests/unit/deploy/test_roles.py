"""What a role does not need it does not load: memory and a fast start, kept by this test."""

import subprocess
import sys

import pytest

from deploy.layout import ROOT, SERVICE_NAMES

HTTP = {"fastapi", "starlette", "cryptography"}
KAFKA = {"aiokafka", "faststream"}
COMFORTS = {"rich", "pygments", "typer"}
SERVERS = {"uvicorn", "click"}
FILES = {"docx", "openpyxl", "python_calamine", "xlsxwriter", "jinja2"}
NEEDED = {"main": set[str](), "worker": KAFKA, "application": HTTP}


def loaded(module: str) -> set[str]:
    """Which of the heavy libraries importing a module brings in."""
    asked = f"import sys, {module}; print(*({HTTP | KAFKA | FILES!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("part", NEEDED)
@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_a_role_loads_only_what_it_needs(service: str, part: str) -> None:
    superfluous = loaded(f"services.{service}.{part}") - NEEDED[part]

    assert superfluous == set()


def started(role: str, modules: str) -> set[str]:
    """Which comforts and servers a process has that was started in this role."""
    asked = f"""
import sys
from shared.platform.roles import do_without
do_without({role!r})
import {modules}
there = {{name for name, module in sys.modules.items() if module is not None}}
print(*({COMFORTS | SERVERS!r} & there))
"""
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_a_worker_has_neither_colours_nor_a_server(service: str) -> None:
    assert started("worker", f"shared.platform.logs, services.{service}.worker") == set()


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_an_api_has_its_server_and_no_colours(service: str) -> None:
    modules = f"shared.platform.logs, uvicorn, services.{service}.application"

    assert started("api", modules) == SERVERS


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_a_role_is_told_apart_before_anything_else_is_loaded(service: str) -> None:
    """What was loaded before could not be done without any more."""
    asked = f"import sys, services.{service}.main; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert {"structlog", "httpx", "asyncpg", "pydantic"} & set(done.stdout.split()) == set()


@pytest.mark.parametrize("words", [(), ("nonsense",), ("api", "worker", "migrate")])
@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_a_role_that_is_none_is_told_with_those_there_are(
    service: str, words: tuple[str, ...]
) -> None:
    """Before any setting is read: nothing of the environment is needed to be told."""
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}.main", *words],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert (
        f"usage: python -m services.{service}.main api|worker|migrate|" in done.stdout + done.stderr
    )
    assert "Traceback" not in done.stderr
