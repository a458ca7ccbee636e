"""What takes more than one request to see: queues, approvals, manual steps, tokens, crashes, cross-talk."""

from collections.abc import Mapping
from typing import Any

import jwt
import pytest
import yaml

from helpers.custom_client import CUSTOM, PROJECT, CustomZadig, run_body, script_job, script_workflow

RELEASES = ("2.3.0", "3.0.0", "3.4.1", "4.3.0", "5.0.0")
OLD, NEW = RELEASES[:2], RELEASES[2:]
REAL_AND_PERFECT = ("5.0.0", "perfect-5.0")


@pytest.fixture(params=RELEASES)
def zadig(request: pytest.FixtureRequest) -> CustomZadig:
    """Each release in turn, with a professional licence."""
    return CustomZadig(request.param, "professional")


def create(zadig: CustomZadig, **changes: Any) -> None:
    answer = zadig.verb("create", script_workflow(zadig.behaviour) | changes)
    assert (answer.status, answer.body) == (200, b'{"message":"success"}')


# --- protocol ---


def test_head_is_refused_without_a_body(zadig: CustomZadig) -> None:
    answer = zadig.send("HEAD", "/openapi/workflows")
    assert answer.status == 405
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("behaviour", REAL_AND_PERFECT)
def test_every_answer_is_stamped_with_the_behaviour(behaviour: str) -> None:
    answer = CustomZadig(behaviour).send("GET", "/openapi/workflows", user=None)
    assert (answer.status, answer.headers["x-zadig-stand-in"]) == (401, behaviour)


@pytest.mark.parametrize(
    "header",
    ["{token}", "Basic {token}", "Bearer", "Bearer {token} more", "Bearer garbage", "Bearer {unsigned}"],
    ids=["no-scheme", "basic", "scheme-only", "three-words", "garbage", "unsigned"],
)
def test_a_header_that_proves_nobody_is_401(zadig: CustomZadig, header: str) -> None:
    token = zadig.tokens["admin"]
    unsigned = jwt.encode(jwt.decode(token, options={"verify_signature": False}), None, "none")
    headers = {"authorization": header.format(token=token, unsigned=unsigned)}
    answer = zadig.send("GET", f"/openapi/workflows?projectKey={PROJECT}", user=None, headers=headers)
    assert (answer.status, answer.body) == (401, b"")


def test_a_token_of_the_query_wins(zadig: CustomZadig) -> None:
    target = f"/openapi/workflows?projectKey={PROJECT}&token="
    assert zadig.send("GET", target + zadig.tokens["member"], user=None).status == 200
    assert zadig.send("GET", target + zadig.tokens["expired"], user="member").status == 401


def test_product_workflows_are_there_to_3_4_0_only(zadig: CustomZadig) -> None:
    answer = zadig.send("GET", f"/api/aslan/workflow/workflow?projectName={PROJECT}")
    assert answer.status == (200 if zadig.behaviour in OLD else 404)


def test_projects_can_be_listed_by_whoever_looks_for_one(zadig: CustomZadig) -> None:
    answer = zadig.send("GET", "/api/aslan/project/projects", user="member")
    assert {"name": PROJECT} in answer.json


def test_requests_below_openapi_are_counted(zadig: CustomZadig) -> None:
    def count() -> int:
        return int(zadig.send("GET", "/_standin/state", user=None).json["requests"])

    before = count()
    zadig.verb("list")
    assert count() == before + 1


def test_the_control_routes_say_who_and_what_there_is(zadig: CustomZadig) -> None:
    facts = zadig.send("GET", "/_standin", user=None).json
    everybody = {"admin", "project-admin", "member", "viewer", "outsider", "nobody", "expired"}
    assert (facts["behaviour"], facts["tokens"].keys()) == (zadig.behaviour, everybody)
    assert (facts["licence"], facts["vm_project"]) == ("professional", "machines")
    assert (facts["failing_script"], facts["hanging_script"]) == ("exit 1", "sleep infinity")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("licence", {"licence": "gold"}, 400),
        ("licence", [], 400),
        ("task/wf/1", {"status": "tired"}, 400),
        ("task/wf/9", {"status": "passed"}, 404),
        ("clock/missing", {"seconds": 1}, 404),
    ],
    ids=["licence", "no-licence", "state", "task", "clock"],
)
def test_a_control_route_says_what_it_cannot_do(zadig: CustomZadig, path: str, body: object, status: int) -> None:
    create(zadig)
    zadig.verb("run")
    answer = zadig.send("POST", f"/_standin/{path}", body)
    assert answer.status == status
    assert answer.json["error"]


def test_a_licence_may_be_one_workflows_own(zadig: CustomZadig) -> None:
    assert zadig.send("POST", "/_standin/licence/wf", {"licence": "basic"}).status == 200
    many = script_workflow(zadig.behaviour) | {"concurrency_limit": 5}
    assert zadig.verb("create", many).json["code"] == 7050
    assert zadig.verb("create other", many | {"name": "other"}).status == 200


def test_forget_leaves_nothing(zadig: CustomZadig) -> None:
    create(zadig)
    zadig.verb("run")
    zadig.send("POST", "/_standin/forget", "wf")
    assert zadig.send("GET", "/_standin/state").json["workflows"] == []
    assert zadig.verb("get").status == 500
    create(zadig)
    assert zadig.verb("run").json["task_id"] == 1


# --- what is stored ---


def test_a_billion_laughs_are_refused(zadig: CustomZadig) -> None:
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    answer = zadig.verb("create", "\n".join([*lines, "notify_ctls: *a8"]))
    assert (answer.status, answer.json["code"]) == (400, 400)
    assert answer.json["description"] == "yaml: document contains excessive aliasing"


@pytest.mark.parametrize(
    "body", ["[" * 100_000, "a: " + "{a: " * 500 + "1" + "}" * 500, "&a [*a]", "\0", "\ud800"], ids=str
)
def test_a_hostile_body_is_refused(zadig: CustomZadig, body: str) -> None:
    answer = zadig.verb("create", body.encode("utf-8", "surrogatepass"))
    assert (answer.status, answer.json["code"]) == (400, 400)
    assert answer.json["description"].startswith("yaml: ")


def test_a_megabyte_is_stored(zadig: CustomZadig) -> None:
    create(zadig, description="x" * 1_000_000)
    assert len(zadig.verb("detail").json["description"]) == 1_000_000


def test_what_is_refused_is_not_stored(zadig: CustomZadig) -> None:
    old_shape = [{"name": "s", "jobs": [script_job("2.3.0")]}]
    for body in ("[]", script_workflow(zadig.behaviour) | {"project": "missing"}, {"name": "wf"}):
        assert zadig.verb("create", body).status == 400
    if zadig.behaviour in NEW:
        assert zadig.verb("create", script_workflow(zadig.behaviour) | {"stages": old_shape}).status == 500
    assert zadig.send("GET", "/_standin/state").json["workflows"] == []


def test_a_definition_is_read_as_yaml(zadig: CustomZadig) -> None:
    create(zadig, description="说明")
    answer = zadig.send("GET", "/api/aslan/workflow/v4/name/wf")
    assert answer.headers["content-type"] == "application/x-yaml; charset=utf-8"
    stored = yaml.safe_load(answer.body)
    assert (stored["name"], stored["description"], stored["created_by"]) == ("wf", "说明", "admin")
    assert zadig.verb("create other", answer.body.replace(b"name: wf", b"name: other")).status == 200


def test_one_of_several_creates_at_once_wins(zadig: CustomZadig) -> None:
    answers = [answer for answer in zadig.at_once(*[("create", None)] * 8) if answer["status"] != 200]
    assert {answer["code"] for answer in answers} == {6540}
    assert len(answers) == 7


# --- tasks ---


def test_a_run_without_a_stage_uses_its_number_up(zadig: CustomZadig) -> None:
    create(zadig)
    assert zadig.verb("run", {"workflow_key": "wf"}).json["code"] == 6160
    assert zadig.verb("run").json["task_id"] == 2
    assert zadig.verb("get").status == 500


@pytest.mark.parametrize(
    ("limit", "states"),
    [
        (1, ["waiting waiting", "running waiting", "running waiting", "passed running", "passed passed"]),
        (2, ["waiting waiting", "running running", "running running", "passed passed", "passed passed"]),
        (-1, ["waiting waiting", "running running", "running running", "passed passed", "passed passed"]),
    ],
)
def test_the_second_task_waits_until_the_first_has_ended(zadig: CustomZadig, limit: int, states: list[str]) -> None:
    create(zadig, concurrency_limit=limit)
    zadig.verb("run"), zadig.verb("run")
    seen = []
    for seconds in (0, 3, 9, 1, 10):
        zadig.verb(f"advance {seconds}")
        seen.append(f"{zadig.status()} {zadig.status(task=2)}")
    assert seen == states


def test_one_long_step_of_the_clock_is_as_many_short_ones(zadig: CustomZadig) -> None:
    create(zadig)
    for _ in range(3):
        zadig.verb("run")
    zadig.verb("advance 26")
    assert [zadig.status(task=number) for number in (1, 2, 3)] == ["passed", "passed", "running"]


def test_a_cancel_frees_the_place_of_its_task(zadig: CustomZadig) -> None:
    create(zadig)
    zadig.verb("run"), zadig.verb("run")
    zadig.verb("advance 5"), zadig.verb("cancel")
    assert zadig.status(task=2) == "running"
    zadig.verb("retry")
    assert zadig.status() == "waiting"
    zadig.verb("advance 10")
    assert (zadig.status(), zadig.status(task=2)) == ("running", "passed")


def test_stages_come_one_after_the_other(zadig: CustomZadig) -> None:
    jobs = [script_job(zadig.behaviour, name, script) for name, script in (("a", "true"), ("b", "exit 1"), ("c", ""))]
    create(zadig, stages=[{"name": job["name"], "jobs": [job]} for job in jobs])
    zadig.verb("run", run_body(inputs=[{"job_name": name} for name in "abc"]))
    zadig.verb("advance 13")
    assert [stage["status"] for stage in zadig.verb("get").json["stages"]] == ["passed", "running", ""]
    zadig.verb("advance 10")
    assert zadig.status() == "failed"
    zadig.verb("retry"), zadig.verb("advance 3")
    assert [stage["status"] for stage in zadig.verb("get").json["stages"]] == ["passed", "running", ""]


@pytest.mark.parametrize(("behaviour", "first", "rest"), [("5.0.0", 10, 1), ("perfect-5.0", 11, 0)])
def test_a_page_has_ten_tasks_and_not_the_documented_fifty(behaviour: str, first: int, rest: int) -> None:
    zadig = CustomZadig(behaviour)
    create(zadig)
    for _ in range(11):
        zadig.verb("run")
    pages = [zadig.send("GET", f"{CUSTOM}/wf/tasks?projectKey={PROJECT}&pageNum={n}").json for n in (1, 2)]
    assert [len(page["workflow_tasks"]) for page in pages] == [first, rest]


# --- approvals and manual steps ---

APPROVERS = [{"user_id": name, "user_name": name} for name in ("member", "viewer")]


def create_with_approval(zadig: CustomZadig) -> str:
    """Create and run a workflow that waits for two approvers, and return the name of what waits."""
    native = {"approve_users": APPROVERS, "needed_approvers": 2, "timeout": 60}
    script = {"name": "go", "jobs": [script_job(zadig.behaviour)]}
    if zadig.behaviour in OLD:
        stages = [script | {"approval": {"enabled": True, "type": "native", "native_approval": native}}]
    else:
        job = {"name": "okay", "type": "approval", "spec": {"type": "native", "native_approval": native}}
        stages = [{"name": "ask", "jobs": [job]}, script]
    create(zadig, stages=stages)
    zadig.verb("run", run_body(inputs=[{"job_name": "job"}, {"job_name": "okay"}]))
    zadig.verb("advance 100")
    return "go" if zadig.behaviour in OLD else "job-0-0-0-okay"


def approve(zadig: CustomZadig, name: str, user: str, yes: bool = True) -> str:
    body = {"workflow_key": "wf", "task_id": 1, "stage_name": name, "approve": yes}
    answer = zadig.verb("approve", body, user).json
    return str(answer.get("description", answer["message"]))


def test_an_approval_is_given_by_its_approvers(zadig: CustomZadig) -> None:
    name = create_with_approval(zadig)
    stage = zadig.verb("get").json["stages"][0]
    words = (zadig.status(), stage["status"], stage["jobs"][0]["status"])
    old, new = ("waitforapprove",) * 3, ("running", "running", "wait_for_approval")
    assert words == (old if zadig.behaviour in OLD else new)
    assert approve(zadig, name, "outsider") == "user outsider has no authority to Approve"
    assert approve(zadig, name, "member") == "success"
    assert approve(zadig, name, "member") == "member have approve already"
    assert zadig.status() == words[0]
    assert approve(zadig, name, "viewer") == "success"
    assert approve(zadig, name, "viewer") == "not found approval"
    assert zadig.status() == "running"
    zadig.verb("advance 10")
    assert zadig.status() == "passed"


def test_an_approval_may_be_refused(zadig: CustomZadig) -> None:
    name = create_with_approval(zadig)
    assert approve(zadig, name, "member", yes=False) == "success"
    assert zadig.status() == "reject"
    assert zadig.verb("retry").status == 200
    zadig.verb("advance 100")
    assert approve(zadig, name, "member") == "success"


@pytest.mark.parametrize(
    ("behaviour", "taken"),
    [
        ("3.0.0", {"go"}),
        ("5.0.0", {"job-0-0-0-okay"}),
        ("perfect-5.0", {"job-0-0-0-okay", "ask"}),
        ("perfect-3.4", {"job-0-0-0-okay", "ask"}),
    ],
)
def test_an_approval_is_named_as_its_release_wants(behaviour: str, taken: set[str]) -> None:
    succeeded = set()
    for name in ("go", "ask", "okay", "job-0-0-0-okay"):
        zadig = CustomZadig(behaviour, "professional")
        create_with_approval(zadig)
        if approve(zadig, name, "member") == "success":
            succeeded.add(name)
    assert succeeded == taken


def create_with_step(behaviour: str) -> CustomZadig:
    zadig = CustomZadig(behaviour, "professional")
    step = {"enabled": True, "manual_exec_users": [{"type": "user", "user_id": "member", "user_name": "member"}]}
    create(zadig, stages=[{"name": "by-hand", "manual_exec": step, "jobs": [script_job(behaviour)]}])
    zadig.verb("run")
    zadig.verb("advance 3")
    return zadig


@pytest.mark.parametrize("behaviour", REAL_AND_PERFECT)
def test_a_manual_step_is_executed(behaviour: str) -> None:
    zadig = create_with_step(behaviour)
    may = behaviour == "5.0.0"
    assert zadig.status() == "pause"
    executors = [{"type": "user", "user_id": "member", "user_name": "member"}]
    step: Mapping[str, Any] = {"project_key": PROJECT, "workflow_key": "wf", "task_id": 1, "status": "pause"}
    step = {**step, "stage_name": "by-hand", "executors": executors}
    assert zadig.verb("step", user="member").json == step | {"can_execute": True}
    assert zadig.verb("step", user="project-admin").json == step | {"can_execute": False}
    assert zadig.verb("step", user="admin").json == step | {"can_execute": may}
    said = "user project-admin is not allowed to manually execute stage by-hand"
    assert zadig.verb("execute", {"stage_name": "by-hand"}, "project-admin").json["description"] == said
    executor = "admin" if may else "member"
    assert zadig.verb("execute", {"stage_name": "by-hand"}, executor).json == {"message": "success"}
    assert zadig.status() == "waiting"
    again = zadig.verb("execute", {"stage_name": "by-hand"}, executor)
    assert (again.status, again.json["description"]) == (500, "工作流任务状态无法手动执行")
    zadig.verb("advance 13")
    assert zadig.status() == "passed"


# --- cross-talk ---


@pytest.mark.parametrize(("behaviour", "shares"), [*((name, True) for name in RELEASES), ("perfect-5.0", False)])
def test_descriptions_are_mixed_up_only_where_they_really_are(behaviour: str, shares: bool) -> None:
    zadig = CustomZadig(behaviour)
    create(zadig)
    zadig.verb("run"), zadig.verb("advance 13")
    own = ["task: wf:1 is passed, cannot cancel", "mongo: no documents in result"]
    answers = zadig.at_once(*[("cancel", None), ("cancel missing", None)] * 20)
    assert {(answer["status"], answer["code"]) for answer in answers} == {(400, 6163)}
    assert any(answer["description"] != own[place % 2] for place, answer in enumerate(answers)) == shares
