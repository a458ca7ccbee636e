"""However a run goes, its verdict is valid, and verdict.json, JUnit's files and allure's results say the same."""

from pathlib import Path

import pytest

from helpers.report_agreement import disagreements
from helpers.whole_runs import Ran, run

OPTIONS = {
    "accepted": (),
    "rejected": ("--behaviour", "1.7.0", "--deviations", "none"),
    "known": ("--behaviour", "1.7.0"),
    "unreachable": ("--base-url", "http://127.0.0.1:1", "--project", "nginx"),
    "first-failure": ("--behaviour", "1.7.0", "--deviations", "none", "-x"),
    "two-failures": ("--behaviour", "1.7.0", "--deviations", "none", "--maxfail", "2"),
    "chosen": ("-k", "cancel-task"),
    "one-after-the-other": ("--in-flight", "1", "--behaviour", "1.7.0", "--deviations", "none"),
}
WORKERS = {
    "rejected": OPTIONS["rejected"],
    "first-failure": OPTIONS["first-failure"],
}


def agreed(folder: Path, *options: str) -> Ran:
    """Run the cases with all reports on, and hold these against each other."""
    own, allure = folder / "own.xml", folder / "allure"
    ran = run(folder, "--junitxml", str(own), "--alluredir", str(allure), *options)
    assert disagreements(Path(ran.folder), allure, own) == [], ran.output
    return ran


@pytest.mark.parametrize("name", OPTIONS)
def test_in_one_process(tmp_path: Path, name: str) -> None:
    agreed(tmp_path, *OPTIONS[name])


@pytest.mark.parametrize("workers", ["1", "8"])
@pytest.mark.parametrize("name", WORKERS)
def test_with_workers(tmp_path: Path, name: str, workers: str) -> None:
    agreed(tmp_path, "-n", workers, *WORKERS[name])


def test_a_killed_worker(tmp_path: Path) -> None:
    own, allure = tmp_path / "own.xml", tmp_path / "allure"
    options = ("-n", "2", "-p", "tests.suite.helpers.kill_plugin", "--junitxml", str(own), "--alluredir", str(allure))
    options += ("-k", "cancel-task or flows")
    at = {"KILL_AT": "worker:SIGKILL:after:create", "KILL_MARK": str(tmp_path / "reached-")}
    ran = run(tmp_path, *options, **at)
    assert disagreements(Path(ran.folder), allure, own) == [], ran.output
    assert (ran.code, ran.verdict["counts"]["crashed"], ran.verdict["counts"]["not_run"]) == (6, 1, 0)
    assert "CRASHED  " in ran.output


def test_cases_run_again_after_a_failure(tmp_path: Path) -> None:
    """--lf plans just what failed."""
    options = ("--behaviour", "1.7.0", "--deviations", "none", "-o", f"cache_dir={tmp_path / 'cache'}")
    options += ("-k", "create-workflow")
    first = run(tmp_path / "first", "-p", "cacheprovider", *options)
    again = agreed(tmp_path / "again", "-p", "cacheprovider", "--lf", *options)
    assert set(again.results) == first.having("breach", "drift") != set()


def test_other_tests_beside_the_cases(tmp_path: Path) -> None:
    """allure-pytest still writes the results of tests that are no cases, each once."""
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    allure = tmp_path / "allure"
    ran = run(tmp_path, str(tmp_path / "test_own.py"), "-k", "own or cancel-task", "--alluredir", str(allure))
    assert ran.code == 0, ran.output
    names = sorted(path.read_text(encoding="utf-8").count('"test_own') for path in allure.glob("*-result.json"))
    assert (sum(names) > 0, len(names)) == (True, len(ran.results) + 1)


LISTENS = """
def pytest_runtestloop(session):
    print("allure listens:", session.config.pluginmanager.hasplugin("allure_listener"))
"""
KILLED = """
import os, pytest

@pytest.mark.parametrize("n", range(6))
def test_own(n):
    if n == 5:
        os.kill(os.getpid(), 9)
"""


def test_allure_pytest_listens_only_where_other_tests_run(tmp_path: Path) -> None:
    """What listens for allure-pytest is still registered under its name, and is sent away where only cases run."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "listens.py").write_text(LISTENS, encoding="utf-8")
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    options = ("-s", "-p", "listens", "-k", "own or cancel-task/no-such-task", "--alluredir", str(tmp_path / "allure"))
    for others, listens in (((), False), ((str(tmp_path / "test_own.py"),), True)):
        ran = run(tmp_path, *others, *options)
        assert f"allure listens: {listens}" in ran.output


def test_a_worker_that_takes_over_keeps_the_results_of_allure_pytest(tmp_path: Path) -> None:
    """--clean-alluredir is for the start of a run: a worker in the place of a killed one must not do it again."""
    (tmp_path / "test_own.py").write_text(KILLED, encoding="utf-8")
    allure = tmp_path / "allure"
    options = ("-n", "2", "-k", "own or cancel-task/no-such-task", "--alluredir", str(allure), "--clean-alluredir")
    ran = run(tmp_path, str(tmp_path / "test_own.py"), *options)
    assert "crashed" in ran.output
    names = [path.read_text(encoding="utf-8") for path in allure.glob("*-result.json")]
    assert sum('"test_own[' in text for text in names) == 5
