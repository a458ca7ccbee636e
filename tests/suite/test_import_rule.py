"""Who may import whom: the parts of the suite that must not know each other do not; and how long a module may be."""

import ast
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT

PACKAGE = ROOT / "contracts"
MODULES = sorted(PACKAGE.rglob("*.py"))
CASES = sorted((ROOT / "tests" / "api").glob("*.py"))
LONGEST = 400
"""Lines that one module may have."""
FLOORS = {
    11: ("__main__.py",),
    10: ("cli",),
    9: ("campaign", "doctor"),
    8: ("pytest_plugin", "sweep"),
    7: ("run",),
    6: ("case",),
    5: ("check",),
    4: ("notify", "target"),
    3: ("safety", "settings"),
    2: ("breakages", "catalog", "http", "report"),
    1: ("derive", "i18n", "standin"),
    0: ("paths.py", "profiles.py", "text"),
}
"""The folders of the package and the floor of each: it imports only from floors below its own."""
ALL = sorted(
    path
    for folder in ("contracts", "tests", "bench", "deploy")
    for path in (ROOT / folder).rglob("*.py")
    if not any(part == "node_modules" or part.startswith(".") for part in path.relative_to(ROOT).parts)
)


def imported(path: Path) -> set[str]:
    """Return all that a file imports, anywhere in it: modules, and names from modules as `module.name`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*path.parent.relative_to(ROOT).parts[: -node.level + 1 or None]]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            found |= {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("import_module", "importlib.import_module"):
            found.add(ast.literal_eval(node.args[0]))
    return found


def room_of(name: str) -> str:
    """Return the folder or single module that an imported name of this package is in."""
    first = name.split(".")[1] if "." in name else "__init__.py"
    return first if (PACKAGE / first).is_dir() else f"{first}.py"


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def lower(own: str) -> set[str]:
    """Return what is on the floors below a folder's own."""
    floor = next((floor for floor, rooms in FLOORS.items() if own in rooms), 0)
    return {name for below, names in FLOORS.items() if below < floor for name in names}


def uses(name: str) -> set[str]:
    """Return the folders that a folder imports, by its modules' own imports."""
    modules = [path for path in MODULES if room(path) == name]
    return {room_of(each) for path in modules for each in imported(path) if below(each, ["contracts"])} - {name}


def below(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def outside(path: Path, allowed: Iterable[str]) -> list[str]:
    """Return what a file imports of this project besides `allowed`."""
    return sorted(name for name in imported(path) if below(name, ["contracts", "tests"]) and not below(name, allowed))


def foreign(path: Path, allowed: Iterable[str]) -> list[str]:
    """Return what a file imports besides the standard library, this project and `allowed`."""
    names = {name.partition(".")[0] for name in imported(path)}
    return sorted(names - sys.stdlib_module_names - {"contracts", *allowed})


def named(paths: Iterable[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize("path", named(MODULES))
def test_a_module_imports_only_from_floors_below(path: Path) -> None:
    """Each folder uses only folders below its own floor; so there is no circle."""
    own = room(path)
    above = {name for name in imported(path) if below(name, ["contracts"]) and room_of(name) not in (own, *lower(own))}
    assert above == set()


def test_every_folder_has_its_floor() -> None:
    """The table has each folder and each single module of the package, and nothing that is gone."""
    assert {path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))} == {
        room for rooms in FLOORS.values() for room in rooms
    } | {"__init__.py"}


def test_architecture_shows_the_same_table() -> None:
    """ARCHITECTURE.md has what the code has; `python -m tests.suite.test_import_rule` writes it."""
    assert table() in (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def table() -> str:
    """Return the rooms as a table: floor, folder, which folders it imports, the first sentence of its docstring."""
    rows = ["| floor | in `contracts/` | imports | what is in it |", "|---|---|---|---|"]
    for floor in sorted(FLOORS, reverse=True):
        for name in FLOORS[floor]:
            imports = " ".join(f"`{shown(each)}`" for each in sorted(uses(name))) or "—"
            rows.append(f"| {floor} | `{shown(name)}` | {imports} | {purpose(name)} |")
    return "\n".join([*rows, "", ""])


def shown(name: str) -> str:
    return name if name.endswith(".py") else f"{name}/"


def purpose(name: str) -> str:
    path = PACKAGE / name if name.endswith(".py") else PACKAGE / name / "__init__.py"
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split())


@pytest.mark.parametrize("path", named((PACKAGE / "standin").rglob("*.py")))
def test_the_stand_in_shares_no_meaning(path: Path) -> None:
    """A stand-in that shared code with the checks would share its mistakes; it has only leaves that know no Zadig."""
    assert outside(path, ["contracts.standin", "contracts.text", "contracts.paths"]) == []


@pytest.mark.parametrize("path", named((PACKAGE / "report").rglob("*.py")))
def test_reports_need_few_libraries(path: Path) -> None:
    """A report can be made again wherever its few libraries are."""
    assert foreign(path, ["jinja2", "markupsafe", "allure_commons", "jsonschema_rs"]) == []


@pytest.mark.parametrize("path", named(CASES))
def test_cases_see_only_fixtures_and_data(path: Path) -> None:
    """A test of the cases reads as a sentence: it has the types of its fixtures, and no way round them."""
    types = [
        "contracts.catalog",
        "contracts.case.flow",
        "contracts.case.concurrent",
        "contracts.case.explore",
        "contracts.case.body_explorer",
    ]
    assert outside(path, types) == []
    assert foreign(path, ["pytest"]) == []


def test_only_one_module_imports_allure() -> None:
    """Whoever does without allure loses one module."""
    users = [path for path in MODULES if any(below(name, ["allure", "allure_commons"]) for name in imported(path))]
    assert [path.relative_to(PACKAGE).as_posix() for path in users] == ["report/export/allure.py"]


def test_only_the_plugin_imports_pytest() -> None:
    """Cases run without pytest; only its plugin, and what starts it, know it."""
    users = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if any(below(n, ["pytest", "_pytest"]) for n in imported(path))
    }
    assert {user for user in users if not user.startswith("pytest_plugin/")} == {"cli/cases.py", "campaign/child.py"}


def test_nothing_imports_tests() -> None:
    """The package is whole without its tests."""
    assert [path for path in MODULES if any(below(name, ["tests"]) for name in imported(path))] == []


@pytest.mark.parametrize("path", named(ALL))
def test_a_file_can_be_held_in_the_head(path: Path) -> None:
    """A file that grows beyond this has more than one reason to change."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("import a.b", {"a.b"}, id="import"),
        pytest.param("from a import b as c", {"a.b"}, id="from"),
        pytest.param("def f():\n    from a.b import c", {"a.b.c"}, id="late"),
        pytest.param("from . import b", {"contracts.report.b"}, id="relative"),
        pytest.param("from ..check import b", {"contracts.check.b"}, id="relative-up"),
        pytest.param("importlib.import_module('a')", {"a"}, id="by-name"),
    ],
)
def test_every_way_to_import_is_seen(
    text: str, found: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No way to import escapes the rules above."""
    path = tmp_path / "contracts" / "report" / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert imported(path) == found


if __name__ == "__main__":
    document = ROOT / "ARCHITECTURE.md"
    head, _, rest = document.read_text("utf-8").partition("| floor |")
    document.write_text(head + table() + rest.partition("\n\n")[2], encoding="utf-8")
