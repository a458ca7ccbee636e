"""Runs what a document shows for a shell, in a folder, with this Python's commands and no setting of this machine."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

COMMENT = re.compile(r"\s+# *(.*)$")
_TRY = re.compile(r"^try: .*--base-url http://127\.0\.0\.1:(\d+)$", re.MULTILINE)
SECONDS = 240


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which `python` and `pytest` are this Python's, and nothing of a target is set."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("ZADIG_", "PYTEST_", "GITHUB_"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    return kept | {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1"} | more


def run(line: str, folder: Path, env: Mapping[str, str]) -> tuple[int, str]:
    """Return the exit code of a line of shell, and all that it prints."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


@contextmanager
def serving(line: str, folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Run a line that serves a stand-in for as long as the block lasts; yield its port."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {line}"],
        cwd=folder,
        env=env | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    guard = threading.Timer(SECONDS, process.kill)
    guard.start()
    try:
        said = ""
        while not (found := _TRY.search(said)):
            more = process.stdout.readline() if process.stdout else ""
            assert more, f"{line}: ended and said only {said!r}"
            said += more
        guard.cancel()
        yield found[1]
    finally:
        guard.cancel()
        process.terminate()
        process.communicate(timeout=60)
