"""Beside the results of cases, allure-pytest writes those of other tests only."""

import json
from collections import Counter
from pathlib import Path

import pytest

from helpers import processes
from helpers.allure_samples import results

CONFTEST = """
import pytest

def pytest_sessionstart(session):
    from contracts.report.export.allure import CasesLeftOut
    session.config.pluginmanager.register(CasesLeftOut(lambda nodeid: nodeid.startswith("test_zadig.py::")))

@pytest.fixture(scope="session")
def shared():
    yield

@pytest.fixture
def own():
    yield
"""
CASES = """
import allure, pytest

@pytest.mark.parametrize("n", range(12))
def test_case(n, own, shared):
    print("said by a case")
    allure.attach("attached by a case")
    if n == 3:
        pytest.fail("as it should")
    if n == 4:
        pytest.skip("as it should")
    assert n != 5
"""
OWN = """
import allure, pytest

@pytest.mark.parametrize("n", range(6))
def test_own(n, own, shared):
    print("said by another")
    with allure.step("a step"):
        allure.attach("attached by another")
    assert n != 2

def test_skipped():
    pytest.skip("as it should")
"""


def run_both(folder: Path, *options: str) -> str:
    """Run cases after other tests in one session, and return what it printed."""
    for name, text in (("conftest.py", CONFTEST), ("test_own.py", OWN), ("test_zadig.py", CASES)):
        (folder / name).write_text(text, encoding="utf-8")
    return processes.pytest("-q", "-p", "no:randomly", *options, cwd=folder).output


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="one-process"),
        pytest.param(["--clean-alluredir"], id="one-process-clean"),
        pytest.param(["-n", "2"], id="two-workers"),
        pytest.param(["-n", "2", "--clean-alluredir"], id="two-workers-clean"),
    ],
)
def test_only_other_tests_have_results_of_allure_pytest(options: list[str], tmp_path: Path) -> None:
    """Of cases allure-pytest writes nothing at all; of other tests all: result, fixtures, steps, what they attach."""
    printed = run_both(tmp_path, "--alluredir", "allure", *options)
    assert "3 failed, 14 passed, 2 skipped" in printed
    folder = tmp_path / "allure"
    made = results(folder)
    assert Counter(result["status"] for result in made.values()) == {"passed": 5, "failed": 1, "skipped": 1}
    own = {name: result for name, result in made.items() if name.startswith("test_own[")}
    assert len(own) == 6
    assert all([step["name"] for step in result["steps"]] == ["a step"] for result in own.values())
    containers = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-container.json")]
    for fixture in ("own", "shared"):
        children = {
            uuid for part in containers for before in part.get("befores", []) if before["name"] == fixture
            for uuid in part["children"]
        }  # fmt: skip
        assert children >= {result["uuid"] for result in own.values()}
    texts = Counter(path.read_text(encoding="utf-8").strip() for path in folder.glob("*-attachment*"))
    assert texts == {"said by another": 6, "attached by another": 6}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["-p", "no:allure_pytest"], id="not-loaded"),
        pytest.param([], id="not-asked-for"),
    ],
)
def test_without_allure_results_nothing_is_in_the_way(options: list[str], tmp_path: Path) -> None:
    """Where allure-pytest is not there, or writes nothing, a session goes on as it would."""
    assert "3 failed, 14 passed, 2 skipped" in run_both(tmp_path, *options)
    assert not (tmp_path / "allure").exists()
