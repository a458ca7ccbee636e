"""What a document shows for a shell: which part of a line runs, a checkout to run it in, and a stand-in beside it."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from contracts.catalog.release import ROOT
from helpers.processes import HANG

_TRY = re.compile(r"^try: .*--base-url http://127\.0\.0\.1:(\d+)$", re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns("*.pyc.*", "*.tmp", "node_modules", ".pytest_cache")
"""Left out of copies. What Python has compiled goes along, so that none of them compiles it again, but for what another
worker is just writing."""


def checkout(folder: Path) -> None:
    """Copy what work on the project needs into a folder."""
    for name in ("contracts", "schemas", "tests", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, folder)


@contextmanager
def serving(line: str, folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Run a line that serves a stand-in for as long as the block lasts; yield its port."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {line}"],
        cwd=folder,
        env={**env, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    guard = threading.Timer(HANG, process.kill)
    guard.start()
    try:
        printed = ""
        while not (address := _TRY.search(printed)):
            more = process.stdout.readline() if process.stdout else ""
            assert more, f"{line}: ended and said only {printed!r}"
            printed += more
        yield address[1]
    finally:
        guard.cancel()
        process.terminate()
        process.communicate(timeout=HANG)
