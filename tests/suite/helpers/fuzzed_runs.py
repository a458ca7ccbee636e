"""Where files that nobody wrote so are read: a target with other people's workflows, a ground, and what must hold."""

import os
import shutil
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import strategies as st
from jinja2 import FileSystemBytecodeCache

from contracts.__main__ import main
from contracts.report.summary.terminal import summary
from contracts.run.session import Session
from helpers.fuzzed_files import (
    OTHER_RUN,
    Ground,
)
from helpers.fuzzing import bounded
from helpers.live_target import Live

RUN, FOREIGN = "20250101t000000-abcd", "prod-release"
OWN = [f"zct-{RUN}-main-1", f"zct-{RUN}-gw0-2"]
THEIRS = {FOREIGN, "zct-legacy", f"zct-{OTHER_RUN}-main-1", f"zct-{RUN}x-main-1", "precious"}
"""Workflows on the target that the journal of RUN does not stand for."""
LANGUAGES = st.sampled_from(["en", "zh"])
EXITS = {
    "sweep": {0, 4, 6, 7},
    "doctor": {0, 1, 4, 6},
    "gate": {0, 1, 4, 6, 7},
    "compare": {0, 1, 4},
    "report": {0, 4},
    "merge": {0, 1, 4, 6, 7},
    "history": {0, 4},
    "bundle": {0, 1, 4},
    "timings": {0, 4},
}
"""The exit codes that each command is documented to have, where no disk is full."""


@pytest.fixture(name="zadig")
def zadig_fixture(served: Live, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Live:
    """A live target, and nothing else that could be reached; templates are compiled once for all examples."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.getbasetemp()))
    monkeypatch.setattr("contracts.report.html.templates._cache", lambda _: compiled)
    connect, resolve, port = socket.socket.connect, socket.getaddrinfo, int(served.url.rpartition(":")[2])

    def only_there(self: socket.socket, address: Any) -> None:
        if address != ("127.0.0.1", port):
            raise ConnectionRefusedError
        connect(self, address)

    def only_numbers(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", only_there)
    monkeypatch.setattr(socket, "getaddrinfo", only_numbers)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return served


@contextmanager
def ground(bare: Path) -> Iterator[Ground]:
    """Yield a ground with nothing of an earlier example, in whose working folder the block runs."""
    laid = Ground(bare / "ground")
    laid.lay()
    os.chdir(laid.work)
    try:
        with bounded():
            yield laid
    finally:
        os.chdir(bare)
        shutil.rmtree(laid.root)


def run(*words: str | Path, token: str = "") -> Result:
    """Run a command as a user; what it says is printable, and its exit code is one that it is documented to have."""
    done = CliRunner().invoke(main, [str(word) for word in words], env={"ZADIG_TOKEN": token or None})
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    assert done.exit_code in EXITS[str(words[0])], done.output
    assert_printable(done.output)
    return done


def assert_printable(output: str) -> None:
    """Assert that no line of an output steers a terminal, and none is of a traceback."""
    for line in output.split("\n"):
        assert line.isprintable(), ascii(line)
    assert "Traceback" not in output
    assert "could not be written" not in output, output


def refilled(zadig: Live) -> None:
    """Let the target hold the workflows of RUN and those of others, and forget what was asked."""
    for name in {*OWN, *THEIRS} - zadig.names():
        zadig.create(name)
    zadig.app.seen.clear()


def assert_untouched(zadig: Live, but: Collection[str]) -> None:
    """Assert that nothing was asked to change but what has one of these names."""
    for change in zadig.app.changes():
        assert change.endswith(tuple(f"/{name}" for name in but)), (change, but)
    assert zadig.names() >= THEIRS - {*but}


def assert_told(session: Session) -> None:
    """Assert that a run tells in printable lines how it ended."""
    lines = [line.text for line in summary(session.verdict, str(session.run_dir), session.settings.language)]
    assert_printable("\n".join([*lines, *session.warnings]))
