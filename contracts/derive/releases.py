"""What a command is given, a release's name or a page, as a contract."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contracts.derive.contract.contract import Contract, combine, promised
from contracts.derive.contract.links import Binding
from contracts.derive.errors import DeriveError, read_toml
from contracts.derive.observed import API, Observed, load
from contracts.derive.page.documented import document
from contracts.derive.page.names import load_names
from contracts.derive.page.sections import read_page
from contracts.text import files
from contracts.text.releases import in_order, is_release, of_release

APIS, SCHEMAS = Path("contracts/apis"), Path("schemas")
"""Where the data of the APIs is, and what is derived from it, below the root."""


def api_of(root: Path, release: str) -> str:
    """Return the API that a release is one of."""
    return next((path.parent.name for path in sorted((root / APIS).glob(f"*/{release}"))), API)


def data_of(root: Path, release: str, api: str | None = None) -> Path:
    """Return the folder of a release's data."""
    return root / APIS / (api or api_of(root, release)) / release


def schemas_of(root: Path, release: str, api: str | None = None) -> Path:
    """Return the folder of what is derived from a release's data."""
    return root / SCHEMAS / (api or api_of(root, release)) / release


def known_releases(root: Path) -> list[str]:
    """Return the releases that have an observed.toml, from the oldest to the newest."""
    return in_order(path.parent.name for path in (root / APIS).glob("*/*/observed.toml"))


def read_document(root: Path, path: Path, needed: str = "the path of a page") -> dict[str, Any]:
    """Return the content of documented.json for a page; DeriveError, a line that asks for ``needed``, if it cannot."""
    try:
        text = files.text(path, files.PAGE)
    except OSError as error:
        raise DeriveError(f"{path}: cannot be read ({error.strerror}): give {needed}") from None
    except UnicodeDecodeError as error:
        raise DeriveError(f"{path}: is not UTF-8 at byte {error.start}: save it as UTF-8") from None
    return document(read_page(text, path.name), _names(root))


def _names(root: Path) -> dict[str, str]:
    """Return the names of the operations of every API, by method and path."""
    found = sorted((root / APIS).glob("*/operations.toml")) or [root / APIS / API / "operations.toml"]
    return {shape: name for path in found for shape, name in load_names(path).items()}


def release_facts(root: Path, release: str) -> Observed:
    """Return the observed facts of a release; DeriveError if there is no such release."""
    if release not in known_releases(root):
        raise DeriveError(f"no release {release}: there are {', '.join(known_releases(root)) or 'none'}")
    return load(data_of(root, release) / "observed.toml")


def release_document(
    root: Path, lineage: tuple[str, ...], given: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
) -> Mapping[str, Any] | None:
    """Return documented.json of a release, or of the nearest base that has one; DeriveError if it is damaged.

    Of a page that is an excerpt, what it does not show is what the nearest base's page says. ``given`` has the content
    by release where it is known already, whatever a file says.
    """
    return promised(lineage, lambda release: given.get(release) or _read(root, release))


def _read(root: Path, release: str) -> Mapping[str, Any] | None:
    """Return documented.json of a release, None where it has none; DeriveError if it is damaged."""
    path = data_of(root, release) / "documented.json"
    if not path.exists():
        return None
    try:
        content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["release"] == release and content["page"]["file"] and content["operations"]:
            return content
    except (ValueError, KeyError, TypeError):
        pass
    raise DeriveError(f"{release}/documented.json: is damaged: derive it again from its page")


def api_binding(root: Path, lineage: tuple[str, ...]) -> Binding:
    """Return the binding of the API as it is for a release; empty where there is none."""
    path = data_of(root, lineage[0]).parent / "binding.toml"
    return of_release(read_toml(path, path.name), lineage[::-1]) if path.exists() else {}


def contract_of(root: Path, name: str, only_documented: bool) -> Contract:
    """Return the contract of a release or of the file of a page, or only what pages document of it."""
    documented: Mapping[str, Any] | None
    if is_release(name):
        facts = release_facts(root, name)
        documented = release_document(root, facts.lineage)
        if not only_documented:
            return combine(documented, facts)
        if documented is None:
            raise DeriveError(f"{name}: neither the release nor one that it builds on has a page: give two releases")
    else:
        documented = read_document(root, Path(name), "a release or the path of a page")
    return combine(documented, Observed(documented["release"], (documented["release"],)))
