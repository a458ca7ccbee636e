"""What a read shows is held against what the target holds: a task's state, the tasks or the workflows of a list."""

from typing import Any

import pytest

from contracts.catalog.release import load
from contracts.check.effects import StateChange
from contracts.check.reads import shown
from contracts.check.snapshot import Snapshot
from contracts.target.target import Subject

RELEASE = load("5.0.0")
SUBJECT = Subject("zct-run-main-1", "demo", 2)
HELD = Snapshot({"name": SUBJECT.name}, {1: "passed", 2: "created"})
NONE = Snapshot({"name": SUBJECT.name})
Line = tuple[str, str, str, str]


def told(
    operation: str, value: Any, after: Snapshot = HELD, items: int | None = None, *, agents: bool = False
) -> list[Line]:
    """Return what tells each breach from others, what was to be shown, what is, and what was before."""
    call = RELEASE.operations[operation]
    change = StateChange(HELD, after, {}, value, SUBJECT, call, RELEASE, documented=True, agents=agents)
    return [(each.detail, each.promised, each.came, each.before) for each in shown(change, items)]


def task(task_id: Any, state: Any) -> dict[str, Any]:
    return {"task_id": task_id, "status": state}


FIRST, SECOND = task(1, "passed"), task(2, "created")
AS_CREATED = ("shown-created", "task 1 is shown as passed", "'created'", "passed")
ROWS: list[tuple[str, str, Any, Snapshot, int | None, list[Line]]] = [
    # name, operation, the answer's value, what is held, how many items there are to be, what is told
    ("task", "get-task", task(2, "created"), HELD, None, []),
    ("task-by-another-word", "get-task", task(2, "waiting"), HELD, None, []),
    (
        "task-otherwise",
        "get-task",
        task(2, "failed"),
        HELD,
        None,
        [
            ("shown-failed", "task 2 is shown as created", "'failed'", "created"),
        ],
    ),
    (
        "task-in-no-state",
        "get-task",
        task(2, "lost"),
        HELD,
        None,
        [
            ("shown-lost", "task 2 is shown as created", "'lost'", "created"),
        ],
    ),
    (
        "task-without-a-state",
        "get-task",
        {},
        NONE,
        None,
        [
            ("shown-None", "a state that tasks have", "None", "created"),
        ],
    ),
    ("task-that-is-not-held", "get-task", task(2, "created"), NONE, None, []),
    ("tasks", "list-tasks", {"workflow_tasks": [SECOND, FIRST], "total": 2}, HELD, None, []),
    ("tasks-without-a-total", "list-tasks", {"workflow_tasks": [SECOND, FIRST]}, HELD, None, []),
    ("tasks-null", "list-tasks", {"workflow_tasks": None, "total": 0}, NONE, None, []),
    ("no-list", "list-tasks", {}, HELD, None, [("tasks", "2 tasks", "0 tasks", "")]),
    (
        "one-is-missing",
        "list-tasks",
        {"workflow_tasks": [FIRST], "total": 2},
        HELD,
        None,
        [
            ("tasks", "2 tasks", "1 tasks", ""),
        ],
    ),
    (
        "wrong-total",
        "list-tasks",
        {"workflow_tasks": [SECOND, FIRST], "total": 3},
        HELD,
        None,
        [
            ("total", "2 tasks in all", "3", ""),
        ],
    ),
    (
        "one-otherwise",
        "list-tasks",
        {"workflow_tasks": [SECOND, task(1, "created")], "total": 2},
        HELD,
        None,
        [
            AS_CREATED,
        ],
    ),
    ("id-of-no-kind", "list-tasks", {"workflow_tasks": [SECOND, task([1], "passed")], "total": 2}, HELD, None, []),
    ("a-page-of-one", "list-tasks", {"workflow_tasks": [SECOND], "total": 2}, HELD, 1, []),
    (
        "a-page-of-two-for-one",
        "list-tasks",
        {"workflow_tasks": [SECOND, FIRST], "total": 2},
        HELD,
        1,
        [
            ("tasks", "1 tasks", "2 tasks", ""),
        ],
    ),
    ("a-page-of-none", "list-tasks", {"workflow_tasks": [], "total": 0}, HELD, 0, []),
    (
        "listed",
        "list-workflows",
        {"workflows": [{"workflow_key": "b"}, {"workflow_key": SUBJECT.name}]},
        HELD,
        None,
        [],
    ),
    (
        "not-listed",
        "list-workflows",
        {"workflows": [{"workflow_key": "b"}]},
        HELD,
        None,
        [
            ("not-listed", "the workflow is listed", "no such workflow", ""),
        ],
    ),
    (
        "list-null",
        "list-workflows",
        {"workflows": None},
        HELD,
        None,
        [
            ("not-listed", "the workflow is listed", "no such workflow", ""),
        ],
    ),
    (
        "no-list-of-workflows",
        "list-workflows",
        {},
        HELD,
        None,
        [
            ("not-listed", "the workflow is listed", "no such workflow", ""),
        ],
    ),
    (
        "listed-twice",
        "list-workflows",
        {"workflows": [{"workflow_key": SUBJECT.name}, {"workflow_key": SUBJECT.name}]},
        HELD,
        None,
        [
            ("listed-twice", "the workflow is listed", "2 workflows of this name", ""),
        ],
    ),
    (
        "listed-though-gone",
        "list-workflows",
        {"workflows": [{"workflow_key": SUBJECT.name}]},
        Snapshot(),
        None,
        [
            ("listed-though-gone", "no such workflow", "the workflow is listed", ""),
        ],
    ),
    (
        "listed-by-no-other-name",
        "list-workflows",
        {"workflows": [{"workflow_key": SUBJECT.name}]},
        Snapshot({"name": SUBJECT.name, "display_name": "a"}),
        None,
        [],
    ),
    (
        "read-of-a-new-task-as-anothers",
        "get-task",
        task(2, "created") | {"task_creator": "b"},
        Snapshot(HELD.workflow, HELD.tasks, {2: {"creator": "a"}}),
        None,
        [
            ("task-creator", "task 2: creator = 'a'", "'b'", "created"),
        ],
    ),
    (
        "listed-by-another-name",
        "list-workflows",
        {"workflows": [{"workflow_key": SUBJECT.name, "workflow_name": "b"}]},
        Snapshot({"name": SUBJECT.name, "display_name": "a"}),
        None,
        [
            ("listed:display_name", "the workflow is listed as 'a'", "'b'", ""),
        ],
    ),
    ("list-without-what-is-not-there", "list-workflows", {"workflows": []}, Snapshot(), None, []),
    ("a-page-of-workflows", "list-workflows", {"workflows": []}, HELD, 0, []),
    ("no-read", "start-task", {}, HELD, None, []),
    ("no-role", "task-log", {}, HELD, None, []),
]


@pytest.mark.parametrize(
    ("operation", "value", "after", "items", "lines"), [pytest.param(*row, id=name) for name, *row in ROWS]
)
def test_what_is_shown_is_what_is_held(
    operation: str, value: Any, after: Snapshot, items: int | None, lines: list[Line]
) -> None:
    assert told(operation, value, after, items) == lines


def test_where_agents_are_at_work_a_task_may_have_gone_on_since_it_was_shown() -> None:
    """But what it is shown as, it cannot become later."""
    gone_on = Snapshot(HELD.workflow, {1: "passed", 2: "running"})
    shows = {"workflow_tasks": [SECOND, FIRST], "total": 2}
    assert [line[0] for line in told("list-tasks", shows, gone_on)] == ["shown-created"]
    assert told("list-tasks", shows, gone_on, agents=True) == []
    assert told("get-task", task(2, "failed"), agents=True) != []


SEEN: dict[str, Any] = {"owner": SUBJECT.name, "started": 1500, "ended": 1600}
TIMES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], list[str]]] = [
    # name, what is told of the task before and afterwards, what reading it says, what is told
    ("as-listed", SEEN, SEEN, {"start_time": 1500, "end_time": 1600}, []),
    ("not-said", SEEN, SEEN, {}, []),
    ("began-otherwise", SEEN, SEEN, {"start_time": 7}, ["task-started"]),
    ("ended-at-no-time", SEEN, SEEN, {"end_time": 0}, ["task-ended"]),
    ("of-another", SEEN, SEEN, {"workflow_key": "b"}, ["task-owner"]),
    ("ended-meanwhile", {**SEEN, "ended": 0}, SEEN, {"end_time": 0}, []),
    ("not-listed-before", {}, SEEN, {"end_time": 0}, ["task-ended"]),
]


@pytest.mark.parametrize(("was", "now", "says", "wanted"), [pytest.param(*row, id=name) for name, *row in TIMES])
def test_what_else_a_task_tells_is_what_its_list_tells(
    was: dict[str, Any], now: dict[str, Any], says: dict[str, Any], wanted: list[str]
) -> None:
    """A read that came between two looks may be as either; what differs from both is a drift."""
    before, after = (Snapshot(HELD.workflow, HELD.tasks, {2: marks}) for marks in (was, now))
    call = RELEASE.operations["get-task"]
    value = task(2, "created") | says
    change = StateChange(before, after, {}, value, SUBJECT, call, RELEASE, documented=True)
    breaches = list(shown(change, None))
    assert [breach.detail for breach in breaches] == wanted
    assert all(breach.drift for breach in breaches)


def test_a_task_in_another_state_is_told_of_by_its_state_alone() -> None:
    """In another state it may have other times."""
    after = Snapshot(HELD.workflow, HELD.tasks, {2: SEEN})
    lines = told("get-task", task(2, "failed") | {"start_time": 7}, after)
    assert [line[0] for line in lines] == ["shown-failed"]
