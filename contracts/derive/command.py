"""The files: reads pages and releases, writes or compares what is derived from them."""

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contracts.derive.contract.contract import combine
from contracts.derive.contract.openapi import openapi
from contracts.derive.contract.schemas import own_schemas
from contracts.derive.errors import DeriveError
from contracts.derive.observed import load
from contracts.derive.page.findings import WEIGHTS, Finding
from contracts.derive.releases import (
    APIS,
    SCHEMAS,
    api_binding,
    data_of,
    read_document,
    release_document,
    schemas_of,
)
from contracts.text.releases import in_order, is_release

UP_TO_DATE, DIFFERENT, UNUSABLE = 0, 1, 4

Echo = Callable[[str], None]
Files = Mapping[Path, str | None]
"""What derived files should say; None for one that should not be there."""


def derive(root: Path, pages: Sequence[Path], check: bool, echo: Echo, notes: bool = False, split: bool = False) -> int:
    """Derive documented.json from each page, then the schemas and openapi.json of every release below ``root``.

    Says what of the pages is lost or doubtful, and with ``notes`` the rest too. With ``split`` openapi.json refers to
    the schema files instead of having all schemas in it. With ``check`` nothing is written and each difference is shown
    as a unified diff. Returns the exit code: 0, or 1 for a difference under ``check``, or 4 for an input that cannot be
    derived from, after one line that says why.
    """
    try:
        documents = {}
        for path in pages:
            content = read_document(root, path)
            release, where = content["release"], f"{content['page']['file']}:1"
            if release is None:
                raise DeriveError(
                    f"{where}: names no release: add front matter with a line permalink: /v1.7.0/api/workflow/"
                )
            for line in _lines(_findings(content), notes):
                echo(line)
            if release in documents:
                raise DeriveError(f"{where}: a second page of release {release}: give one per release")
            documents[release] = content
        # All releases are derived before the first file is written, so an error leaves everything as it was.
        files = [*root.glob(f"{APIS}/*/*/observed.toml"), *root.glob(f"{APIS}/*/*/documented.json")]
        releases = in_order([*(file.parent.name for file in files), *documents])
        plans = {release: _plan(root, release, documents, echo, split) for release in releases}
        for folder in sorted((root / SCHEMAS).glob("*/*")):
            if is_release(folder.name) and folder.name not in plans:
                plans[folder.name] = _stale(folder)
        outcomes = [
            _compare(name, files, root, echo) if check else _write(name, files, echo) for name, files in plans.items()
        ]
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    except OSError as error:
        echo(f"{error.filename}: {error.strerror}: the derived files are incomplete, run derive again")
        return UNUSABLE
    return max(outcomes, default=UP_TO_DATE)


def show(root: Path, pages: Sequence[Path], as_json: bool, strict: bool, echo: Echo, notes: bool = False) -> int:
    """Say the findings of pages, as lines or as one JSON list, and write nothing; ``notes``: what asks nothing too.

    Returns the exit code: 0, or 1 for any finding that is said under ``strict``, or 4 for a page that cannot be read
    at all.
    """
    try:
        findings = [finding for path in pages for finding in _findings(read_document(root, path))]
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    said = _said(findings, notes)
    if as_json:
        rows = [{**asdict(finding), "weight": finding.weight} for finding in said]
        echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for line in _lines(findings, notes):
            echo(line)
    return DIFFERENT if said and strict else UP_TO_DATE


def _findings(content: Mapping[str, Any]) -> list[Finding]:
    return [Finding(content["page"]["file"], **row) for row in content["findings"]]


def _said(findings: Sequence[Finding], notes: bool) -> list[Finding]:
    """Return what is said of findings: page by page what is lost, what is doubtful, and the notes if asked for."""
    shown = [finding for finding in findings if notes or finding.weight != "note"]
    pages = list(dict.fromkeys(finding.page for finding in findings))
    return sorted(shown, key=lambda finding: (pages.index(finding.page), WEIGHTS.index(finding.weight)))


def _lines(findings: Sequence[Finding], notes: bool) -> list[str]:
    said = _said(findings, notes)
    left_out = len(findings) - len(said)
    return [*map(str, said), *([f"{left_out} notes that ask nothing: see them with --notes"] if left_out else [])]


def render(content: Mapping[str, Any]) -> str:
    """Return derived content as it stands in a file: the same content is always the same text."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def difference(name: str, actual: str | None, expected: str | None) -> str:
    """Return how the file `name` differs from what is expected, as a unified diff; None stands for no such file."""
    old, new = ("/dev/null" if actual is None else name), ("/dev/null" if expected is None else name)
    lines = difflib.unified_diff((actual or "").splitlines(), (expected or "").splitlines(), old, new, lineterm="")
    return "\n".join(lines) or f"{name}: differs in its line ends or is empty: run this without --check"


def _plan(root: Path, release: str, documents: Mapping[str, Any], echo: Echo, split: bool) -> Files:
    folder, schemas = data_of(root, release), schemas_of(root, release)
    expected = _stale(schemas)
    if release in documents:
        expected[folder / "documented.json"] = render(documents[release])
    if (folder / "observed.toml").exists():
        observed = load(folder / "observed.toml")
        contract = combine(release_document(root, observed.lineage, documents), observed)
        files = {
            **own_schemas(contract),
            "openapi.json": openapi(contract, observed, api_binding(root, observed.lineage), split),
        }
        expected |= {schemas / name: render(content) for name, content in files.items()}
    else:
        missing = (folder / "observed.toml").relative_to(root)
        echo(f"{release}: no schemas, because {missing} is missing: write it")
    return expected


def _stale(folder: Path) -> dict[Path, str | None]:
    return {path: None for path in folder.rglob("*") if path.is_file()}


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else None


def _write(release: str, files: Files, echo: Echo) -> int:
    changed = {path: text for path, text in sorted(files.items()) if _text(path) != text}
    for path, text in changed.items():
        if text is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            continue
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    removed = [*files.values()].count(None)
    echo(f"{release}: {len(files) - removed} files, {len(changed) - removed} written, {removed} removed")
    return UP_TO_DATE


def _compare(release: str, files: Files, root: Path, echo: Echo) -> int:
    changed = [path for path, text in sorted(files.items()) if _text(path) != text]
    for path in changed:
        echo(difference(path.relative_to(root).as_posix(), _text(path), files[path]))
    if not changed:
        echo(f"{release}: {len(files)} files up to date")
    return DIFFERENT if changed else UP_TO_DATE
