"""Which broker the faults meet."""

import os

import pytest


@pytest.fixture(scope="session")
def real_broker() -> bool:
    return "KAFKA_BOOTSTRAP_SERVERS" in os.environ
