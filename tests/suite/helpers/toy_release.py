"""The toy API as the catalog sees it: its tables, and what is derived from its page, in a folder of their own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from contracts.catalog import cases as casetable
from contracts.catalog import release as catalog
from contracts.derive.command import derive
from contracts.settings.settings import Settings
from contracts.standin.serve import serve_in_thread
from contracts.target.connect import find_workspace, open_target, probe
from contracts.target.target import Target

TOY, RELEASE = Path(__file__).parents[1] / "toy", "0.1.0"
PLACE = {
    "project": "nginx",
    "env_name": "qa",
    "service": "web",
    "service_module": "web",
    "repo": "sea",
    "branch": "main",
}


def add(root: Path) -> None:
    """Put the toy beside the APIs of a project, with everything that is derived of it."""
    shutil.copytree(TOY, root / "contracts/apis/toy", ignore=shutil.ignore_patterns("*.md"))
    said: list[str] = []
    assert derive(root, (TOY / "page.md",), False, said.append) == 0, said


@pytest.fixture(name="toy")
def toy_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let the catalog know the toy and nothing else; yield the folder of its data."""
    add(tmp_path)
    for name, path in (("ROOT", ""), ("SCHEMAS", "schemas"), ("APIS", "contracts/apis")):
        monkeypatch.setattr(catalog, name, tmp_path / path)
    catalog.load.cache_clear()
    casetable.cases.cache_clear()
    yield tmp_path
    catalog.load.cache_clear()
    casetable.cases.cache_clear()


@contextmanager
def opened(app: ASGIApp, folder: Path) -> Iterator[Target]:
    """Serve an app and open it as a target of the toy's release."""
    with serve_in_thread(app) as url:
        wanted = Settings(base_url=url, release=RELEASE, state_timeout=2, **PLACE)
        look = probe(wanted, url)
        assert look.trouble == ""
        place = find_workspace(wanted, look)
        target = open_target(wanted, look, place, release=RELEASE, run_id="r", worker="main", run_dir=folder)
        yield target
        target.client.close()
