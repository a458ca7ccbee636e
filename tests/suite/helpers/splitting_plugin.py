"""Plugins of pytest as others install them: one that selects a part of the tests, one that repeats each."""

from typing import Any

import pytest


class Splits:
    """Keeps every second test, as those do that share tests out among jobs."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Deselect the others."""
        out = items[1::2]
        items[:] = items[::2]
        config.hook.pytest_deselected(items=out)


class Repeats:
    """Has each test run twice, by a parameter of its own."""

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Add the parameter."""
        metafunc.fixturenames.append("step_number")
        metafunc.parametrize("step_number", range(2), indirect=True, ids=["1-2", "2-2"])

    @pytest.fixture
    def step_number(self, request: Any) -> object:
        """Return which time it is."""
        return request.param


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer both."""
    parser.addoption("--every-second", action="store_true")
    parser.addoption("--twice", action="store_true")


def pytest_configure(config: pytest.Config) -> None:
    """Register what is asked for."""
    for option, plugin in (("every_second", Splits), ("twice", Repeats)):
        if getattr(config.option, option):
            config.pluginmanager.register(plugin())
