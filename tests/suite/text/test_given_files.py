"""A file that is handed in is a regular one of a sensible size, or is refused in one line, at once."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.campaign.plan import PlanError, _failed
from contracts.derive.errors import DeriveError
from contracts.derive.releases import read_document
from contracts.paths import PACKAGE
from contracts.report import bundle, verdict_file
from contracts.run import deviations
from contracts.safety.journal import header
from contracts.settings.settings import FILE, SettingsError, load
from contracts.text import files, tokens
from contracts.text.errors import InputError


def _zadig_toml(path: Path) -> None:
    path.rename(FILE)
    load({})


READERS: dict[str, tuple[Callable[[Path], object], type[Exception], int]] = {
    "token": (tokens.read, InputError, files.TOKEN),
    "zadig-toml": (_zadig_toml, SettingsError, files.TOML),
    "deviations": (deviations.read, deviations.DeviationsError, files.TOML),
    "ca-file": (lambda path: load({"ca_file": str(path)}), SettingsError, files.CERTIFICATES),
    "page": (lambda path: read_document(PACKAGE.parent, path), DeriveError, files.PAGE),
    "verdict": (lambda path: verdict_file.read(path.parent), verdict_file.ReadError, files.VERDICT),
    "campaign": (_failed, PlanError, files.VERDICT),
    "bundle": (bundle.check, OSError, files.BUNDLE),
}
"""What reads a file that people name, how it refuses one, and how many bytes it takes."""
KINDS: dict[str, tuple[Callable[[Path, int], object], str]] = {
    "fifo": (lambda path, _: os.mkfifo(path), "not a regular file|no such file"),
    "device": (lambda path, _: path.symlink_to("/dev/zero"), "not a regular file|no such file"),
    "folder": (lambda path, _: path.mkdir(), "Is a directory|no such file"),
    "too-large": (lambda path, most: path.touch() or os.truncate(path, most + 1), "larger than [0-9,]+ bytes"),
}


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_of_a_sensible_size_is_one_line(kind: str, reader: str, bare: Path) -> None:
    """Nothing waits for a pipe, reads a device without end, or takes a huge file into memory."""
    read, refusal, most = READERS[reader]
    make, says = KINDS[kind]
    path = bare / "verdict.json"
    make(path, most)
    with pytest.raises(refusal) as raised:
        read(path)
    assert re.search(says, str(raised.value))
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_journal_that_is_none_names_nothing(kind: str, tmp_path: Path) -> None:
    """A journal is looked for, not named, so what stands in its place is just none."""
    KINDS[kind][0](tmp_path / "journal.jsonl", files.JOURNAL)
    assert header(tmp_path / "journal.jsonl") is None


def test_a_file_of_just_the_bound_is_read(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_bytes(b"x" * 10)
    assert files.read(tmp_path / "page.md", 10) == b"x" * 10


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_journal_in_another_encoding_is_none(encoding: str, tmp_path: Path) -> None:
    """A journal is written in UTF-8 without a mark; what JSON readers guess besides is not this suite's."""
    begun = '{"event":"run","run":"20250101t000000-abcd","base_url":"http://x","suite":"zadig-contract-tests"}'
    path = tmp_path / "journal.jsonl"
    path.write_text(begun, encoding="utf-8")
    assert header(path) is not None
    path.write_text(begun, encoding=encoding)
    assert header(path) is None
