"""Whole runs before a server that carries requests out after their answer was given up: nothing is left of them."""

import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from contracts.catalog.release import ROOT
from contracts.safety.journal import left_late, left_open
from helpers.late_server import Late, age, behind, held
from helpers.live_target import Live
from helpers.processes import HANG, called
from helpers.whole_runs import command, environment, run, verdict_of

CASES = "create-workflow/with-empty-hook-ctl or create-workflow/enabled-left-out"
CALLS = {
    "create-workflow": CASES,
    "start-task": "start-task/first-task",
    "restart-task": "restart-task/cancelled-task",
}


def live_options(url: str, answer: int) -> list[str]:
    """Return options for a live target whose answers are waited for so many seconds."""
    return ["--base-url", url, "--release", "1.7.0", "--answer-timeout", str(answer)]


@pytest.mark.parametrize("stamped", [False, True], ids=["live", "stand-in"])
def test_a_create_that_comes_after_its_deadline_is_removed(tmp_path: Path, stamped: bool) -> None:
    """A proxy holds one create, once, for longer than the deadline: its case holds when it is done again alone, and the
    run waits for what was late, removes it, and says so."""
    late = Late("create-workflow", wire="silent")

    def goes_on() -> None:
        journal = tmp_path / "run" / "journal.jsonl"
        while not (journal.exists() and '"unanswered"' in journal.read_text(encoding="utf-8")):
            threading.Event().wait(0.05)
        late.go.set()

    with behind(late) as (zadig, url):
        if stamped:
            zadig.app.stamped = True
            zadig.app.answers.clear()
        threading.Thread(target=goes_on, daemon=True).start()
        token = {} if stamped else {"ZADIG_TOKEN": zadig.tokens["member"]}
        ran = run(tmp_path, *live_options(url, 7), "-k", CASES, **token)
        assert late.done.is_set(), ran.output
        assert held(zadig) == []
        swept = called("sweep", ran.folder, "--base-url", url, **token)
    assert (ran.code, set(ran.results.values())) == (0, {"held"}), ran.output
    assert "some requests got no response: waiting" in ran.output
    assert (len(ran.verdict["removed"]), ran.verdict["leaks"]) == (1, [])
    assert any(line.startswith("removed at") and ran.verdict["removed"][0] in line for line in ran.output.splitlines())
    assert (swept.code, left_open(tmp_path / "run" / "journal.jsonl")) == (0, {})


def test_where_the_run_may_not_wait_the_name_is_said_and_swept_later(tmp_path: Path) -> None:
    """With the time of the run used up a late create is left open: the verdict has it, and a later sweep removes it."""
    late = Late("create-workflow", wire="silent")
    with behind(late) as (zadig, url):
        token = {"ZADIG_TOKEN": zadig.tokens["member"]}
        ran = run(
            tmp_path, *live_options(url, 30), "--first-byte-timeout", "11", "--run-timeout", "10", "-k", CASES, **token
        )
        (leak,) = ran.verdict["leaks"]
        assert "the server may still carry it out until" in leak
        assert leak in ran.output
        assert "sweep" in ran.output
        young = called("sweep", ran.folder, "--base-url", url, **token)
        assert (young.code, "sweep after that" in young.output) == (7, True), young.output
        late.go.set()
        assert late.done.wait(HANG)
        age(Path(ran.folder))
        assert called("sweep", ran.folder, "--base-url", url, **token).code == 0
        assert held(zadig) == []


def begun(folder: Path, url: str, zadig: Live, call: str, late: Late, *options: str) -> subprocess.Popen[str]:
    """Begin a run, and return it when the first request of the call is held back."""
    started = subprocess.Popen(
        command(folder, [*live_options(url, 30), "-k", CALLS[call], *options]),
        cwd=ROOT,
        env=environment(folder, ZADIG_TOKEN=zadig.tokens["member"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert late.arrived.wait(HANG)
    return started


@pytest.mark.parametrize("call", CALLS)
def test_killed_between_a_request_and_its_answer(tmp_path: Path, call: str) -> None:
    """The server carries it out after the kill: the sweep does not believe that nothing comes, and later removes it."""
    late = Late(call, wire="silent")
    with behind(late) as (zadig, url):
        zadig.create("release")
        killed = begun(tmp_path, url, zadig, call, late)
        killed.kill()
        killed.communicate()
        sweep = ("sweep", str(tmp_path / "run"), "--base-url", url)
        token = {"ZADIG_TOKEN": zadig.tokens["member"]}
        young = called(*sweep, **token)
        assert (young.code, "sweep after that" in young.output) == (7, True), young.output
        late.go.set()
        assert late.done.wait(HANG)
        age(tmp_path / "run")
        assert called(*sweep, **token).code == 0
        assert [workflow["name"] for workflow in held(zadig)] == ["release"]
        assert left_open(tmp_path / "run" / "journal.jsonl") == {}


def test_an_interrupted_run_says_what_may_still_come(tmp_path: Path) -> None:
    """Ctrl-C while a create is unanswered: nothing is waited for, the verdict and the summary name it."""
    late = Late("create-workflow", wire="silent")
    with behind(late) as (zadig, url):
        ended = begun(tmp_path, url, zadig, "create-workflow", late, "--in-flight", "1")
        ended.send_signal(signal.SIGINT)
        output, _ = ended.communicate(timeout=HANG)
        (leak,) = verdict_of(tmp_path / "run")["leaks"]
        assert ended.returncode == 2
        assert "the server may still carry it out until" in leak
        assert leak in output
        assert list(left_late(tmp_path / "run" / "journal.jsonl")) == [leak.split()[0]]


def test_whoever_insists_hears_what_may_still_come(tmp_path: Path) -> None:
    """However often somebody interrupts: the names that are still unanswered are said, and stay in the journal."""
    late = Late("create-workflow", wire="silent")
    with behind(late) as (zadig, url):
        ended = begun(tmp_path, url, zadig, "create-workflow", late)
        while ended.poll() is None:
            ended.send_signal(signal.SIGINT)
            threading.Event().wait(0.2)
        output = ended.stdout.read() if ended.stdout else ""
        (name,) = left_late(tmp_path / "run" / "journal.jsonl")
        assert ended.returncode != 0
        assert re.search(f"{name}( in project nginx)?: a request about it got no response", output), output
        assert list(left_open(tmp_path / "run" / "journal.jsonl")) == [name]
