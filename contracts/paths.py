"""Where the project's files are: in a checkout, or shipped inside an installed package.

Below ROOT both look the same, so that names of tests and schemas are the same in every report.
"""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
APIS = PACKAGE / "apis"
"""A folder for each family of calls, with one for each of its releases."""
_SHIPPED = PACKAGE / "shipped"
INSTALLED = _SHIPPED.is_dir()
ROOT = _SHIPPED if INSTALLED else PACKAGE.parent
"""The folder that has `schemas/`, `tests/api/`, `conftest.py` and `pytest.ini`."""
SCHEMAS = ROOT / "schemas"
CASES = ROOT / "tests" / "api"
LOCK = ROOT / "requirements.lock"
"""The packages that the suite runs with, each pinned by version and hash: also for whoever installs it from a wheel."""

COMMAND = "zadig-contracts" if INSTALLED else "python -m contracts"
"""How people here call the commands."""
RUN = f"{COMMAND} run" if INSTALLED else "pytest tests/api"
"""How people here run the cases."""


def real(path: str | Path) -> Path:
    """Return a path that somebody names without links; links that lead to each other stay, for whoever opens it."""
    return Path(os.path.realpath(path))  # Path.resolve raises for those what is no OSError


if __name__ == "__main__":  # for whoever has installed the suite without its packages, which nothing here needs
    sys.stdout.write(f"{LOCK}\n")
