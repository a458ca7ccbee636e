"""docs/bench.md: what was measured, when, and on what machine, in words."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.table import Table
from contracts.catalog.release import ROOT

PATH = ROOT / "docs" / "bench.md"
BUSY = 0.5
"""Programs that were running or waiting for each core when the measuring began, from which on the machine was busy."""
INTRODUCTION = """# Measurements

Written by `python -m bench --write`; `make bench` measures again, prints the same tables, and fails where a bound is
missed. `make bench-peers` installs the tools beside this suite. A time counts only where its tool fails on a server
that is broken in one answer.
"""


def machine() -> str:
    """Return in words what is measured on, and whether other work was under way."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    state = "busy with other work too" if load > BUSY * cores else "quiet"
    what = f"{cores} cores ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()}"
    return f"{what}, Python {platform.python_version()}; {state} (load {load:.1f} before the first run)"


def write(tables: Sequence[Table], on: str) -> None:
    """Write the document."""
    head = f"{INTRODUCTION}\nMeasured on {datetime.now(UTC):%Y-%m-%d}, on {on}.\n"
    PATH.write_text("\n".join([head, *(table.markdown() for table in tables)]), encoding="utf-8")
