"""What stands before a server is told from the server itself: behind each gateway a good one is never rejected, and a
broken one never accepted."""

from pathlib import Path
from typing import Any

import pytest

from contracts.breakages.breakage import Forward, Memory, Request, Response
from contracts.breakages.catalog import breakages
from contracts.http import disturbance
from contracts.target import connect, steady, target, weather
from helpers import faults
from helpers.gateway import ANSWERS, CUSTOM, FEW, MODES, Ended, Mode, run_few, through
from helpers.live_target import live

BROKEN = breakages()["envelope/cancel-task/no-such-task/code-changed"]
CUSTOM_BROKEN = breakages()["openapi/state/cancel-task/success/does-nothing"]
MORE = 1.2
"""How many requests a run that tells something may send behind a gateway, for each one without."""


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    """Wait no longer than it takes for what passes, and for what was not answered."""
    del bare
    monkeypatch.setattr(steady, "PATIENCE", 1.0)
    monkeypatch.setattr(steady, "SHORTEST", 0.02)
    monkeypatch.setattr(target, "PAUSES", tuple(pause / 10 for pause in target.PAUSES))
    monkeypatch.setattr(weather, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(disturbance, "UNKNOWN_WAIT", 0.1)
    monkeypatch.setattr(connect, "PATIENCE", 0.05)
    monkeypatch.setattr(connect, "LEAST_PATIENCE", 0.5)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run with nothing before the server."""
    return through(None, tmp_path_factory.mktemp("usual"))


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_a_good_server_is_not_rejected(mode: Mode, usual: Ended, tmp_path: Path) -> None:
    """Whatever stands before it; where the run cannot tell, it says why, and it does not send much more."""
    ended = through(mode, tmp_path)
    assert usual.exit == 0
    assert ended.exit in mode.exits
    assert ended.exit == 0 or mode.says in ended.said
    assert ended.exit == 6 or ended.asked <= MORE * usual.asked


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_a_broken_server_is_not_accepted(mode: Mode, tmp_path: Path) -> None:
    """Whatever stands before it, what it does wrong is no disturbance."""
    assert through(mode, tmp_path, BROKEN).exit in (1, 6)


CUSTOM_WORKFLOWS: dict[str, Any] = {"behaviour": "perfect-5.0", "release": "5.0.0", "chosen": CUSTOM}
OFTEN = (
    "401-after-9",
    "407-after-12",
    "429-in-1",
    "502-window",
    "503-of-envoy",
    "504-at-random",
    "login-by-302",
    "waf-at-times",
    "cut-once",
    "cookies",
)
"""Modes of each kind."""


@pytest.fixture(scope="module")
def usual_custom(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The same over custom workflows."""
    return through(None, tmp_path_factory.mktemp("usual"), **CUSTOM_WORKFLOWS)


@pytest.mark.parametrize("name", OFTEN)
def test_custom_workflows_are_told_from_a_gateway_too(name: str, usual_custom: Ended, tmp_path: Path) -> None:
    """A good server is not rejected behind it, nor a broken one accepted, and the run says why it cannot tell."""
    mode = next(mode for mode in MODES if mode.name == name)
    ended = through(mode, tmp_path / "good", **CUSTOM_WORKFLOWS)
    assert usual_custom.exit == 0, usual_custom.said
    assert ended.exit in mode.exits, ended.said
    assert ended.exit == 0 or mode.says in ended.said
    assert ended.exit == 6 or ended.asked <= MORE * usual_custom.asked
    assert through(mode, tmp_path / "broken", CUSTOM_BROKEN, **CUSTOM_WORKFLOWS).exit in (1, 6)


def test_pages_for_what_custom_workflows_answer_by_500_hide_it(tmp_path: Path) -> None:
    """That a workflow is not there is such an answer: behind a page the run cannot tell, and shows it."""
    pages = next(mode for mode in MODES if mode.name == "pages-for-500s")
    ended = through(pages, tmp_path, **CUSTOM_WORKFLOWS)
    assert ended.exit == 6
    assert "<title>500 Internal Server Error" in ended.said


def test_a_known_crash_behind_an_error_page_is_known(tmp_path: Path) -> None:
    """Where a page replaces the body of a server error, its state tells, and the run says what could not be seen."""
    pages = next(mode for mode in MODES if mode.name == "pages-for-500s")
    ended = through(pages, tmp_path, chosen=("create-workflow/documented-body",), behaviour="1.7.0")
    case = ended.verdict["cases"][0]
    assert (ended.exit, case["result"]) == (0, "known")
    assert "could not be seen" in case["reason"]


@pytest.mark.parametrize("name", ["body/cancel-task/success/html", "status/cancel-task/success/500"])
def test_what_comes_each_time_is_the_servers_own(name: str, tmp_path: Path) -> None:
    """A page or an error that comes whenever the case is run is no disturbance."""
    ended = through(None, tmp_path, breakages()[name], chosen=("cancel-task/queued-task",))
    assert ended.exit == 1


@pytest.mark.parametrize("wire", ["reset", "cut"])
def test_a_call_that_breaks_off_each_time_is_the_servers_own(wire: str, tmp_path: Path) -> None:
    """A server that crashes at one request is no gateway that cuts connections."""
    crash = faults.edited("cancel-task", "success", {"wire": wire})
    assert through(None, tmp_path, crash).exit == 1


@pytest.mark.parametrize("case", ["cancel-task/by-nobody", "cancel-task/by-garbage-token", "cancel-task/queued-task"])
def test_whoever_asked_a_look_shows_that_it_is_over(case: str, tmp_path: Path) -> None:
    """That nobody is let in tells nothing of the token of the run."""

    async def first_cancel(request: Request, forward: Forward, memory: Memory) -> Response:
        memory.counts["cancels"] += request.operation == "cancel-task"
        first = request.operation == "cancel-task" and memory.counts["cancels"] == 1
        return ANSWERS["502"] if first else await forward(request)

    ended = through(Mode("first-cancel", changes=first_cancel), tmp_path, chosen=(case,))
    assert [each["result"] for each in ended.verdict["cases"]] == ["held"], ended.said
    assert "1 cases held when run again" in ended.said


def test_a_run_waits_for_a_target_that_is_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --wait it begins when a call that reads from the database is answered properly; without, it cannot tell."""
    monkeypatch.setattr(connect, "BRIEF", 0.2)
    starting = Mode("starting", "503", lambda count: count <= 5)
    told = through(starting, tmp_path / "waits", wait=60)
    assert told.exit == 0
    assert through(Mode("down", "503"), tmp_path / "down").exit == 6


def test_a_rate_limit_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --rate-limit requests go out at that pace, whichever thread sends them."""
    slept: list[float] = []
    monkeypatch.setattr("contracts.target.weather.time.sleep", slept.append)
    with live() as zadig:
        options: dict[str, Any] = {"token": zadig.tokens["member"], "rate_limit": "20/s"}
        ended = run_few(zadig.url, tmp_path, FEW[:3], **options)
    assert ended.exit == 0
    assert max(slept) > 0.1  # several were to go at once, one each 0.05 s
