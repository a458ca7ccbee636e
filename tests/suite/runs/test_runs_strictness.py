"""Known deviations, drifts, unknown keys and leaks in whole runs, as strict as the options say."""

import re
from pathlib import Path

import pytest

from contracts.breakages.breakage import Breakage
from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.safety.journal import left_open
from contracts.standin.app import create_app
from helpers import faults
from helpers.whole_runs import Ran, run

DOCUMENTED_BODY = "create-workflow/documented-body"
DEVIATION = """
[wrong-code]
means = "cancelling answers 6199"
releases = ["1.7.0"]
source = "a server of ours"
since = "1.7.0"
expires = {expires}
[wrong-code.shows]
"cancel-task/no-such-workflow" = ["wrong-constant:$.code"]
"""
WRONG_CODE = breakages()["envelope/cancel-task/no-such-task/code-changed"]
FOREVER, LONG_AGO = "2999-12-31", "2020-01-01"


def run_broken(folder: Path, fault: Breakage, *options: str, behaviour: str = "1.7.0") -> Ran:
    """Run pytest on a stand-in with a fault in front of it."""
    with fault_proxy(fault, create_app(behaviour)) as served:
        return run(folder, "--base-url", served.base_url, *options)


@pytest.mark.parametrize(
    ("expires", "code", "result"),
    [
        pytest.param(None, 1, "breach", id="nobody-knows-it"),
        pytest.param(FOREVER, 0, "known", id="known"),
        pytest.param(LONG_AGO, 1, "breach", id="expired"),
    ],
)
def test_a_deviation_of_ones_own(tmp_path: Path, expires: str | None, code: int, result: str) -> None:
    """A breach that a file of one's own knows is accepted, until the deviation expires."""
    case = "cancel-task/no-such-workflow"
    mine = tmp_path / "mine.toml"
    mine.write_text(DEVIATION.format(expires=expires or FOREVER), encoding="utf-8")
    ran = run_broken(tmp_path, WRONG_CODE, "-k", case, *(("--deviations", str(mine)) if expires else ()))
    assert (ran.code, ran.results) == (code, {case: result})
    assert ("wrong-code expired on 2020-01-01" in ran.output) == (expires == LONG_AGO)


@pytest.mark.parametrize(
    ("profile", "code"),
    [pytest.param("regression", 0, id="regression"), pytest.param("acceptance", 1, id="acceptance")],
)
def test_a_deviation_that_is_fixed_is_told(tmp_path: Path, profile: str, code: int) -> None:
    """A deviation that no longer shows is reported, and fails the run in the acceptance profile only."""
    mine = tmp_path / "mine.toml"
    mine.write_text(DEVIATION.format(expires=FOREVER), encoding="utf-8")
    options = ("--behaviour", "1.7.0", "--profile", profile, "--deviations", str(mine))
    ran = run(tmp_path, *options, "-k", "cancel-task/no-such-workflow")
    assert ran.code == code
    assert "FIXED  wrong-code no longer shows in cancel-task/no-such-workflow" in ran.output


def test_a_fixed_release_is_told(tmp_path: Path) -> None:
    """A 1.7.0 that no longer crashes on the documented body is reported as fixed."""
    with_hook = faults.sent_with("create-workflow", hook_ctl={"enabled": False, "items": []})
    ran = run_broken(tmp_path, with_hook, "-k", DOCUMENTED_BODY)
    assert (ran.code, ran.results) == (0, {DOCUMENTED_BODY: "held"})
    assert f"FIXED  documented-body-crashes no longer shows in {DOCUMENTED_BODY}" in ran.output


NEW_KEY = faults.edited("cancel-task", "success", {"set": {"zct_new": 1}})
HTML_TYPE = breakages()["headers/cancel-task/success/type-html"]


@pytest.mark.parametrize(
    ("fault", "options", "code", "result"),
    [
        pytest.param(HTML_TYPE, (), 1, "drift", id="drift"),
        pytest.param(HTML_TYPE, ("--drift", "warn"), 0, "drift", id="drift-warned-of"),
        pytest.param(NEW_KEY, (), 0, "held", id="unknown-key"),
        pytest.param(NEW_KEY, ("--unknown-fields", "fail"), 1, "held", id="unknown-key-held-against"),
        pytest.param(NEW_KEY, ("--unknown-fields", "ignore"), 0, "held", id="unknown-key-ignored"),
    ],
)
def test_how_strict_a_run_is(tmp_path: Path, fault: Breakage, options: tuple[str, ...], code: int, result: str) -> None:
    """What departs from an observed fact only, and what nobody documented, counts as the options say."""
    case = "cancel-task/queued-task"
    ran = run_broken(tmp_path, fault, "-k", case, *options, behaviour="perfect")
    assert (ran.code, ran.results) == (code, {case: result})
    listed = fault is NEW_KEY and "ignore" not in options
    assert (re.search(r"cancel-task +\$\.zct_new", ran.output) is not None) == listed


def test_what_cannot_be_removed_is_a_leak(tmp_path: Path) -> None:
    """Where deleting says success and does nothing: exit 7, each leak is named, and is open in the journal."""
    ran = run_broken(tmp_path, faults.ignored("delete-workflow"), "-k", "cancel-task/queued-task", behaviour="perfect")
    assert (ran.code, ran.verdict["verdict"]) == (7, "accepted")
    (leak,) = ran.verdict["leaks"]
    assert list(left_open(Path(ran.folder) / "journal.jsonl")) == [leak.split()[0]]
