"""Loads the pytest side of the suite."""

pytest_plugins = ("contracts.collection", "contracts.fixtures", "contracts.plugin")
