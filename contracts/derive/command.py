"""The files: reads pages and releases, writes or compares what is derived from them."""

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.derive.contract.contract import combine
from contracts.derive.contract.openapi import openapi
from contracts.derive.contract.schemas import own_schemas
from contracts.derive.errors import DeriveError
from contracts.derive.observed import load
from contracts.derive.page.findings import Finding
from contracts.derive.releases import RELEASES, read_document, release_document
from contracts.text.releases import in_order, is_release

UP_TO_DATE, DIFFERENT, UNUSABLE = 0, 1, 4

Echo = Callable[[str], None]


@dataclass(frozen=True)
class _Plan:
    """The derived files of one release as they should be, and those that should not be there."""

    release: str
    expected: Mapping[Path, str]
    stale: tuple[Path, ...]


def derive(root: Path, pages: Sequence[Path], check: bool, echo: Echo) -> int:
    """Derive documented.json from each page, then the schemas and openapi.json of every release below ``root``.

    With ``check`` nothing is written and each difference is shown as a unified diff. Returns the exit code: 0, or 1
    for a difference under ``check``, or 4 for an input that cannot be derived from, after one line that says why.
    """
    try:
        documents = {}
        for path in pages:
            content = _of_release(read_document(root, path))
            for finding in _findings(content):
                echo(str(finding))
            if content["release"] in documents:
                raise DeriveError(f"{path.name}:1: a second page of release {content['release']}: give one per release")
            documents[content["release"]] = content
        # All releases are derived before the first file is written, so an error leaves everything as it was.
        plans = [_plan(root, release, documents, echo) for release in _releases(root, documents)]
        folders = {path.name for path in (root / "schemas").glob("*") if is_release(path.name)}
        plans += [
            _Plan(name, {}, _files(root / "schemas" / name)) for name in sorted(folders - {p.release for p in plans})
        ]
        outcomes = [_compare(plan, root, echo) if check else _write(plan, echo) for plan in plans]
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    except OSError as error:
        echo(f"{error.filename}: {error.strerror}: the derived files are incomplete, run derive again")
        return UNUSABLE
    return max(outcomes, default=UP_TO_DATE)


def show(root: Path, pages: Sequence[Path], as_json: bool, strict: bool, echo: Echo) -> int:
    """Say the findings of pages, as lines or as one JSON list, and write nothing.

    Returns the exit code: 0, or 1 for any finding under ``strict``, or 4 for a page that cannot be read at all.
    """
    try:
        findings = [finding for path in pages for finding in _findings(read_document(root, path))]
    except DeriveError as error:
        echo(str(error))
        return UNUSABLE
    if as_json:
        echo(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            echo(str(finding))
    return DIFFERENT if findings and strict else UP_TO_DATE


def _findings(content: Mapping[str, Any]) -> list[Finding]:
    return [Finding(content["page"]["file"], **row) for row in content["findings"]]


def render(content: Mapping[str, Any]) -> str:
    """Return derived content as it stands in a file: the same content is always the same text."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def difference(name: str, actual: str | None, expected: str | None) -> str:
    """Return how the file `name` differs from what is expected, as a unified diff; None stands for no such file."""
    old, new = ("/dev/null" if actual is None else name), ("/dev/null" if expected is None else name)
    lines = difflib.unified_diff((actual or "").splitlines(), (expected or "").splitlines(), old, new, lineterm="")
    return "\n".join(lines) or f"{name}: differs in its line ends or is empty: run this without --check"


def _of_release(content: dict[str, Any]) -> dict[str, Any]:
    if content["release"] is None:
        where = f"{content['page']['file']}:1"
        raise DeriveError(f"{where}: names no release: add front matter with a line permalink: /v1.7.0/api/workflow/")
    return content


def _releases(root: Path, documents: Mapping[str, Any]) -> list[str]:
    """Return the releases that have a folder with data, or a page now, from the oldest to the newest."""
    files = (path for name in ("observed.toml", "documented.json") for path in (root / RELEASES).glob(f"*/{name}"))
    return in_order([*(path.parent.name for path in files), *documents])


def _plan(root: Path, release: str, documents: Mapping[str, Any], echo: Echo) -> _Plan:
    folder = root / RELEASES / release
    schemas = root / "schemas" / release
    expected: dict[Path, str] = {}
    if release in documents:
        expected[folder / "documented.json"] = render(documents[release])
    if (folder / "observed.toml").exists():
        observed = load(folder / "observed.toml")
        contract = combine(release_document(root, observed.lineage, documents), observed)
        files = {**own_schemas(contract), "openapi.json": openapi(contract, observed)}
        expected |= {schemas / name: render(content) for name, content in files.items()}
    else:
        echo(f"{release}: no schemas, because contracts/releases/{release}/observed.toml is missing: write it")
    return _Plan(release, expected, tuple(path for path in _files(schemas) if path not in expected))


def _files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else None


def _write(plan: _Plan, echo: Echo) -> int:
    changed = {path: text for path, text in plan.expected.items() if _text(path) != text}
    for path, text in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    for path in plan.stale:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    echo(f"{plan.release}: {len(plan.expected)} files, {len(changed)} written, {len(plan.stale)} removed")
    return UP_TO_DATE


def _compare(plan: _Plan, root: Path, echo: Echo) -> int:
    outcome = UP_TO_DATE
    for path, text in sorted([*plan.expected.items(), *((path, "") for path in plan.stale)]):
        actual = _text(path)
        if actual == text and path in plan.expected:
            continue
        outcome = DIFFERENT
        echo(difference(path.relative_to(root).as_posix(), actual, text if path in plan.expected else None))
    if outcome == UP_TO_DATE:
        echo(f"{plan.release}: {len(plan.expected)} files up to date")
    return outcome
