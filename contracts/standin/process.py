"""Runs a stand-in in a process of its own, which ends with this one even when this one is killed.

The child watches its standard input, a pipe that only this process holds open: when the pipe ends, so does the child.
Python keeps the pipe from the other programs that this process starts. The child is in a session of its own, so that
Ctrl-C in a terminal reaches the run first and lets it clean up against a server that still answers.
"""

import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Self

START_SECONDS = 20.0
STOP_SECONDS = 5.0
_ROOT = Path(__file__).parents[2]


class StandInError(RuntimeError):
    """The stand-in's process did not come up; the text says why."""


class StandIn:
    """A stand-in's process. It is starting from the first moment; `base_url` waits until it is ready."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        self._process = process
        self._complaints = complaints
        self._lock = threading.Lock()
        self._deadline = time.monotonic() + START_SECONDS
        self._url = ""

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def base_url(self) -> str:
        """The base URL, once connections are accepted; StandInError if the process died or is not ready in time."""
        with self._lock:
            if not self._url:
                self._url = self._first_line()
            return self._url

    def close(self) -> None:
        """End the process, by force after five seconds; closing again does nothing."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _first_line(self) -> str:
        if self._process.stdout is None or self._process.stdout.closed:
            raise StandInError("the stand-in was closed before its base URL was asked for")
        output = self._process.stdout.fileno()
        readable = select.poll()
        readable.register(output, select.POLLIN)
        line = b""
        while not line.endswith(b"\n"):
            seconds_left = max(0.0, self._deadline - time.monotonic())
            if not readable.poll(seconds_left * 1000):
                raise StandInError(f"the stand-in was not ready within {START_SECONDS:g} s{self._complaint()}")
            piece = os.read(output, 4096)
            if not piece:
                status = self._process.wait(STOP_SECONDS)
                raise StandInError(f"the stand-in ended with status {status} before it was ready{self._complaint()}")
            line += piece
        return line.decode().strip()

    def _complaint(self) -> str:
        """Return the last line of the child's standard error, which says what went wrong."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f": {last}" if last else ""


def launch(behaviour: str = "perfect", clock: str = "manual") -> StandIn:
    """Start a stand-in's process and return at once; whatever goes wrong shows when `base_url` is asked for."""
    command = [sys.executable, "-m", "contracts", "standin", "--until-eof", "--behaviour", behaviour, "--clock", clock]
    complaints = tempfile.TemporaryFile()  # noqa: SIM115 - StandIn.close() closes it
    process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))},
        start_new_session=True,
    )
    return StandIn(process, complaints)


def start(behaviour: str = "perfect", clock: str = "manual") -> StandIn:
    """Start a stand-in's process and wait until it accepts connections; StandInError if it does not."""
    stand_in = launch(behaviour, clock)
    try:
        stand_in.base_url  # noqa: B018 - asked for its waiting
    except StandInError:
        stand_in.close()
        raise
    return stand_in
