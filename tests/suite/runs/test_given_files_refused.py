"""Commands that are given no regular file, or a huge one, end at once with one line and exit code 4."""

import os
from pathlib import Path

import pytest

from contracts.text import files
from helpers.processes import contracts

COMMANDS = {
    "derive": ["derive", "verdict.json"],
    "findings": ["derive", "--findings", "verdict.json"],
    "new-release": ["new-release", "verdict.json", "--release", "99.0.0"],
    "diff-contract": ["diff-contract", "1.7.0", "verdict.json"],
    "gate": ["gate", "."],
    "compare": ["compare", ".", "."],
    "report": ["report", "."],
    "bundle": ["bundle", "."],
    "verify": ["bundle", "--verify", "verdict.json"],
    "doctor": ["doctor", "--base-url", "http://127.0.0.1:9", "--token-file", "verdict.json"],
}


@pytest.mark.parametrize("kind", ["fifo", "huge"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_refuses_what_is_no_file_to_read(command: str, kind: str, tmp_path: Path) -> None:
    """It neither waits for somebody to write, nor takes gigabytes into memory, and writes nothing."""
    path = tmp_path / "verdict.json"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.touch()
        os.truncate(path, files.BUNDLE + 1)  # more than anything may have
    done = contracts(*COMMANDS[command], cwd=tmp_path)
    assert done.code == 4, done.output
    line, *rest = done.output.splitlines()
    assert len(rest) == (command == "gate")  # which ends with what all runs come to
    assert {"fifo": "not a regular file", "huge": "larger than"}[kind] in line
    assert "verdict.json" in line
    assert [entry.name for entry in tmp_path.iterdir()] == ["verdict.json"]
