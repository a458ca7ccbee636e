"""Pages of a release that is new, and a copy of the project in which it is proposed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.catalog import cases as casetable
from contracts.catalog import release as catalog
from contracts.catalog.release import ROOT
from contracts.derive.new_release import new_release

NEW = "1.9.7"
_PAGES = Path(__file__).parents[1] / "derive/new_pages"
CANCEL, START, PAUSE = ((_PAGES / f"{name}.md").read_text(encoding="utf-8") for name in ("cancel", "start", "pause"))


class Project:
    """A copy of this project's data, and the lines that were said about it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        shutil.copytree(ROOT / "contracts/apis/aslan", root / "contracts/apis/aslan")
        shutil.copytree(ROOT / "schemas", root / "schemas")

    def page(self, *parts: str, release: str = NEW) -> Path:
        """Write a page of these operations."""
        path = self.root / "page.md"
        front = f"---\npermalink: /v{release}/api/workflow/\n---\n\n"
        path.write_text(front + "\n".join(parts), encoding="utf-8")
        return path

    def start(self, page: Path, release: str = NEW, base: str | None = None, api: str | None = None) -> int:
        """Make a new release of a page."""
        self.said.clear()
        return new_release(self.root, page, release, base, self.said.append, api)

    def text(self, name: str, release: str = NEW) -> str:
        """Return a file of a release."""
        return (self.root / "contracts/apis/aslan" / release / name).read_text(encoding="utf-8")

    def files(self) -> dict[Path, bytes]:
        """Return every file of the project."""
        return {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture(name="project")
def project_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Yield a project of its own that the catalog and the case table read, too."""
    project = Project(tmp_path)
    monkeypatch.setattr(catalog, "ROOT", tmp_path)
    monkeypatch.setattr(catalog, "SCHEMAS", tmp_path / "schemas")
    monkeypatch.setattr(catalog, "APIS", tmp_path / "contracts/apis")
    catalog.load.cache_clear()
    casetable.cases.cache_clear()
    yield project
    catalog.load.cache_clear()
    casetable.cases.cache_clear()


def proposed() -> dict[str, casetable.Case]:
    """Return the cases that the new release has and its base has not, by their ids."""
    inherited = {case.id for case in casetable.cases("1.9.0")}
    return {case.id: case for case in casetable.cases(NEW) if "/documented-" in case.id and case.id not in inherited}
