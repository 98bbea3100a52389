"""What all tests with a real database and broker share."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def few_connections() -> Iterator[None]:
    """Most tests make an API of their own, and ask it little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POOL_READY", "0")
        yield
