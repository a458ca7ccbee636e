"""A new release from its page: its folder with all that can be derived, and the rest as a proposal to be reviewed."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from contracts.derive.command import derive, render
from contracts.derive.contract.contract import combine
from contracts.derive.errors import DeriveError
from contracts.derive.observed import Observed, load
from contracts.derive.proposal.proposal import OPEN, cases_text, every_rows, observed_text
from contracts.derive.releases import (
    RELEASES,
    known_releases,
    read_document,
    release_document,
    release_facts,
)
from contracts.text.releases import in_order, is_release

WRITTEN, UNUSABLE = 0, 4

Echo = Callable[[str], None]


def new_release(root: Path, page: Path, release: str, base: str | None, echo: Echo) -> int:
    """Write documented.json, observed.toml and cases.toml of a new release, then the schemas and openapi.json.

    ``base`` is the release that it builds on; None stands for the one before it. Returns the exit code: 0, or 4 after
    one line that says why; then everything is as it was.
    """
    folder, schemas = root / RELEASES / release, root / "schemas" / release
    try:
        _refuse_unless_new(release, folder, schemas)
        facts = release_facts(root, base or _before(root, release))
        documented = read_document(root, page)
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    try:
        folder.mkdir(parents=True)
        _fill(root, folder, {**documented, "release": release}, facts)
        said: list[str] = []
        if derive(root, (), check=False, echo=said.append) != WRITTEN:
            raise DeriveError(said[-1])
    except (DeriveError, OSError, UnicodeEncodeError) as error:
        for made in (folder, schemas):
            shutil.rmtree(made, ignore_errors=True)
        echo(f"{release}: nothing is written: {error}")
        return UNUSABLE
    if documented["release"] not in (None, release):
        echo(f"{page.name} is the page of release {documented['release']}; it is taken as that of {release}")
    _tell(root, folder, documented, facts, echo)
    return WRITTEN


def _refuse_unless_new(release: str, *folders: Path) -> None:
    if not is_release(release):
        raise DeriveError(f"{release!r} is no release: write it with three numbers, such as 1.10.0")
    for folder in folders:
        if folder.exists():
            raise DeriveError(f"{release} is there already, see {folder}: edit it, or remove it and start anew")


def _before(root: Path, release: str) -> str:
    """Return the newest release that is older than this one; DeriveError if there is none."""
    names = in_order([*known_releases(root), release])
    if names[0] == release:
        raise DeriveError(f"no release is older than {release}: name the one that it builds on with --base")
    return names[names.index(release) - 1]


def _fill(root: Path, folder: Path, documented: Mapping[str, Any], base: Observed) -> None:
    """Write the files of the release's folder: each is read again by what it is for before the next is made of it."""
    before = combine(release_document(root, base.lineage), base)
    _write(folder / "documented.json", render(documented))
    _write(folder / "observed.toml", observed_text(documented, base, before))
    contract = combine(documented, load(folder / "observed.toml"))
    known = frozenset(operation.name for operation in before.operations)
    every = every_rows([root / RELEASES / name for name in reversed(base.lineage)])
    _write(folder / "cases.toml", cases_text(contract, known, every))


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _tell(root: Path, folder: Path, documented: Mapping[str, Any], base: Observed, echo: Echo) -> None:
    """Say what was written and what is left to a person."""
    name = folder.relative_to(root).as_posix()
    count = (folder / "observed.toml").read_text(encoding="utf-8").count(f'source = "{OPEN}')
    echo(f"{name}/documented.json: {len(documented['operations'])} operations, {len(documented['findings'])} findings")
    echo(f"{name}/observed.toml: builds on {base.release}; {count} sources are open")
    echo(f"{name}/cases.toml: proposed; review it")
    echo(f"schemas/{folder.name}: written; see also: python -m contracts diff-contract {base.release} {folder.name}")
