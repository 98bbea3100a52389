"""What every test may ask for, and which tests run beside one another."""

import pytest

pytest_plugins = ["tests.support.stack"]


# First: the plugin that deals out reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several processes, one gets all tests of a module; one, all that share the whole system."""
    for item in items:
        shares = "stack" in getattr(item, "fixturenames", ())
        module = item.nodeid.split("::")[0]
        item.add_marker(pytest.mark.xdist_group("stack" if shares else module))
