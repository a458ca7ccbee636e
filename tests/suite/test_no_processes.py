"""A test that starts a process says so by the folder that it is in; `make test-fast` runs all others."""

import multiprocessing
import os
import subprocess
from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(lambda: subprocess.run(["/bin/true"], check=True), id="subprocess"),
        pytest.param(lambda: os.system("/bin/true"), id="system"),  # noqa: S605
        pytest.param(lambda: os.posix_spawn("/bin/true", ["true"], {}), id="posix-spawn"),
        pytest.param(lambda: os.execv("/bin/true", ["true"]), id="exec"),  # noqa: S606
        pytest.param(lambda: os.fork() or os._exit(0), id="fork"),
        pytest.param(lambda: os.forkpty()[0] or os._exit(0), id="forkpty"),
        *(
            pytest.param(lambda way=way: multiprocessing.get_context(way).Process(target=print).start(), id=way)
            for way in ("fork", "forkserver", "spawn")
        ),
    ],
)
def test_no_test_starts_a_process_here(start: Callable[[], object]) -> None:
    """Whichever way it takes, a test outside of the two folders is told to move."""
    with pytest.raises(pytest.fail.Exception, match=r"test_no_processes.py::.* move it to tests/suite/runs/"):
        start()
