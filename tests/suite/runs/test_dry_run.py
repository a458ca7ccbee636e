"""A dry run sends nothing to its target, and what it counts is what a run then sends."""

import re
import socket
from pathlib import Path

import pytest

from helpers.live_target import ALL_SET, live
from helpers.whole_runs import run

SELECTED = ("--operation", "restart-task,flows", "--release", "1.7.0")
CHANGE = ("create-workflow", "start-task", "cancel-task", "restart-task", "delete-workflow")


def counted(output: str) -> dict[str, int]:
    """Return how many requests each call has in the table."""
    return {name: int(n) for name, n in re.findall(r"^([a-z-]+) +(\d+) +\d+ +\d+$", output, re.MULTILINE)}


def test_it_counts_what_a_run_sends(tmp_path: Path) -> None:
    """Nothing comes to the target, and no file could be taken for a result; then a run changes as often as was said."""
    with live() as zadig:
        more = {"ZADIG_TOKEN": zadig.tokens["member"], **{f"ZADIG_{name.upper()}": at for name, at in ALL_SET.items()}}
        target = ("--base-url", zadig.url, "--require-live", *SELECTED)
        files = ("--junit-xml", str(tmp_path / "junit.xml"), "--alluredir", str(tmp_path / "allure"))
        zadig.app.seen.clear()  # the helper asked for tokens
        dry = run(tmp_path, "--dry-run", *target, *files, **more)
        assert (dry.code, zadig.app.seen) == (0, []), dry.output
        assert {each.name for each in tmp_path.iterdir()} == {"site", "started"}
        ran = run(tmp_path, *target, **more)
        seen, changes = len(zadig.app.seen), zadig.app.changes()
    assert ran.code == 0, ran.output
    requests = counted(dry.output)
    assert sum(requests[call] for call in CHANGE) == len(changes)
    whole, steps = sum(requests.values()), [step for case in ran.verdict["cases"] for step in case["steps"]]
    assert whole == len(steps)
    assert whole < seen < whole + 25  # who and where it is
    made = sum(step["call"] == "create-workflow" and step["status"] == 200 for step in steps)
    assert f"{ran.verdict['counts']['planned']} cases, {whole} requests, {made} workflows created" in dry.output
    assert f"DRY RUN: nothing was sent to {zadig.url}; there is no verdict" in dry.output
    assert "passed" not in dry.output


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("-n", "auto", "--lang", "zh")], ids=["alone", "workers", "zh"])
def test_nobody_connects(options: tuple[str, ...], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        dry = run(tmp_path, "--dry-run", "--base-url", url, "--release", "5.0.0", "-k", "flows/one-life", *options)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert dry.code == 0, dry.output
    assert counted(dry.output)["approve-task"] == 1
    assert ("试运行：没有向" if "zh" in options else "DRY RUN: nothing was sent to") in dry.output


def test_a_release_that_only_the_target_can_tell(tmp_path: Path) -> None:
    dry = run(tmp_path, "--dry-run", "--base-url", "http://127.0.0.1:9")
    assert (dry.code, "setting release (--release, ZADIG_RELEASE): only the target" in dry.output) == (4, True)
