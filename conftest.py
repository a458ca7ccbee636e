"""Loads the pytest side of the suite."""

import gc
import sys
from pathlib import Path

gc.disable()  # until all is imported: a tenth of the start would go into looking at what stays anyway; see sessionstart

if (ROOT := str(Path(__file__).parent)) not in sys.path:  # as with --import-mode=importlib
    sys.path.insert(0, ROOT)

pytest_plugins = tuple(f"contracts.pytest_plugin.{module}" for module in ("collection", "fixtures", "hooks"))
