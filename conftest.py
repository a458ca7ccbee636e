"""Loads the pytest side of the suite."""

import gc

gc.disable()  # until all is imported: a tenth of the start would go into looking at what stays anyway; see sessionstart

pytest_plugins = tuple(f"contracts.pytest_plugin.{module}" for module in ("collection", "fixtures", "hooks"))
