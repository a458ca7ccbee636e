"""A plugin of pytest that fails where CRASH_IN says: `-p tests.suite.helpers.crashing_plugin`."""

import os
from typing import Any

import pytest


def _fail(*_: object) -> None:
    raise RuntimeError("a plugin's own mistake")


def pytest_configure(config: pytest.Config) -> None:
    """Register what fails; `last:` in front of a hook: after all others."""
    when, _, hook = os.environ["CRASH_IN"].rpartition(":")
    mark: Any = pytest.hookimpl(trylast=bool(when), tryfirst=not when)
    config.pluginmanager.register(type("Crashes", (), {hook: mark(_fail)})())
