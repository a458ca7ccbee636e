"""A pytest plugin that runs the tests in reversed order: `-p tests.suite.helpers.reverse_order_plugin`."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn the order round."""
    items.reverse()
