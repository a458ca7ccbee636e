"""Which suite this is: its version, and the commit where it runs from a checkout."""

import subprocess
from functools import cache

from contracts.paths import ROOT

VERSION = "0.1.0"
_GIT_SECONDS = 5


@cache
def suite() -> dict[str, str | None]:
    """Return version and commit; `-dirty` behind it: with changes; None: not a checkout, or no git on this machine."""
    return {"version": VERSION, "commit": _commit()}


def _commit() -> str | None:
    if not (ROOT / ".git").exists():  # a checkout of something else around an installed suite
        return None
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
