"""Who may import whom: the parts of the suite that must not know each other do not; and how long a module may be."""

import ast
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import pytest

from contracts.catalog.release import ROOT

PACKAGE = ROOT / "contracts"
MODULES = sorted(PACKAGE.rglob("*.py"))
CASES = sorted((ROOT / "tests" / "api").glob("*.py"))
LONGEST = 250
"""Lines that one module of the package may have."""
ALL = sorted(
    path
    for folder in ("contracts", "tests", "bench", "deploy")
    for path in (ROOT / folder).rglob("*.py")
    if not any(part == "node_modules" or part.startswith(".") for part in path.relative_to(ROOT).parts)
)
LONG, USUAL = 300, 150
"""Lines that a module has only if its docstring says why, and that half of all modules stay below."""


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


@pytest.mark.parametrize("path", named((PACKAGE / "standin").rglob("*.py")))
def test_the_stand_in_knows_only_itself(path: Path) -> None:
    """A stand-in that shared code with the checks would share its mistakes."""
    assert outside(path, ["contracts.standin"]) == []


@pytest.mark.parametrize("path", named((PACKAGE / "derive").rglob("*.py")))
def test_the_deriver_knows_only_itself(path: Path) -> None:
    """What is promised is worked out without a look at how it is checked."""
    assert outside(path, ["contracts.derive"]) == []


@pytest.mark.parametrize("path", named((PACKAGE / "report").rglob("*.py")))
def test_reports_read_only_the_verdict(path: Path) -> None:
    """A report knows nothing but verdict.json, the run folder, the schemas and the words; so it can be made anew."""
    assert outside(path, ["contracts.report", "contracts.paths", "contracts.i18n"]) == []
    assert foreign(path, ["jinja2", "markupsafe", "allure_commons", "tomli"]) == []


@pytest.mark.parametrize("path", named((PACKAGE / "language").rglob("*.py")))
def test_the_words_know_only_themselves(path: Path) -> None:
    """Whoever says something may use the words, so the words use nobody."""
    assert outside(path, ["contracts.i18n"]) == []
    assert foreign(path, ["tomli"]) == []


@pytest.mark.parametrize("path", named(CASES))
def test_cases_see_only_fixtures_and_data(path: Path) -> None:
    """A test of the cases reads as a sentence: it has the types of its fixtures, and no way round them."""
    types = ["contracts.catalog.cases", "contracts.catalog.release", "contracts.case.flow", "contracts.case.concurrent"]
    assert outside(path, types) == []
    assert foreign(path, ["pytest"]) == []


def test_only_one_module_imports_allure() -> None:
    """Whoever does without allure loses one module."""
    users = [path for path in MODULES if any(below(name, ["allure", "allure_commons"]) for name in imported(path))]
    assert len(users) <= 1


def test_only_the_plugin_imports_pytest() -> None:
    """Cases run without pytest; only its plugin with collection and fixtures, and what starts it, know it."""
    users = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if any(below(n, ["pytest", "_pytest"]) for n in imported(path))
    }
    assert users == {"plugin.py", "collection.py", "fixtures.py", "commands/cases.py", "breakages/campaign_child.py"}


@pytest.mark.parametrize("path", named((PACKAGE / "breakages").glob("campaign*.py")))
def test_the_campaign_reads_data_only(path: Path) -> None:
    """A campaign measures the checks from outside: it knows changes, cases and verdicts, and loads the plugin whole."""
    presents = ["contracts.report.html.templates", "contracts.text.tables"]
    data = [
        "contracts.catalog.cases",
        "contracts.paths",
        "contracts.run.plan",
        "contracts.catalog.profiles",
        "contracts.run.verdict",
    ]
    loads = ["contracts.pytest_plugin.hooks"] if path.stem == "campaign_child" else []
    assert outside(path, ["contracts.breakages", "contracts.standin", *presents, *data, *loads]) == []


def test_nothing_imports_tests() -> None:
    """The package is whole without its tests."""
    assert [path for path in MODULES if any(below(name, ["tests"]) for name in imported(path))] == []


@pytest.mark.parametrize("path", named(MODULES))
def test_modules_stay_short(path: Path) -> None:
    """A module that grows beyond this has more than one purpose."""
    assert lines(path) <= LONGEST


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def unexplained(paths: Iterable[Path]) -> list[str]:
    """Return the modules that are long and whose docstring has no "Long because …"."""
    long = [path for path in paths if lines(path) > LONG]
    docstrings = {path: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in long}
    return [f"{path.name}: {lines(path)} lines" for path in long if "Long because " not in docstrings[path]]


def test_a_long_module_says_why() -> None:
    """A module of code, tests, bench or deploy that is longer than others has its reason at its top."""
    assert unexplained(ALL) == []


@pytest.mark.parametrize(
    ("docstring", "length", "found"),
    [
        pytest.param("A table.", LONG, [], id="short"),
        pytest.param("A table.", LONG + 1, [f"x.py: {LONG + 1} lines"], id="long"),
        pytest.param("A table. Long because it is one.", LONG + 1, [], id="explained"),
    ],
)
def test_a_long_module_is_found(docstring: str, length: int, found: list[str], tmp_path: Path) -> None:
    """One line more than may be is found, unless the docstring gives the reason."""
    path = tmp_path / "x.py"
    path.write_text(f'"""{docstring}"""\n' + "x = 1\n" * (length - 1), encoding="utf-8")
    assert unexplained([path]) == found


def test_most_modules_are_short() -> None:
    """Whoever opens a module has, as a rule, little to read."""
    assert median(map(lines, ALL)) < USUAL


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("import a.b", {"a.b"}, id="import"),
        pytest.param("from a import b as c", {"a.b"}, id="from"),
        pytest.param("def f():\n    from a.b import c", {"a.b.c"}, id="late"),
        pytest.param("from . import b", {"contracts.report.b"}, id="relative"),
        pytest.param("from ..check import b", {"contracts.check.check.b"}, id="relative-up"),
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
