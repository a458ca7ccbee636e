"""What a request must leave on the target, told by the state before, the answer and the state afterwards."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts.catalog.cases import effects
from contracts.catalog.release import load
from contracts.check.effects import StateChange, effect
from contracts.check.snapshot import Snapshot
from contracts.target.target import Subject

RELEASE = load("1.7.0")
CREATE = RELEASE.operations["create-workflow"]
SUBJECT = Subject("zct-run-main-1", "nginx", 2)
SENT: Mapping[str, Any] = {
    "name": SUBJECT.name,
    "enabled": True,
    "team": "",
    "env_name": "qa",
    "notify_ctl": {"enabled": False, "weChat_webHook": "http://hook", "notify_type": []},
    "build_stage": {"enabled": True, "modules": [{"target": {"key": "web/web", "service_name": "web"}}]},
}
STORED: Mapping[str, Any] = SENT | {"id": "5f", "notify_ctl": {}, "build_stage": {**SENT["build_stage"]}}
NOTHING = Snapshot()


def tasks(**states: str) -> Snapshot:
    """Return a stored workflow with tasks, written t1="created"."""
    return Snapshot(STORED, {int(key[1:]): state for key, state in states.items()})


def stored(**keys: Any) -> Snapshot:
    return Snapshot(STORED | keys)


def module(**keys: Any) -> dict[str, Any]:
    return {"enabled": True, "modules": [{"target": {"service_name": "web"} | keys}]}


def details(name: str, before: Snapshot, after: Snapshot, value: Any = None, *, agents: bool = False) -> list[str]:
    """Return what tells each breach of the state from others."""
    change = StateChange(before, after, SENT, value, SUBJECT, CREATE, RELEASE, documented=True, agents=agents)
    return [breach.detail for breach in effect(name, change)]


OK: list[str] = []
ROWS: list[tuple[str, str, Snapshot, Snapshot, Any, list[str]]] = [
    # name, effect, before, after, the answer's value, what is told
    ("nothing-stays-nothing", "unchanged", NOTHING, NOTHING, None, OK),
    ("all-as-before", "unchanged", tasks(t1="created"), tasks(t1="created"), None, OK),
    ("workflow-appears", "unchanged", NOTHING, tasks(), None, ["workflow"]),
    ("workflow-vanishes", "unchanged", tasks(), NOTHING, None, ["workflow"]),
    ("documented-key-changes", "unchanged", stored(), stored(team="b"), None, ["workflow:team"]),
    ("documented-key-appears", "unchanged", stored(), stored(description="b"), None, ["workflow:description"]),
    ("task-appears", "unchanged", tasks(), tasks(t1="created"), None, ["task-none-created"]),
    ("task-vanishes", "unchanged", tasks(t1="passed"), tasks(), None, ["task-passed-gone"]),
    ("task-is-cancelled", "unchanged", tasks(t1="created"), tasks(t1="cancelled"), None, ["task-created-cancelled"]),
    ("task-goes-back", "unchanged", tasks(t1="passed"), tasks(t1="created"), None, ["task-passed-created"]),
    ("passed-turns-failed", "unchanged", tasks(t1="passed"), tasks(t1="failed"), None, ["task-passed-failed"]),
    ("running-turns-created", "unchanged", tasks(t1="running"), tasks(t1="created"), None, ["task-running-created"]),
    ("state-nobody-knows", "unchanged", tasks(t1="created"), tasks(t1="lost"), None, ["task-created-lost"]),
    ("stored-as-sent", "stored", NOTHING, stored(), None, OK),
    ("not-stored", "stored", NOTHING, NOTHING, None, ["not-stored"]),
    ("stored-otherwise", "stored", NOTHING, stored(env_name="dev"), None, ["stored:$.env_name"]),
    ("stored-without-a-key", "stored", NOTHING, stored(env_name=None), None, ["stored:$.env_name"]),
    ("stored-object-as-nothing", "stored", NOTHING, stored(build_stage=None), None, ["stored:$.build_stage"]),
    ("stored-text-as-an-object", "stored", NOTHING, stored(env_name={}), None, ["stored:$.env_name"]),
    ("stored-true-as-false", "stored", NOTHING, stored(enabled=False), None, ["stored:$.enabled"]),
    ("stored-true-as-one", "stored", NOTHING, stored(enabled=1), None, ["stored:$.enabled"]),
    ("undocumented-key-is-stored", "stored", NOTHING, stored(hook_ctl={"enabled": True}), None, OK),
    ("zero-comes-back-as-nothing", "stored", NOTHING, stored(team=None), None, OK),
    ("zero-comes-back-as-another-zero", "stored", NOTHING, stored(team=[]), None, OK),
    ("zero-comes-back-as-a-value", "stored", NOTHING, stored(team="a"), None, ["stored:$.team"]),
    ("not-kept-key-changes", "stored", NOTHING, stored(build_stage=module(key="other")), None, OK),
    ("not-kept-key-is-left-out", "stored", NOTHING, stored(build_stage=module()), None, OK),
    (
        "kept-key-in-a-list-changes",
        "stored",
        NOTHING,
        stored(build_stage=module(service_name="db")),
        None,
        ["stored:$.build_stage.modules[*].target.service_name"],
    ),
    (
        "list-gets-longer",
        "stored",
        NOTHING,
        stored(build_stage={"enabled": True, "modules": [{}, {}]}),
        None,
        ["stored:$.build_stage.modules"],
    ),
    ("new-workflow-with-tasks", "stored", NOTHING, tasks(t1="created"), None, ["tasks"]),
    ("first-task", "started", tasks(), tasks(t1="created"), {"task_id": 1}, OK),
    ("next-task", "started", tasks(t1="passed"), tasks(t1="passed", t2="created"), {"task_id": 2}, OK),
    ("ids-begin-anywhere", "started", tasks(), tasks(t3="created"), {"task_id": 3}, OK),
    ("first-id-is-not-1", "first-started", tasks(), tasks(t3="created"), {"task_id": 3}, ["task-id"]),
    ("first-id-is-1", "first-started", tasks(), tasks(t1="created"), {"task_id": 1}, OK),
    ("id-not-the-next", "started", tasks(t1="passed"), tasks(t1="passed", t3="created"), {"task_id": 3}, ["task-id"]),
    ("id-of-an-old-task", "started", tasks(t1="created"), tasks(t1="created"), {"task_id": 1}, ["task-id"]),
    ("no-id", "started", tasks(), tasks(t1="created"), {}, ["task-id", "task-none-created"]),
    ("answer-no-object", "started", tasks(), tasks(), "ok", ["task-id"]),
    ("no-task", "started", tasks(), tasks(), {"task_id": 1}, ["task-gone"]),
    ("starts-cancelled", "started", tasks(), tasks(t1="cancelled"), {"task_id": 1}, ["task-cancelled"]),
    ("two-tasks-at-once", "started", tasks(), tasks(t1="created", t2="created"), {"task_id": 1}, ["task-none-created"]),
    ("cancelled", "cancelled", tasks(t2="created"), tasks(t2="cancelled"), None, OK),
    ("not-cancelled", "cancelled", tasks(t2="created"), tasks(t2="created"), None, ["task-created"]),
    ("cancel-loses-the-task", "cancelled", tasks(t2="created"), tasks(), None, ["task-gone"]),
    (
        "cancels-another-too",
        "cancelled",
        tasks(t1="created", t2="created"),
        tasks(t1="cancelled", t2="cancelled"),
        None,
        ["task-created-cancelled"],
    ),
    ("restarted", "created", tasks(t2="failed"), tasks(t2="created"), None, OK),
    ("not-restarted", "created", tasks(t2="cancelled"), tasks(t2="cancelled"), None, ["task-cancelled"]),
    (
        "restarted-as-another-task",
        "created",
        tasks(t2="failed"),
        tasks(t2="failed", t3="created"),
        None,
        ["task-failed", "task-none-created"],
    ),
    (
        "workflow-changed-by-a-start",
        "started",
        tasks(),
        Snapshot(STORED | {"team": "b"}, {1: "created"}),
        {"task_id": 1},
        ["workflow:team"],
    ),
    ("removed", "removed", tasks(t1="created"), NOTHING, None, OK),
    ("not-removed", "removed", tasks(), tasks(), None, ["not-removed"]),
    ("anything-goes", "any", tasks(t1="created"), NOTHING, None, OK),
]


@pytest.mark.parametrize(
    ("name", "before", "after", "value", "told"), [pytest.param(*row, id=label) for label, *row in ROWS]
)
def test_effect(name: str, before: Snapshot, after: Snapshot, value: Any, told: list[str]) -> None:
    """What a request left is compared with what it must leave."""
    assert details(name, before, after, value) == told


MOVES: list[tuple[str, str, Snapshot, Snapshot, Any, str]] = [
    # name, effect, before, after, the answer's value, what is told where there are no agents
    ("taken", "unchanged", tasks(t1="created"), tasks(t1="running"), None, "task-created-running"),
    ("ended", "unchanged", tasks(t1="running"), tasks(t1="failed"), None, "task-running-failed"),
    ("taken-and-ended", "unchanged", tasks(t1="created"), tasks(t1="passed"), None, "task-created-passed"),
    ("ended-late", "unchanged", tasks(t1="cancelled"), tasks(t1="timeout"), None, "task-cancelled-timeout"),
    ("taken-late", "unchanged", tasks(t1="cancelled"), tasks(t1="running"), None, "task-cancelled-running"),
    ("started-and-taken", "started", tasks(), tasks(t1="running"), {"task_id": 1}, "task-running"),
    ("cancelled-and-ended", "cancelled", tasks(t2="running"), tasks(t2="passed"), None, "task-passed"),
    ("restarted-and-taken", "created", tasks(t2="failed"), tasks(t2="running"), None, "task-running"),
    ("restart-leaves-it-failed", "created", tasks(t2="failed"), tasks(t2="failed"), None, "task-failed"),
    ("restart-makes-it-passed", "created", tasks(t2="failed"), tasks(t2="passed"), None, "task-passed"),
]


@pytest.mark.parametrize(
    ("name", "before", "after", "value", "told"), [pytest.param(*row, id=label) for label, *row in MOVES]
)
def test_a_task_moves_by_itself_only_where_agents_are(
    name: str, before: Snapshot, after: Snapshot, value: Any, told: str
) -> None:
    """What an agent could have done is told where there is none, and only there."""
    assert details(name, before, after, value) == [told]
    assert details(name, before, after, value, agents=True) == []


@pytest.mark.parametrize("name", effects(RELEASE))
def test_every_effect_of_the_case_table_is_known(name: str) -> None:
    """Whatever the case table may name as the state afterwards can be told."""
    assert isinstance(details(name, NOTHING, NOTHING), list)


def test_a_breach_says_both_sides() -> None:
    change = StateChange(NOTHING, stored(env_name="dev"), SENT, None, SUBJECT, CREATE, RELEASE, documented=False)
    (breach,) = effect("stored", change)
    assert str(breach) == "state afterwards: expected $.env_name is stored as 'qa', got 'dev'"
    assert breach.drift


@pytest.mark.parametrize(
    ("name", "before", "after", "value", "was"),
    [
        pytest.param("cancelled", tasks(t2="created"), tasks(t2="created"), None, "created", id="task"),
        pytest.param("unchanged", tasks(), tasks(t1="created"), None, "no such task", id="no-task"),
        pytest.param("stored", NOTHING, NOTHING, None, "no such workflow", id="no-workflow"),
        pytest.param("stored", stored(team="a"), stored(team="b"), None, "'a'", id="stored-key"),
        pytest.param("unchanged", stored(team="a"), stored(team="b"), None, "'a'", id="kept-key"),
        pytest.param("unchanged", tasks(), NOTHING, None, "a workflow of this name", id="workflow"),
        pytest.param("removed", tasks(), tasks(), None, "the workflow can be found", id="not-removed"),
        pytest.param("started", tasks(t4="passed"), tasks(t4="passed"), {"task_id": 9}, "the last id, 4", id="id"),
        pytest.param("started", tasks(), tasks(), "ok", "no task", id="first-id"),
    ],
)
def test_a_breach_says_what_was_before(name: str, before: Snapshot, after: Snapshot, value: Any, was: str) -> None:
    """A reader sees what a request found, beside what it left and should have left."""
    change = StateChange(before, after, SENT, value, SUBJECT, CREATE, RELEASE, documented=True)
    assert next(effect(name, change)).before == was
