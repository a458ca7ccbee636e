"""A run that explores: what it says first, what its script shows, and what is left of it where it is killed."""

import re
import subprocess
from pathlib import Path

import pytest
from runs.test_kill import sweep_all

from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.standin.app import create_app
from contracts.standin.process import start
from helpers.whole_runs import run
from helpers.zadig_client import Zadig

PLANTED = "lives/start-task/queued/lost-after-a-cancel-of-a-restarted-task"
EXPLORE = ("--profile", "explore", "-k", "explore/lives")


def test_a_planted_fault_is_shortened_and_its_script_shows_it(tmp_path: Path) -> None:
    """A start that is lost after two steps is told in six, and the script that is printed shows the same."""
    with fault_proxy(breakages()[PLANTED], create_app()) as broken:
        ran = run(tmp_path, *EXPLORE, "-v", "--seed", "1", "--budget", "4000", "--base-url", broken.base_url)
        assert "explores: sends at most 4000 requests, its clean-up included; seed 1" in ran.output
        (told,) = ran.verdict["cases"]
        steps = ["create a → success", "start a → queued", "cancel a 1 → success", "restart a 1 → success"]
        assert told["reason"].endswith(
            f"shortened to 6: {', '.join([*steps, 'cancel a 1 → success', 'start a → queued'])}"
        )
        assert (ran.code, told["result"]) == (1, "drift")
        assert shown(told["again"]) == {1}
    with fault_proxy(None, create_app()) as right:
        assert shown(told["again"].replace(broken.base_url, right.base_url)) == {1, 2}


def shown(line: str) -> set[int]:
    """Return the ids of the tasks that a script lists at its end."""
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True, timeout=60)
    return {int(number) for number in re.findall(r'"task_id": ?(\d+)', done.stdout)}


@pytest.mark.parametrize("kill_at", ["main:SIGKILL:after:restart", "main:SIGKILL:before:start"])
def test_nothing_is_left_of_a_killed_exploration(kill_at: str, tmp_path: Path) -> None:
    """After SIGKILL in the middle and a sweep nothing is left."""
    with start() as running:
        zadig = Zadig(running.base_url)
        before = zadig.held()
        options = ["-p", "tests.suite.helpers.kill_plugin", *EXPLORE, "--base-url", zadig.url, "--seed", "2"]
        ran = run(tmp_path, *options, KILL_AT=kill_at, KILL_MARK=str(tmp_path / "reached-"))
        assert (ran.code, len(zadig.held()) > len(before)) == (-9, True)
        sweep_all(ran.folder, zadig.url)
        assert zadig.held() == before
