"""A request whose answer never came may still be carried out: its name stays open until that is over."""

from pathlib import Path

import pytest

from contracts.case.cleanup import interrupted, remove, remove_all
from contracts.case.runner import run_case
from contracts.catalog.cases import cases
from contracts.check.snapshot import Snapshot
from contracts.report.verdict_rules import Result
from contracts.safety.journal import left_late, left_open
from contracts.target.target import Subject, Target
from helpers.late_server import RUN, Late, end_of_run, held, late_target
from helpers.processes import HANG

CASES = {case.id: case for case in cases("1.7.0")}
LATE = [
    pytest.param("create-workflow", "create-workflow/with-empty-hook-ctl", id="create"),
    pytest.param("start-task", "start-task/first-task", id="start"),
    pytest.param("restart-task", "restart-task/cancelled-task", id="restart"),
]


def open_names(target: Target) -> set[str]:
    return set(left_open(target.journal.path))


@pytest.mark.parametrize(
    ("times", "result"),
    [pytest.param(1, Result.DISTURBED, id="once"), pytest.param(3, Result.BREACH, id="each-time")],
)
@pytest.mark.parametrize(("call", "case"), LATE)
def test_what_comes_late_is_removed_at_the_end_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, case: str, times: int, result: Result
) -> None:
    """It is said what was removed, and the journal has nothing open; who cuts each time breaks the contract."""
    late = Late(call, most=times)
    with late_target(late, tmp_path) as (target, zadig):
        assert run_case(CASES[case], target).result is result
        names = open_names(target)
        assert len(names) == times
        assert names <= left_late(target.journal.path).keys()
        clean_up = end_of_run(target, monkeypatch, late)
        assert ({*clean_up.removed}, clean_up.left) == (names, ())
        assert (held(zadig), open_names(target)) == ([], set())


@pytest.mark.parametrize(("call", "case"), LATE[1:])
def test_a_workflow_stays_while_its_task_may_still_come(tmp_path: Path, call: str, case: str) -> None:
    """A server that starts a task of a workflow that is gone may leave an entry in its queue that no call removes."""
    late = Late(call)
    with late_target(late, tmp_path) as (target, zadig):
        run_case(CASES[case], target)
        late.go.set()
        assert late.done.wait(HANG)
        assert [[task["status"] for task in workflow["tasks"]] for workflow in held(zadig)] == [["created"]]


def test_what_never_comes_is_closed_when_it_no_longer_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with late_target(Late("create-workflow"), tmp_path) as (target, _):
        run_case(CASES["create-workflow/with-empty-hook-ctl"], target)
        clean_up = end_of_run(target, monkeypatch)
        assert (clean_up.removed, clean_up.left) == ((), ())
        assert open_names(target) == set()


@pytest.mark.parametrize(("call", "case"), LATE)
def test_without_waiting_a_name_stays_open_and_is_said(tmp_path: Path, call: str, case: str) -> None:
    """Where the run is interrupted, or its time is used up, what is there is removed, and what may come is said."""
    with late_target(Late(call), tmp_path) as (target, zadig):
        run_case(CASES[case], target)
        (name,) = open_names(target)
        clean_up = remove_all(target, RUN)
        assert (held(zadig), clean_up.removed) == ([], ())
        assert [(each.why.split()[0], each.seen) for each in clean_up.left] == [(name, False)]
        assert "the server may still carry it out until" in clean_up.left[0].why
        assert open_names(target) == {name}


def test_a_server_that_stopped_answering_is_not_waited_for(tmp_path: Path) -> None:
    with late_target(Late("create-workflow"), tmp_path) as (target, _):
        run_case(CASES["create-workflow/with-empty-hook-ctl"], target)
        (name,) = open_names(target)
    for _ in range(3):
        target.alive()
    waited: list[object] = []
    clean_up = remove_all(target, RUN, waited.append)
    assert waited == []
    assert [(each.why.split()[0], each.seen) for each in clean_up.left] == [(name, False)]
    assert open_names(target) == {name}


def test_a_clean_up_that_is_interrupted_leaves_every_open_name(tmp_path: Path) -> None:
    with late_target(Late("nothing"), tmp_path) as (target, _):
        name = f"zct-{RUN}-main-7"
        target.journal.open(name, "nginx")
        target.journal.open("of-somebody-else", "nginx")
        assert [(each.why.split()[0], each.seen) for each in interrupted(target, RUN).left] == [(name, False)]


def test_a_task_of_a_workflow_that_is_gone_is_cancelled(tmp_path: Path) -> None:
    """Where a server lists what a late start left of a workflow that was deleted, it is cancelled."""
    late = Late("start-task")
    with late_target(late, tmp_path) as (target, zadig):
        run_case(CASES["start-task/first-task"], target)
        (name,) = open_names(target)
        late.go.set()
        assert late.done.wait(HANG)
        remove(target, Subject(name, "nginx"), Snapshot())
        assert [task["status"] for task in held(zadig)[0]["tasks"]] == ["cancelled"]


def test_where_all_answers_come_nothing_is_waited_for(tmp_path: Path) -> None:
    with late_target(Late("nothing"), tmp_path) as (target, zadig):
        for case in ("create-workflow/with-empty-hook-ctl", "restart-task/cancelled-task"):
            assert run_case(CASES[case], target).result is Result.HELD
        assert left_late(target.journal.path) == {}
        assert (held(zadig), open_names(target)) == ([], set())
