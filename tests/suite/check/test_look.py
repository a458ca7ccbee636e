"""What a look at a target finds: what is held under a name, or why that cannot be told."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contracts.catalog.release import load
from contracts.check.snapshot import STATE, Snapshot, UnclearError, look_at_tasks, snapshot
from contracts.http.client import Client
from contracts.safety.journal import Journal, Names
from contracts.standin.serve import serve_in_thread
from contracts.target.target import Subject, Target, Workspace

RELEASE = load("1.7.0")
SUBJECT = Subject("zct-run-main-1", "nginx", 2)
WORKFLOW = {"name": SUBJECT.name}
NO_WORKFLOW = {"code": 6542, "description": "mongo: no documents in result"}
LOOKS = [
    (
        "found",
        WORKFLOW,
        200,
        {"data": [{"task_id": 3, "status": "passed", "start_time": 7, "end_time": 9}, {"task_id": 4, "status": "x"}]},
        Snapshot(WORKFLOW, {3: "passed", 4: "x"}, {3: {"started": 7, "ended": 9}}),
    ),
    ("without-tasks", WORKFLOW, 200, {"data": []}, Snapshot(WORKFLOW, {})),
    ("with-undocumented-keys", {**WORKFLOW, "update_time": 7}, 200, {"data": []}, Snapshot(WORKFLOW, {})),
    ("not-there", NO_WORKFLOW, 400, None, Snapshot()),
    ("database-error", {"code": 6161, "description": "x"}, 400, None, "looking for the workflow: HTTP 400"),
    ("other-description", {**NO_WORKFLOW, "description": "timed out"}, 400, None, "looking for the workflow: HTTP 400"),
    ("not-there-with-502", NO_WORKFLOW, 502, None, "looking for the workflow: HTTP 502"),
    ("server-error", {}, 500, None, "looking for the workflow: HTTP 500"),
    ("bad-request-of-a-proxy", {"error": "no"}, 400, None, "looking for the workflow: HTTP 400"),
    ("not-a-workflow", {"message": "success"}, 200, None, "looking for the workflow: HTTP 200"),
    ("no-json", "<html>", 200, None, "looking for the workflow: HTTP 200, <html>"),
    ("tasks-no-object", WORKFLOW, 200, [], "looking at the workflow's tasks: HTTP 200"),
    ("tasks-without-status", WORKFLOW, 200, {"data": [{"task_id": 1}]}, "looking at the workflow's tasks"),
    ("tasks-null", WORKFLOW, 200, {"data": None}, "looking at the workflow's tasks"),
]


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Target]:
    """A target that answers the two looks with what the row says."""
    workflow, status, listed, *read = request.param
    lists = iter(listed) if read else iter([])

    async def find(_: Any) -> Response:
        return Response(workflow, status) if isinstance(workflow, str) else JSONResponse(workflow, status)

    async def listing(_: Any) -> Response:
        return JSONResponse(next(lists) if read else listed)

    async def reading(asked: Any) -> Response:
        return JSONResponse(
            read[0] | {"task_revoker": asked.path_params["id"]} if "task_revoker" in read[0] else read[0]
        )

    routes = [
        Route("/workflow/workflow/find/{name}", find),
        Route("/workflow/workflowtask/max/{max}/start/{start}/pipelines/{name}", listing),
        Route("/workflow/workflowtask/id/{id}/pipelines/{name}", reading),
    ]
    with serve_in_thread(Starlette(routes=routes)) as url:
        client = Client(url, {}, guard=lambda _: None)
        yield Target(
            client=client,
            release=RELEASE,
            workspace=Workspace("nginx", "qa", "web", "web", "web", "main"),
            names=Names("run", "main"),
            journal=Journal(tmp_path / "journal.jsonl"),
        )
        client.close()


@pytest.mark.parametrize(
    ("target", "wanted"),
    [pytest.param((workflow, status, listed), wanted, id=label) for label, workflow, status, listed, wanted in LOOKS],
    indirect=["target"],
)
def test_look(target: Target, wanted: Snapshot | str) -> None:
    """A look tells what is held, or says why it cannot be determined; an unclear answer is never taken for nothing."""
    if isinstance(wanted, Snapshot):
        assert snapshot(target, SUBJECT) == wanted
    else:
        with pytest.raises(UnclearError) as unclear:
            snapshot(target, SUBJECT)
        assert str(unclear.value).startswith(wanted)
        assert unclear.value.exchange.came in str(unclear.value)


def rows(**states: str) -> dict[str, Any]:
    return {"data": [{"task_id": int(key[1:]), "status": state} for key, state in states.items()]}


QUEUED, MOVED = rows(t1="passed", t2="created"), rows(t1="passed", t2="running")
READ = {"status": "created", "task_creator": "qa"}
CLOSE = [
    # name, the lists that come in turn, what reading task 2 says, what is held then
    ("alike", [QUEUED], READ, {1: "passed", 2: "created"}, {"creator": "qa", STATE: "created"}),
    ("moved", [QUEUED, MOVED], {"status": "running"}, {1: "passed", 2: "running"}, {STATE: "running"}),
    ("says-none", [QUEUED, QUEUED], {}, {1: "passed", 2: "created"}, {STATE: "HTTP 200"}),
    ("not-listed", [rows(t1="passed")], READ, {1: "passed"}, None),
]


@pytest.mark.parametrize(
    ("target", "tasks", "read"),
    [pytest.param((WORKFLOW, 200, lists, read), *wanted, id=name) for name, lists, read, *wanted in CLOSE],
    indirect=["target"],
)
def test_a_close_look_reads_the_task_too_and_lists_again_where_both_differ(
    target: Target, tasks: dict[int, str], read: dict[str, Any] | None
) -> None:
    """The task may have moved between list and read; then the list is looked at once more, and no oftener."""
    held = snapshot(target, SUBJECT, closely=True)
    assert (held.workflow, held.tasks, held.read) == (WORKFLOW, tasks, read)


@pytest.mark.parametrize("target", [(WORKFLOW, 200, [QUEUED], READ)], indirect=True)
def test_what_is_known_is_not_looked_at_again(target: Target) -> None:
    """Tasks that were just listed are taken as they are, and a workflow that is known is not looked for."""
    listed = look_at_tasks(target, SUBJECT)
    held = snapshot(target, SUBJECT, listed, known={"name": "as it was"}, closely=True)
    assert held == Snapshot(
        {"name": "as it was"}, listed.tasks, {2: {"creator": "qa"}}, {"creator": "qa", STATE: "created"}
    )


TOLD = {"data": [{"task_id": number, "status": "created", "task_creator": "qa"} for number in (1, 2)]}


LOOKED_AT = (WORKFLOW, 200, [TOLD], {"status": "created", "task_creator": "b", "task_revoker": ""})
OWN, OTHER = {2: {"creator": "qa", "revoker": "2"}}, {1: {"creator": "qa", "revoker": "1"}}


@pytest.mark.parametrize(
    ("target", "others", "marks"),
    [
        pytest.param(LOOKED_AT, False, {1: {"creator": "qa"}, **OWN}, id="its-own"),
        pytest.param(LOOKED_AT, True, {**OTHER, **OWN}, id="all"),
    ],
    indirect=["target"],
)
def test_what_the_list_does_not_tell_of_a_task_reading_it_does(
    target: Target, others: bool, marks: dict[int, dict[str, Any]]
) -> None:
    """What the list tells of it stays as it is; other tasks are read where that is asked for."""
    assert snapshot(target, SUBJECT, closely=True, others=others).marks == marks


@pytest.mark.parametrize("target", [(WORKFLOW, 200, [QUEUED, MOVED], READ)], indirect=True)
def test_what_is_read_of_a_task_in_another_state_is_not_put_together_with_the_list(target: Target) -> None:
    """Task 1 has passed in the list, and is created where it is read, as task 2 was at first."""
    assert snapshot(target, SUBJECT, closely=True, others=True).marks == {}


@pytest.mark.parametrize("target", [(WORKFLOW, 200, [QUEUED], READ)], indirect=True)
def test_a_task_is_read_only_where_that_is_asked_for(target: Target) -> None:
    assert snapshot(target, SUBJECT).read is None


@pytest.mark.parametrize("target", [("", 200, None)], indirect=True)
def test_an_answer_without_a_body_is_said_to_have_none(target: Target) -> None:
    with pytest.raises(UnclearError, match=r"^looking for the workflow: HTTP 200, an empty body$"):
        snapshot(target, SUBJECT)
