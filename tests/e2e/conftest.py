"""The whole system with the scenario in it, once for all end-to-end tests."""

import asyncio
import io

import pytest
from rich.console import Console

from deploy.cli_client import Services
from deploy.cli_loading import load, wait_until_shown
from deploy.local import Stack
from deploy.scenarios.nmg_2014.load import Loaded


@pytest.fixture(scope="session")
def services(stack: Stack) -> Services:
    return Services.on(stack.ports)


@pytest.fixture(scope="session")
def loaded(stack: Stack, services: Services) -> Loaded:
    """The scenario, loaded through the public APIs and visible in the views."""
    return load_and_wait(stack, services)


def load_and_wait(stack: Stack, services: Services) -> Loaded:
    quiet = Console(file=io.StringIO())
    sent = asyncio.run(load("nmg-2014", services, quiet))
    wait_until_shown(services, sent, quiet, stack.check)
    return sent
