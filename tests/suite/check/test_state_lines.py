"""What a reader is told of a state: what was to be there, what is there, and what was before."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts.catalog.release import load
from contracts.check.effects import StateChange, changed, effect
from contracts.check.snapshot import STATE, Snapshot
from contracts.target.target import Subject

RELEASE = load("1.7.0")
SUBJECT = Subject("zct-run-main-1", "nginx", 2)
SENT: Mapping[str, Any] = {
    "name": SUBJECT.name,
    "team": "",
    "env_name": "qa",
    "build_stage": {"enabled": True, "modules": [{"target": {"service_name": "web"}}]},
}
USUAL: Mapping[str, Any] = {"owner": SUBJECT.name, "creator": "qa", "revoker": "", "restarted": False, "created": 1000}
NOTHING = Snapshot()


def held(workflow: Mapping[str, Any] | None = None, **states: str) -> Snapshot:
    """Return the workflow with some keys changed, and tasks written t1="created"."""
    return Snapshot(SENT | (workflow or {}), {int(key[1:]): state for key, state in states.items()})


def marked(state: str = "created", other: Mapping[str, Any] | None = None, **marks: Any) -> Snapshot:
    """Return it with two tasks of which more is told: of the second, in this state, or of the `other`."""
    return Snapshot(SENT, {1: "created", 2: state}, {1: {**USUAL, **(other or {})}, 2: {**USUAL, **marks}})


def read(after: Snapshot, **marks: Any) -> Snapshot:
    """Return the same, and what reading the second task by itself says."""
    return Snapshot(after.workflow, after.tasks, after.marks, {STATE: after.tasks.get(2), **marks})


def told(name: str, before: Snapshot, after: Snapshot, value: Any = None) -> list[tuple[str, str, str, str]]:
    """Return what was to be there, what is, what was before, and whether it is a breach or a drift."""
    operation = RELEASE.operations["create-workflow"]
    change = StateChange(before, after, SENT, value, SUBJECT, operation, RELEASE, documented=True)
    return [
        (each.promised, each.came, each.before, "drift" if each.drift else "breach") for each in effect(name, change)
    ]


ONE = held(t1="created")
LIST = {"build_stage": {"enabled": True, "modules": [{"target": {"service_name": "db"}}]}}
LINES: dict[str, tuple[str, Snapshot, Snapshot, Any, list[tuple[str, str, str, str]]]] = {
    "workflow-appears": (
        "unchanged",
        NOTHING,
        held(),
        None,
        [("as before, no workflow of this name", "a workflow of this name", "no workflow of this name", "breach")],
    ),
    "workflow-vanishes": (
        "unchanged",
        held(),
        NOTHING,
        None,
        [("as before, a workflow of this name", "no workflow of this name", "a workflow of this name", "breach")],
    ),
    "key-changes": (
        "unchanged",
        held({"team": "a"}),
        held({"team": "b"}),
        None,
        [("team as before", "'b'", "'a'", "breach")],
    ),
    "task-appears": (
        "unchanged",
        held(),
        ONE,
        None,
        [("task 1 as before, not there", "created", "no such task", "breach")],
    ),
    "task-vanishes": ("unchanged", ONE, held(), None, [("task 1 as before, created", "gone", "created", "breach")]),
    "task-is-another": (
        "unchanged",
        ONE,
        held(t1="failed"),
        None,
        [("task 1 as before, created", "failed", "created", "breach")],
    ),
    "not-stored": (
        "stored",
        NOTHING,
        NOTHING,
        None,
        [("the workflow can be found", "no such workflow", "no such workflow", "breach")],
    ),
    "lost-on-an-update": (
        "stored",
        held(),
        NOTHING,
        None,
        [("the workflow can be found", "no such workflow", "the workflow can be found", "breach")],
    ),
    "stored-otherwise": (
        "stored",
        NOTHING,
        held({"env_name": "dev"}),
        None,
        [("$.env_name is stored as 'qa'", "'dev'", "no such workflow", "breach")],
    ),
    "update-of-no-object": (
        "stored",
        held({"build_stage": "x"}),
        held(LIST),
        None,
        [("$.build_stage.modules[*].target.service_name is stored as 'web'", "'db'", "", "breach")],
    ),
    "update-moves-a-task": (
        "stored",
        ONE,
        held(t1="failed"),
        None,
        [("task 1 as before, created", "failed", "created", "breach")],
    ),
    "update-loses-a-task": ("stored", ONE, held(), None, [("task 1 as before, created", "gone", "created", "breach")]),
    "new-with-tasks": (
        "stored",
        NOTHING,
        ONE,
        None,
        [("a new workflow has no tasks", "{1: 'created'}", "no such workflow", "breach")],
    ),
    "id-not-the-next": (
        "started",
        ONE,
        held(t1="created", t3="created"),
        {"task_id": 3},
        [("the next id, 2", "3", "the last id, 1", "breach")],
    ),
    "no-id": ("started", held(), held(), {"task_id": "7"}, [("an id", "'7'", "no task", "breach")]),
    "not-started": (
        "started",
        held(),
        held(),
        {"task_id": 1},
        [("task 1 is created", "no such task", "no such task", "breach")],
    ),
    "starts-failed": (
        "started",
        held(),
        held(t1="failed"),
        {"task_id": 1},
        [("task 1 is created", "failed", "no such task", "breach")],
    ),
    "first-id-is-2": (
        "first-started",
        held(),
        held(t2="created"),
        {"task_id": 2},
        [("the next id, 1", "2", "no task", "drift")],
    ),
    "not-removed": (
        "removed",
        held(),
        held(),
        None,
        [("no such workflow", "the workflow can be found", "the workflow can be found", "breach")],
    ),
    "removed-what-was-not-there": (
        "removed",
        NOTHING,
        held(),
        None,
        [("no such workflow", "the workflow can be found", "no such workflow", "breach")],
    ),
    "not-cancelled": (
        "cancelled",
        held(t2="created"),
        held(t2="created"),
        None,
        [("task 2 is cancelled", "created", "created", "breach")],
    ),
    "cancel-loses-it": (
        "cancelled",
        held(t2="created"),
        held(),
        None,
        [("task 2 is cancelled", "no such task", "created", "breach")],
    ),
    "other-mark-changes": (
        "unchanged",
        marked(),
        marked(other={"revoker": "qa"}),
        None,
        [("task 1: revoker = ''", "'qa'", "''", "drift")],
    ),
    "mark-comes-wrong": (
        "unchanged",
        held(t1="created", t2="created"),
        marked(owner="b"),
        None,
        [("task 2: owner = 'zct-run-main-1'", "'b'", "created", "drift")],
    ),
    "text-as-id": ("unchanged", marked(), marked(id="2"), None, [("task 2: id = int", "'2'", "created", "drift")]),
    "started-with-a-revoker": (
        "started",
        Snapshot(SENT, {1: "created"}, {1: USUAL}),
        marked(revoker="b"),
        {"task_id": 2},
        [("task 2: revoker = ''", "'b'", "no such task", "drift")],
    ),
    "read-otherwise": (
        "unchanged",
        marked(),
        read(marked(), state="cancelled"),
        None,
        [("task 2 is created, as in the task list", "cancelled", "created", "breach")],
    ),
    "read-a-lost-one": (
        "unchanged",
        held(t1="created"),
        read(held(t1="created"), state="created"),
        None,
        [("task 2 is gone, as in the task list", "created", "no such task", "breach")],
    ),
    "read-with-other-marks": (
        "unchanged",
        marked(),
        read(marked(), creator="b"),
        None,
        [("task 2: creator = 'qa'", "'b'", "'qa'", "drift")],
    ),
    "read-what-the-list-has-not": (
        "unchanged",
        held(t1="created", t2="created"),
        read(held(t1="created", t2="created"), creator="b"),
        None,
        [],
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_a_state_is_told_in_words(name: str) -> None:
    """A line names the task or the key, both states, and what was before; it is a drift only where nobody promised."""
    what, before, after, value, lines = LINES[name]
    assert told(what, before, after, value) == lines


@pytest.mark.parametrize(
    ("path", "was"),
    [
        pytest.param({"env_name": "dev"}, "'qa'", id="key"),
        pytest.param(LIST, "", id="in-a-list"),
    ],
)
def test_what_was_stored_before_is_told(path: Mapping[str, Any], was: str) -> None:
    """Of a key within a list nobody can say which item it was."""
    ((_, _, before, _),) = told("stored", held(), held(path))
    assert before == was


def test_what_no_create_is_sent_stays_as_it_is_on_an_update() -> None:
    """Of a stored workflow who made it is known too, and an update does not change that."""
    release = load("5.0.0")
    before, after = Snapshot({"created_by": "a"}), Snapshot({"created_by": "b"})
    update = release.operations["update-workflow"]
    change = StateChange(before, after, {}, None, SUBJECT, update, release, documented=True)
    assert [each.signature for each in effect("stored", change)] == ["state:workflow:created_by"]


@pytest.mark.parametrize(
    ("before", "name", "after", "detail"),
    [
        pytest.param("wait_for_approval", "reject", "reject", [], id="rejected"),
        pytest.param("wait_for_approval", "reject", "failed", ["task-failed"], id="rejected-ends-as-failed"),
        pytest.param("running", "failed", "reject", ["task-reject"], id="failed-ends-as-rejected"),
        pytest.param("reject", "unchanged", "failed", ["task-reject-failed"], id="another-end-later"),
        pytest.param("pause", "unchanged", "wait_for_approval", [], id="waits-by-another-word"),
    ],
)
def test_each_end_of_a_task_is_one_of_its_own(before: str, name: str, after: str, detail: list[str]) -> None:
    """A task that was rejected has not failed, although nothing else can be done to it than to one that has."""
    release = load("5.0.0")
    approve = release.operations["approve-task"]
    states = (Snapshot({}, {1: before}), Snapshot({}, {1: after}))
    change = StateChange(*states, {}, None, Subject("a", "p"), approve, release, documented=True)
    assert [each.detail for each in effect(name, change)] == detail


@pytest.mark.parametrize("task_id", [[1], {"id": 1}, None, "1"], ids=["list", "object", "null", "text"])
def test_an_id_that_is_no_number_is_a_breach_whatever_it_is(task_id: object) -> None:
    lines = told("started", held(), held(), {"task_id": task_id})
    assert lines == [("an id", repr(task_id), "no task", "breach")]


@pytest.mark.parametrize(
    ("task_id", "detail"), [pytest.param(2, ["task-revoker"], id="its-own"), pytest.param(3, [], id="anothers")]
)
def test_what_only_reading_a_task_tells_counts_for_that_task(task_id: int, detail: list[str]) -> None:
    """The list need not have all marks; what reading task 2 says is not said of task 3."""
    before = Snapshot(SENT, {1: "created"} | ({2: "passed"} if task_id == 3 else {}))
    after = Snapshot(
        *(SENT, {**before.tasks, task_id: "created"}, {2: {"revoker": "b"}}),
        {STATE: before.tasks.get(2, "created"), "revoker": "b"},
    )
    start = RELEASE.operations["start-task"]
    change = StateChange(before, after, {}, {"task_id": task_id}, SUBJECT, start, RELEASE, documented=True)
    assert [each.detail for each in effect("started", change)] == detail


def test_who_a_cancelled_task_says_to_be_cancelled_by_is_told_of_that_task() -> None:
    cancel = RELEASE.operations["cancel-task"]
    after = marked("cancelled", revoker="b")
    change = StateChange(marked(), after, {}, None, SUBJECT, cancel, RELEASE, documented=True)
    (wrong,) = effect("cancelled", change)
    assert (wrong.promised, wrong.came, wrong.before) == ("task 2: revoker = 'qa'", "'b'", "''")
    assert wrong.to_json()["documented"] is False


WHOLE: Mapping[str, Any] = {"a": 1, "team": "a", "hook_ctl": {"enabled": False, "more": 1}, **SENT}
CHANGES: list[tuple[str, Mapping[str, Any], list[str]]] = [
    ("nothing", {}, []),
    ("a-documented-key", {"team": "b"}, ["team"]),
    ("a-key-that-nobody-describes", {"a": 2}, ["a"]),
    ("within-what-is-sent", LIST, ["build_stage"]),
    ("beside-what-is-sent", {"build_stage": {**SENT["build_stage"], "id": 7}}, []),
    (
        "an-item-beside-what-is-sent",
        {"build_stage": {"enabled": True, "modules": [{"target": {"service_name": "web", "id": 1}, "id": 7}]}},
        [],
    ),
    (
        "one-item-more",
        {"build_stage": {"enabled": True, "modules": [*SENT["build_stage"]["modules"], {}]}},
        ["build_stage"],
    ),
    ("within-what-is-usual", {"hook_ctl": {"enabled": True, "more": 1}}, ["hook_ctl"]),
    ("beside-what-is-usual", {"hook_ctl": {"enabled": False, "more": 2}}, []),
    ("two-keys", {"team": "b", "env_name": "b"}, ["env_name", "team"]),
]


@pytest.mark.parametrize(("more", "keys"), [pytest.param(more, keys, id=name) for name, more, keys in CHANGES])
def test_only_what_is_documented_or_sent_counts_as_changed(more: Mapping[str, Any], keys: list[str]) -> None:
    """A target may keep what it likes in an object of a workflow, at every depth."""
    assert list(changed(RELEASE, WHOLE, WHOLE | more)) == keys


def test_only_the_keys_that_are_asked_for_are_compared() -> None:
    assert list(changed(RELEASE, WHOLE, WHOLE | {"team": "b", "env_name": "b"}, ["team", "name"])) == ["team"]
