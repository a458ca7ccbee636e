"""The campaign fails for whatever is not as it should be, whichever target and choice, and when it is ended early."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.standin.process import start
from helpers.campaigns import FEW, HANG, Done, campaign, environment, only
from helpers.few_changes import ELSEWHERE, ENDLESS, KILLED, NOT_ASKED, NOT_LIVE, SILENT


def test_all_killed_and_silent_is_exit_0(tmp_path: Path) -> None:
    """Where every breakage is killed and every benign change silent, the campaign passes and keeps no run."""
    done = campaign(tmp_path, *only(KILLED, SILENT), "--profile", "smoke")
    assert (done.code, done.results) == (0, {KILLED.name: "killed", SILENT.name: "silent"})
    assert list((tmp_path / "out" / "runs").iterdir()) == []


def test_least_is_the_kill_rate_that_is_enough(tmp_path: Path) -> None:
    """With --least a campaign passes that kills at least so many."""
    done = campaign(tmp_path, *only(KILLED, ELSEWHERE), "--profile", "smoke", "--least", "50")
    assert (done.code, done.whole["kill_rate"]) == (0, 50)


def test_a_survivor_is_exit_1(tmp_path: Path) -> None:
    """One survivor fails a campaign."""
    assert campaign(tmp_path, *only(NOT_ASKED), "--profile", "smoke").code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(["--only", "few/cancel-task/no-such"], "few/cancel-task/no-such-task/code", id="pattern"),
        pytest.param(["--family", "feww"], "only benign, few", id="family"),
        pytest.param(["--failed-from", "zadig.toml"], "is no campaign.json", id="not-json"),
        pytest.param(["--failed-from", "nowhere.json"], "No such file", id="no-file"),
    ],
)
def test_a_wrong_choice_is_one_line(tmp_path: Path, options: Sequence[str], said: str) -> None:
    """What is not there is said with what is, before anything runs."""
    (tmp_path / "zadig.toml").write_text("x = 1\n", encoding="utf-8")
    done = campaign(tmp_path, *options)
    assert done.code == 2
    assert said in done.output.splitlines()[-1]
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- in front of a Zadig


def test_in_front_of_a_zadig_what_is_not_for_one_is_left_out(tmp_path: Path) -> None:
    """With --proxy the changes stand in front of that server, with the user's settings; nothing is left on it."""
    with start() as zadig:
        done = campaign(
            tmp_path, *only(KILLED, NOT_LIVE), "--proxy", zadig.base_url, "--profile", "smoke", ZADIG_SHARD="9/9"
        )
    assert (done.code, done.results) == (0, {KILLED.name: "killed"})
    assert done.whole["notes"] == ["left out, because they may stand in front of a stand-in only: 1"]
    assert zadig.base_url in done.output


def test_a_target_that_is_not_accepted_as_it_is_ends_the_campaign(tmp_path: Path) -> None:
    """Where the clean run is not accepted no result would mean anything: exit 3 and one line."""
    done = campaign(tmp_path, *only(KILLED), "--proxy", "http://127.0.0.1:1", "--profile", "smoke")
    assert done.code == 3
    assert "the campaign is broken: the clean run was not accepted" in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "out" / "campaign.json").exists()


# ---------------------------------------------------------------- Ctrl-C


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_ctrl_c_tells_what_was_done_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    """An interrupted campaign tells what is over, names what is not, and ends the runs that are under way."""
    options = [*only(KILLED, ENDLESS), "--profile", "smoke", "--jobs", "2"]
    with subprocess.Popen(
        [*FEW, *options],
        cwd=tmp_path,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("campaign: 1 of 2"):
                break
        os.killpg(running.pid, number)
        output, _ = running.communicate(timeout=HANG)
    done = Done(running.returncode, output, tmp_path)
    assert (done.code, done.whole["interrupted"]) == (2, True)
    assert done.results == {KILLED.name: "killed", ENDLESS.name: "did not run"}
    assert "interrupted" in output
    wait_until_gone(running.pid)


def wait_until_gone(group: int) -> None:
    """Wait until a process group has no process any more; a killed child may take a moment to be collected."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process of the campaign is still there")
