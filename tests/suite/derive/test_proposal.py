"""The first page of an API becomes a release that loads, with its tables proposed and every doubt said."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog import cases as casetable
from contracts.catalog import release as catalog
from contracts.derive.command import derive
from contracts.derive.proposal import propose
from helpers.new_pages import (
    CANCEL,
    PAUSE,
    Project,
    project_fixture,  # noqa: F401 - a fixture
)

PAGE, RELEASE = Path(__file__).parent / "proposed/boats.md", "9.1.0"
ROLES = {
    "create": "post-harbour-workflows-boats",
    "update": "put-harbour-workflows-boats-name",
    "start": "post-harbour-workflows-boats-task",
    "cancel": "delete-harbour-workflows-boats-task",
    "restart": "post-harbour-workflows-boats-workflowkey-task-taskid",
    "approve": "post-harbour-workflows-boats-task-approve",
    "delete": "delete-harbour-workflows-boats",
    "find": "get-harbour-workflows-boats-workflowkey-detail",
    "list": "get-harbour-workflows",
    "get-task": "get-harbour-workflows-boats-task",
    "list-tasks": "get-harbour-workflows-boats-workflowkey-tasks",
}
LOGBOOK = "get-harbour-logs-workflow-workflowname-taskid-page"


@pytest.fixture(name="boats")
def boats_fixture(project: Project) -> Project:
    """Return a project with the first release of an API, as it is proposed."""
    assert project.start(PAGE, RELEASE, api="boats") == 0, project.said
    return project


def tables(project: Project, name: str) -> dict[str, Any]:
    return tomllib.loads((project.root / "contracts/apis/boats" / name).read_text(encoding="utf-8"))


def test_each_call_gets_the_role_that_it_looks_like(boats: Project) -> None:
    """All of a workflow's life is found, in spite of another thing with a name that can be made."""
    roles = tables(boats, "binding.toml")["roles"]
    assert {role: row["call"] for role, row in roles.items()} == ROLES
    assert roles["start"]["id"] == "/task_id"
    assert roles["find"] == {"call": ROLES["find"], "absent": "error", "name": "/workflow_key"}
    assert (roles["list-tasks"]["items"], roles["list-tasks"]["state"]) == ("/workflow_tasks", "/status")


def test_what_is_sent_is_never_what_a_sample_names(boats: Project) -> None:
    """Names, ids, projects, environments and services stand in path, query and body by their templates."""
    binding = tables(boats, "binding.toml")
    assert binding["path"] == {"name": "{name}", "taskID": "{id}", "workflowKey": "{name}", "workflowName": "{name}"}
    assert binding["query"] == {"projectKey": "{scope}", "taskId": "{id}", "workflowKey": "{name}"}
    assert binding["body"] == {"env": "{env}", "service_name": "{service}"}
    assert binding["calls"][ROLES["create"]]["body"] == {"/name": "{name}", "project": "{project}"}
    assert binding["calls"][ROLES["approve"]]["body"] == {"workflow_key": "{name}", "task_id": "{id}"}


def test_states_and_answers_are_those_of_the_page(boats: Project) -> None:
    """A state that is listed or shown has its meaning, and each state of a role an answer that the page has."""
    life = tables(boats, "lifecycle.toml")
    assert life["states"] == {
        "created": "queued",
        "running": "running",
        "passed": "passed",
        "failed": "failed",
        "cancelled": "cancelled",
    }
    assert life["cancel"]["queued"] == {"answer": "success", "next": "cancelled"}
    assert life["cancel"]["no-such-workflow"] == {"answer": "error"}
    assert life["restart"].keys() == {"failed", "cancelled"}


def test_every_doubt_is_a_line_where_it_arises(boats: Project) -> None:
    """What nobody could know from the page is asked, and how much that is, is said."""
    folder = boats.root / "contracts/apis/boats"
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("binding.toml", "lifecycle.toml")]
    doubts = [line for text in texts for line in text.splitlines() if line.startswith("# doubt: ")]
    for part in (
        "create could also be post-harbour-workflows-view",
        "no call for the role health",
        f"what is to be sent in the path as page ({LOGBOOK})",
        "what does the state adrift mean?",
        f"the page shows no success of {ROLES['create']}",
    ):
        assert any(part in line for line in doubts), part
    made = f"contracts/apis/boats: operations.toml, binding.toml, lifecycle.toml: proposed, with {len(doubts)} doubts"
    assert any(line.startswith(made) for line in boats.said)


def test_it_loads_and_plans_what_can_be_told(boats: Project) -> None:
    """Paths are those of the page; what is not described has no case, and what cannot be sent is not planned."""
    release = catalog.load(RELEASE)
    assert (release.api, release.lineage) == ("boats", (RELEASE,))
    assert len(release.operations) == 13
    assert not any(operation.prefixed for operation in release.operations.values())
    assert release.not_described == (LOGBOOK,)
    assert release.operations[ROLES["find"]].answers["error"].description == "no such tour"
    cases = {case.id: case for case in casetable.cases(RELEASE)}
    assert cases[f"{ROLES['cancel']}/documented-success"].given == "queued-task"
    assert cases[f"{ROLES['get-task']}/documented-error"].answer.status == 500
    assert not any(case.operation in (LOGBOOK, "post-harbour-workflows-view") for case in cases.values())
    assert [case.lacks for case in cases.values() if case.lacks] == []
    said: list[str] = []
    assert derive(boats.root, (PAGE,), True, said.append) == 0, said


def test_a_new_api_is_asked_for_by_name(project: Project) -> None:
    """Without --api a page of another family is refused in one line that proposes one, and nothing is written."""
    before = project.files()
    assert project.start(PAGE, RELEASE) == 4
    assert project.said == [
        "boats.md: no API has most of its operations: name the one that it begins, such as --api harbour"
    ]
    assert project.files() == before


def test_a_known_api_is_told_by_its_operations(boats: Project) -> None:
    """The next page of an API lands on its last release; one of new calls only, on the API whose paths begin so."""
    assert boats.start(PAGE, "9.2.0") == 0, boats.said
    assert catalog.load("9.2.0").lineage == ("9.2.0", RELEASE)
    assert boats.start(boats.page(PAUSE), "1.9.7") == 0, boats.said
    assert catalog.load("1.9.7").lineage[:2] == ("1.9.7", "1.9.0")


@pytest.mark.parametrize(
    ("base", "api", "said"),
    [
        pytest.param("1.9.0", "boats", "1.9.0 is a release of aslan and not of boats", id="base-of-another"),
        pytest.param(None, "../boats", "'../boats' is no name of an API", id="no-name"),
        pytest.param(None, "aslan", "no release is older than 0.1.0", id="nothing-older"),
    ],
)
def test_what_does_not_fit_is_one_line(project: Project, base: str | None, api: str, said: str) -> None:
    """A base and an API that do not go together, or a name that is none, change nothing."""
    page = project.page(CANCEL)
    before = project.files()
    assert project.start(page, "0.1.0", base, api) == 4
    assert [line.startswith(said) for line in project.said] == [True]
    assert project.files() == before


def test_names_given_before_are_kept(project: Project) -> None:
    """Who names the operations first has these names in every table, and the file is not written again."""
    names = project.root / "contracts/apis/boats/operations.toml"
    names.parent.mkdir()
    names.write_text('make-tour = "POST /harbour/workflows/boats"\n', encoding="utf-8")
    assert project.start(PAGE, RELEASE, api="boats") == 0, project.said
    assert names.read_text(encoding="utf-8") == 'make-tour = "POST /harbour/workflows/boats"\n'
    assert tables(project, "binding.toml")["roles"]["create"]["call"] == "make-tour"


def test_a_failure_takes_the_new_api_back(project: Project) -> None:
    """Where another release's data is damaged, nothing of the new API stays."""
    (project.root / "contracts/apis/aslan/1.7.1/observed.toml").write_text("release = 1\n", encoding="utf-8")
    before = project.files()
    assert project.start(PAGE, RELEASE, api="boats") == 4
    assert project.files() == before
    assert not (project.root / "contracts/apis/boats").exists()


def operation(call: str, keys: str = "", answer: Any = None) -> dict[str, Any]:
    """Return an entry of documented.json: what is sent is place:key, with blanks between."""
    method, path = call.split()
    sent = [dict(zip(("in", "name"), key.split(":"), strict=True), required=True) for key in keys.split()]
    answers = {} if answer is None else {"success": {"sample": answer}}
    return {"method": method, "path": path, "parameters": sent, "body": None, "answers": answers}


@pytest.mark.parametrize(
    ("role", "entry"),
    [
        ("create", operation("PUT /pipelines", "body:pipelineName")),
        ("create", operation("POST /pipelines", "body:key body:project")),
        ("update", operation("PATCH /pipelines/:pipeline")),
        ("start", operation("POST /pipelines/:pipeline/runs", answer={"run_id": 1})),
        ("start", operation("POST /pipelines/:pipeline/execute", answer={"runId": 1})),
        ("cancel", operation("POST /pipelines/:pipeline/runs/:runId/stop")),
        ("cancel", operation("PATCH /runs/abort", "query:pipeline query:run_id")),
        ("restart", operation("PUT /pipelines/:pipeline/runs/:runId/retry")),
        ("approve", operation("POST /pipelines/:pipeline/runs/:runId/approve")),
        ("delete", operation("POST /pipelines/remove", "body:pipeline")),
        ("find", operation("GET /pipelines/:pipeline", answer={"pipeline": "x"})),
        ("list", operation("GET /pipelines", answer=[{"name": "x"}])),
        ("list", operation("GET /pipelines", answer={"data": {"rows": [{"name": "x"}]}})),
        ("get-task", operation("GET /pipelines/:pipeline/runs/:runId", answer={"state": "done"})),
        ("list-tasks", operation("GET /pipelines/:pipeline/runs", answer=[{"run_id": 1, "state": "done"}])),
        ("health", operation("GET /healthz")),
        ("", operation("GET /pipelines/:pipeline/runs/:runId/log")),
        ("", operation("POST /users", "body:email")),
        ("", operation("GET /pipelines/:pipeline/runs", answer=[])),
    ],
)
def test_roles_are_told_by_method_words_and_answers(role: str, entry: dict[str, Any]) -> None:
    """Other APIs have other verbs and other words for the same things; what looks like nothing plays no role."""
    page = {"page": {"file": "page.md"}, "operations": {"call": entry}}
    assert propose(page).roles == ({"call": role} if role else {})
