"""A task that moves without an agent is a breach of what was asked of it last, and told once; nothing waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.breakages.breakage import Breakage
from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.breakages.state_actions import shows
from contracts.case.givens import STEPS
from contracts.case.outcome import Outcome
from contracts.case.runner import run_case
from contracts.catalog.cases import cases
from contracts.catalog.givens import NEEDS_AGENT
from contracts.report.verdict_rules import Result
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.target.connect import find_workspace, open_target, probe
from contracts.target.target import Target

pytestmark = pytest.mark.usefixtures("bare")

CASES = {case.id: case for case in cases("1.7.0")}
BROKEN = (Result.BREACH, Result.DRIFT)
RESTARTS = ("restart-task/id-zero", "restart-task/id-minus-one", "restart-task/wrong-method")
"""Cases of a cancelled task that only look at it."""


@contextmanager
def behind(change: Breakage | None, folder: Path) -> Iterator[Target]:
    """Put a change in front of a stand-in, and open it as a target."""
    with fault_proxy(change, create_app()) as served:
        settings = load({"base_url": served.base_url})
        look = probe(settings, served.base_url)
        place = find_workspace(settings, look)
        target = open_target(settings, look, place, release="1.7.0", run_id="r", worker="main", run_dir=folder)
        yield target
        target.client.close()


def told(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    """Return the operation and the state breach of each outcome that is one."""
    broken = [each for each in outcomes if each.result in BROKEN]
    return [(each.operation, breach.signature) for each in broken for breach in each.breaches]


@pytest.mark.parametrize("live", [False, True], ids=["stand-in", "live"])
@pytest.mark.parametrize(
    ("name", "operation", "signature", "chosen"),
    [
        ("cancel-task/success/comes-to-life-running", "cancel-task", "state:task-cancelled-running", RESTARTS),
        ("cancel-task/success/leaves-it-passed", "cancel-task", "state:task-passed", RESTARTS),
        ("cancel-task/success/loses-the-task", "cancel-task", "state:task-gone", RESTARTS),
        ("start-task/queued/failed-at-once", "start-task", "state:task-failed", ("cancel-task/id-zero",) * 2),
        ("start-task/queued/passed-at-once", "start-task", "state:task-passed", ("cancel-task/id-zero",) * 2),
    ],
)
def test_what_a_step_of_a_given_leaves_wrong_is_its_breach_and_told_once(
    name: str, operation: str, signature: str, chosen: tuple[str, ...], live: bool, tmp_path: Path
) -> None:
    """The first case that meets it tells it, at the operation of the step; the others are blocked for that reason."""
    with behind(breakages()[f"state/{name}"], tmp_path) as stand_in:
        target = replace(stand_in, control=None) if live else stand_in
        outcomes = [run_case(CASES[case], target) for case in chosen]
    assert told(outcomes) == [(operation, signature)]
    assert [each.result for each in outcomes[1:]] == [Result.BLOCKED] * (len(chosen) - 1)
    assert all(f"state after {operation}" in each.reason for each in outcomes)
    assert len({each.reason.partition("state after")[2] for each in outcomes}) == 1


@pytest.mark.parametrize(
    ("name", "case", "signature"),
    [
        ("restart-task/success/makes-it-passed", "restart-task/cancelled-task", "state:task-passed"),
        ("restart-task/success/does-nothing-to-a-failed-task", "restart-task/failed-task", "state:task-failed"),
        ("cancel-task/success/leaves-it-failed", "cancel-task/queued-task", "state:task-failed"),
        ("cancel-task/success/makes-the-others-failed", "cancel-task/one-of-two-tasks", "state:task-created-failed"),
        ("restart-task/still-queued/makes-it-failed", "restart-task/queued-task", "state:task-created-failed"),
        ("start-task/queued/running-at-once", "start-task/first-task", "state:task-running"),
    ],
)
def test_without_an_agents_traces_it_is_a_breach_on_a_live_target_too(
    name: str, case: str, signature: str, tmp_path: Path
) -> None:
    """Agents may be at work there, so the case is run again; what shows every time, and no agent began, is believed."""
    with behind(breakages()[f"state/{name}"], tmp_path) as target:
        still = run_case(CASES[case], target)
        live = run_case(CASES[case], replace(target, control=None)) if CASES[case].given not in NEEDS_AGENT else still
    assert signature in {breach.signature for breach in still.breaches}
    assert signature in {breach.signature for breach in live.breaches}
    assert {still.result, live.result} <= set(BROKEN)


NEVER_MOVES = replace(
    breakages()["state/start-task/queued/failed-at-once"], act=shows("start-task", "queued", state="created")
)
VANISHING = {
    "no-task": breakages()["state/start-task/queued/starts-nothing"],
    "never-moves": NEVER_MOVES,
    "workflows-vanish": breakages()["state/create-workflow/success/loses-the-second"],
    "tasks-vanish": replace(NEVER_MOVES, act=shows("start-task", "queued", state="")),
}


@pytest.mark.parametrize("kind", VANISHING)
def test_a_task_that_never_comes_ends_its_wait(kind: str, tmp_path: Path) -> None:
    """However long a state may be waited for, a stand-in is asked no more often than its clock could need."""
    case = next(case for case in CASES.values() if case.given == "passed-task" and case.level != "nightly")
    with behind(VANISHING[kind], tmp_path) as target:
        outcomes = [run_case(case, target) for _ in range(2)]
    assert any(each.result is not Result.HELD for each in outcomes)
    assert max(len(each.steps) for each in outcomes) < 2 * STEPS + 20
