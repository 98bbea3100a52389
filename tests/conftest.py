"""What every test may ask for, and which tests run beside one another."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.scheduler.protocol import Scheduling

pytest_plugins = ["tests.support.stack"]


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """A module's tests go to one process; so do all that share the whole system."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return "tests/e2e" if module.startswith("tests/e2e/") else module


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """How tests are dealt out to processes."""
    return ByModule(config, log)
