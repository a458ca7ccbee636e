"""Whole runs, as users start them: exit code and verdict, order and number of workers, options, early ends."""

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.responses import HTMLResponse

from contracts.catalog.cases import cases
from contracts.catalog.release import ROOT
from contracts.safety.journal import left_open
from contracts.standin.serve import serve_in_thread
from helpers.processes import HANG
from helpers.verdicts import SCHEMA, undescribed, valid
from helpers.whole_runs import Ran, Runs, command, environment, run, run_on_own

CRASHES = {
    *("create-workflow/documented-body", "create-workflow/hook-ctl-null", "create-workflow/body-null"),
    *("start-task/body-null", "start-task/target-null"),
}
MARKS = {"restart-task/queued-task", "restart-task/queued-beside-another"}
STRANGERS = {f"{name}/by-stranger-naming-his-own-project" for name in ("create-workflow", "start-task", "cancel-task")}
KNOWN = (
    CRASHES | MARKS | STRANGERS | {"restart-task/by-stranger-naming-his-own-project", "concurrency/own-descriptions"}
)
"""The cases in which a server of release 1.7.0 is known to break its contract, whatever the order."""
DEVIATIONS = {"documented-body-crashes", "null-body-crashes", "refused-restart-marks", "cross-talk", "project-scope"}
ACCEPTANCE = ("--behaviour", "1.7.0", "--profile", "acceptance")
UNKNOWN_TOKEN = "no-such-token"
MISTAKE = """
import contracts.run.outcomes

def pytest_configure(config):
    def mistaken(*_):
        raise RuntimeError("a mistake of the suite's own")
    contracts.run.outcomes.run_case = mistaken
"""


def planned(level: str = "regression") -> set[str]:
    """Return the ids of the rows of the case table up to a level."""
    return {case.id for case in cases("1.7.0") if level == "nightly" or case.level != "nightly"}


def rows(ran: Ran) -> dict[str, str]:
    """Return the results of the rows of the case table."""
    return {case: result for case, result in ran.results.items() if case in planned("nightly")}


# ---------------------------------------------------------------- verdict and exit code


def test_a_perfect_server_is_accepted(runs: Runs) -> None:
    """On the perfect stand-in everything holds, and the last lines say so."""
    ran = runs()
    assert ran.code == 0
    assert (ran.verdict["verdict"], ran.verdict["exit"], ran.verdict["leaks"]) == ("accepted", 0, [])
    assert set(ran.results.values()) == {"held"}
    assert set(rows(ran)) == planned()
    assert ran.verdict["not_run"] == []
    assert re.search(r"VERDICT on the stand-in \(perfect\): ACCEPTED .*exit 0", ran.output)


def test_a_release_is_accepted_with_exactly_its_known_deviations(runs: Runs) -> None:
    """A server of 1.7.0 shows each of its shipped deviations where it must, and nothing else."""
    ran = runs(*ACCEPTANCE)
    assert ran.code == 0
    assert {row["id"] for row in ran.verdict["deviations"] if row["seen"]} == DEVIATIONS
    assert [row["fixed"] for row in ran.verdict["deviations"] if row["fixed"]] == []
    assert {case for case in ran.having("known") if not case.startswith("concurrency/")} == KNOWN - {
        "concurrency/own-descriptions"
    }
    assert ran.having("held", "known") == set(ran.results)
    assert planned("nightly") == set(rows(ran))


def test_without_known_deviations_they_are_breaches(runs: Runs) -> None:
    """With --deviations none a server of 1.7.0 is rejected for what the deviations say, and for nothing else."""
    ran = runs(*ACCEPTANCE, "--deviations", "none")
    assert (ran.code, ran.verdict["verdict"]) == (1, "rejected")
    told = ran.having("breach", "drift")
    assert {case for case in told if not case.startswith("concurrency/")} == KNOWN - {"concurrency/own-descriptions"}
    assert "concurrency/own-descriptions" in told
    assert ran.having("held") == set(ran.results) - told


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param((), 0, id="accepted"),
        pytest.param(ACCEPTANCE, 0, id="known-deviations"),
        pytest.param((*ACCEPTANCE, "--deviations", "none"), 1, id="rejected"),
        pytest.param(("--base-url", "http://127.0.0.1:1", "--project", "nginx"), 6, id="unreachable"),
    ],
)
def test_verdicts_are_as_the_schema_says(runs: Runs, options: tuple[str, ...], code: int) -> None:
    """What runs of several kinds leave behind passes the schema, key by key, and is what the exit code says."""
    ran = runs(*options)
    assert ran.code == code == ran.verdict["exit"], ran.verdict["reasons"]
    assert undescribed(valid(ran.verdict), SCHEMA) == []
    assert ran.verdict["counts"]["planned"] > 0


def test_a_mistake_of_the_suite_is_not_hidden(tmp_path: Path) -> None:
    """Where a case could not be told because the suite itself failed, the summary says so, and nothing is accepted."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mistaken.py").write_text(MISTAKE, encoding="utf-8")
    ran = run(tmp_path, "-p", "mistaken", "-k", "cancel-task/no-such-task")
    assert ran.code == 6, ran.output
    assert "CRASHED  cancel-task/no-such-task" in ran.output
    assert "a mistake of the suite's own" in ran.output


def test_nobody_listening_is_unreachable_at_once(tmp_path: Path) -> None:
    """A port where nobody listens ends in exit 6 after one look, with one plain reason and no traceback."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        ran = run(tmp_path, "--base-url", url, ZADIG_TOKEN=UNKNOWN_TOKEN)
    assert (ran.code, ran.verdict["verdict"]) == (6, "inconclusive")
    assert set(ran.results.values()) == {"unreachable"}
    assert [case["case"] for case in ran.verdict["cases"] if case["steps"]] == []
    assert f"{url} is unreachable: Connection refused" in ran.output
    assert "Traceback" not in ran.output


def test_a_web_page_is_named(tmp_path: Path) -> None:
    """Where a web page answers, the run cannot tell after one look, and says which settings to check."""
    page = HTMLResponse("<!doctype html><html><head><title>Welcome</title></head></html>")
    with serve_in_thread(page) as url:
        ran = run(tmp_path, "--base-url", url, ZADIG_TOKEN=UNKNOWN_TOKEN)
    assert (ran.code, ran.verdict["verdict"]) == (6, "inconclusive")
    assert "an HTML page" in ran.output
    assert "--base-url and --api-prefix" in ran.output
    assert "Traceback" not in ran.output


def test_a_wrong_token_has_one_clear_reason(tmp_path: Path) -> None:
    """A token that the server refuses ends in exit 6, after one request, with what to check."""
    ran = run_on_own(tmp_path, ZADIG_TOKEN=UNKNOWN_TOKEN)
    assert (ran.code, ran.requests) == (6, 1)
    assert {case["reason"] for case in ran.verdict["cases"]} == {ran.verdict["cases"][0]["reason"]}
    assert "the token is refused; check ZADIG_TOKEN, it may be wrong or expired" in ran.output
    assert ran.output.count("the token is refused") == 1
    assert UNKNOWN_TOKEN not in ran.output


# ---------------------------------------------------------------- order and number


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("-n", "4"), id="four-workers"),
        pytest.param(("-o", "addopts=--strict-markers --strict-config"), id="random-order"),
        pytest.param(("-p", "tests.suite.helpers.reverse_order_plugin"), id="reversed-order"),
        pytest.param(("-v", "-o", "console_output_style=times"), id="asked-for-tests-that-are-over"),
        pytest.param(("-n", "2", "--dist", "loadscope"), id="two-workers-by-file"),
    ],
)
def test_order_and_workers_change_nothing(runs: Runs, options: tuple[str, ...]) -> None:
    """Each case has the same result in whatever order and process it runs, and nothing is left on the target."""
    ran = runs(*options, own="perfect")
    assert (ran.code, ran.held) == (0, [])
    assert ran.results == runs().results


def test_shards_run_every_case_once(runs: Runs) -> None:
    parts = [runs("--shard", f"{number}/3") for number in (1, 2, 3)]
    ran = [case for part in parts for case in part.results]
    assert [part.code for part in parts] == [0, 0, 0]
    assert sorted(ran) == sorted(runs().results)
    assert min(len(part.results) for part in parts) > len(ran) / 4


ALONE = (
    *("start-task/no-such-workflow", "create-workflow/duplicate", "cancel-task/no-such-task"),
    *("restart-task/running-task", "flows/one-life", "cancel-task/by-nobody"),
)


@pytest.mark.parametrize("case", ALONE)
def test_a_case_runs_alone(tmp_path: Path, case: str) -> None:
    ran = run(tmp_path, "-k", case)
    assert (ran.code, ran.results) == (0, {case: "held"})
    assert ran.verdict["counts"]["planned"] == 1


@pytest.mark.parametrize("case", ["concurrency/creates-of-one-name", "concurrency/creates-by-two"])
def test_a_nightly_case_runs_alone(tmp_path: Path, case: str) -> None:
    ran = run(tmp_path, "-k", case, "--profile", "nightly")
    assert (ran.code, ran.results) == (0, {case: "held"})
    assert run(tmp_path / "other", "-k", case).code == 5


def test_smoke_is_short(tmp_path: Path) -> None:
    """The smoke profile sends fewer than 15 requests, looking first and cleaning up included."""
    ran = run_on_own(tmp_path, "--profile", "smoke")
    assert (ran.code, ran.held) == (0, [])
    assert 0 < ran.requests < 15


def test_what_is_set_for_a_target_is_not_for_the_stand_in(tmp_path: Path) -> None:
    """Whoever has set up a Zadig and leaves its address out gets the stand-in's verdict, and no refused token."""
    (tmp_path / "token").write_text(UNKNOWN_TOKEN, encoding="utf-8")
    for_a_target = {
        "ZADIG_TOKEN_FILE": str(tmp_path / "token"),
        "ZADIG_PROJECT": "mine",
        "ZADIG_PROXY": "http://[::1]:9",
    }
    ran = run(tmp_path, "--profile", "smoke", **for_a_target)
    assert (ran.code, ran.having("held")) == (0, {"flows/one-life"})


@pytest.mark.parametrize("option", ["-x", "--maxfail=2"])
def test_what_did_not_run_is_never_accepted(tmp_path: Path, option: str) -> None:
    """A run that stops at its first failures is no success, and says how many cases it did not run."""
    ran = run(tmp_path, *ACCEPTANCE, "--deviations", "none", option)
    assert ran.code == 1
    assert len(ran.verdict["not_run"]) == ran.verdict["counts"]["not_run"] > 0
    assert len(ran.verdict["not_run"]) + len(ran.results) == ran.verdict["counts"]["planned"]


def test_the_summary_stands_in_for_what_pytest_says_of_failures(runs: Runs, tmp_path: Path) -> None:
    """Of failed cases pytest shows neither tracebacks nor a list of its own, unless somebody asks for them."""
    broken = ("--behaviour", "1.7.0", "--deviations", "none")
    asked = run(tmp_path, *broken, "-k", "create-workflow/documented-body", "-rf", "--tb=short")
    for headline in ("= FAILURES =", "= short test summary info ="):
        assert headline not in runs(*broken).output
        assert headline in asked.output


def test_a_listing_sends_and_starts_nothing(tmp_path: Path) -> None:
    """--collect-only lists the cases, and neither starts a stand-in nor makes a folder; a target is only asked, once,
    where nobody says which release it is of."""
    for release, requests in (("1.7.0", 0), ("auto", 1)):
        ran = run_on_own(tmp_path / release, "--collect-only", "--release", release)
        assert (ran.code, ran.requests) == (0, requests)
        assert "start-task/no-such-workflow" in ran.output
    embedded = run(tmp_path / "embedded", "--collect-only")
    assert (embedded.code, len(embedded.started)) == (0, 1)
    assert not Path(embedded.folder).exists()


def test_other_tests_start_no_stand_in(tmp_path: Path) -> None:
    """Tests that are no cases run as any others: no stand-in, no verdict."""
    ran = run(tmp_path, tests="tests/suite/case/test_wait.py")
    assert (ran.code, len(ran.started)) == (0, 1)
    assert "VERDICT" not in ran.output


def answers(url: str) -> bool:
    """Whether anybody listens there."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + HANG
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def end_early(folder: Path, number: int, *options: str) -> tuple[int, str]:
    """Send a signal to a run on the embedded stand-in that has begun; return its exit code and the stand-in's URL."""
    journal = folder / "run" / "journal.jsonl"
    with (
        (folder / "output").open("w") as output,
        subprocess.Popen(
            command(folder, options), cwd=ROOT, env=environment(folder), stdout=output, stderr=output
        ) as process,
    ):
        wait_until(lambda: journal.exists() and journal.read_text(encoding="utf-8").count('"gone"') >= 3)
        process.send_signal(number)
        code = process.wait(HANG)
    return code, json.loads(journal.read_text(encoding="utf-8").splitlines()[0])["base_url"]


def test_ctrl_c_ends_a_run_in_order(tmp_path: Path) -> None:
    """Ctrl-C in the middle: exit 2, a verdict that says so, nothing left, and the embedded stand-in is gone."""
    code, url = end_early(tmp_path, signal.SIGINT)
    verdict: dict[str, Any] = json.loads((tmp_path / "run" / "verdict.json").read_text(encoding="utf-8"))
    assert code == 2
    assert (verdict["verdict"], verdict["leaks"]) == ("inconclusive", [])
    assert "interrupted" in verdict["reasons"]
    assert verdict["not_run"] != []
    assert left_open(tmp_path / "run" / "journal.jsonl") == {}
    assert not answers(url)
    assert "Traceback" not in (tmp_path / "output").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [pytest.param((), id="one-process"), pytest.param(("-n", "2"), id="two-workers")])
def test_a_killed_run_takes_its_stand_in_along(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, url = end_early(tmp_path, signal.SIGKILL, *options)
    assert code == -signal.SIGKILL
    wait_until(lambda: not answers(url))


@pytest.mark.parametrize("options", [("--help",), ("--help", "--lang", "zh"), ("-h",)], ids=["en", "zh", "short"])
def test_help_begins_with_the_suites_own_options(options: Sequence[str], tmp_path: Path) -> None:
    """Nothing is started, looked at or written for it."""
    ran = run(tmp_path, *options, ZADIG_BASE_URL="http://127.0.0.1:9")
    assert (ran.code, ran.stand_ins, (tmp_path / "run").exists()) == (0, [], False)
    assert ran.output.startswith("Usage: pytest tests/api ")
    assert ("只执行这些操作的用例" if "zh" in options else "run only the cases of these operations") in ran.output
