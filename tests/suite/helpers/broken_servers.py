"""Servers that break their contract in one small way each, with what the cases say of it, as one table: BROKEN."""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.catalog.cases import cases
from helpers import spoilers as spoil
from helpers.spoilt import Answer, Ask, Call, Change, Spoil

CASES = {case.id: case for case in cases("1.7.0")}
REGRESSION = tuple(case.id for case in CASES.values() if case.level != "nightly")
STORED, TAKEN = "create-workflow/with-empty-hook-ctl", "create-workflow/duplicate"
NO_STAGE, BAD_BODY = "create-workflow/no-enabled-stage", "create-workflow/body-empty"
FIRST, SECOND, NO_TARGETS = "start-task/first-task", "start-task/second-task", "start-task/no-targets"
NO_WORKFLOW, BY_VIEWER = "start-task/no-such-workflow", "start-task/by-viewer"
CANCELLED, CANCEL_NONE, CANCEL_ZERO = "cancel-task/queued-task", "cancel-task/no-such-workflow", "cancel-task/id-zero"
CANCEL_PASSED, BY_NOBODY = "cancel-task/passed-task", "create-workflow/by-nobody"
RESTARTED, RESTART_NONE = "restart-task/cancelled-task", "restart-task/no-such-workflow"
PROBES = (
    *(STORED, TAKEN, NO_STAGE, BAD_BODY, BY_NOBODY),
    *(FIRST, SECOND, NO_TARGETS, NO_WORKFLOW, BY_VIEWER),
    *(CANCELLED, CANCEL_NONE, CANCEL_ZERO, CANCEL_PASSED),
    *(RESTARTED, RESTART_NONE),
)
"""Cases that are run on every spoiled server: each operation's success and errors, and two of the authorization."""
FEW = (STORED, NO_WORKFLOW, CANCELLED, CANCEL_NONE, CANCEL_ZERO, RESTARTED, RESTART_NONE)
"""Those of them that are enough where only the form of one answer is spoiled."""
WITHOUT_WORKFLOW = (NO_STAGE, BAD_BODY, NO_WORKFLOW, CANCEL_NONE, RESTART_NONE)
WITH_WORKFLOW = tuple(case for case in PROBES if CASES[case].given != "no-such-workflow")
WITH_TASK = tuple(case for case in WITH_WORKFLOW if CASES[case].given != "workflow")


@dataclass(frozen=True)
class Broken:
    """A server that is spoiled in one way, the cases that tell with their exact signatures, and those it blocks.

    Every other one of `probes` holds.
    """

    name: str
    spoil: Spoil
    shows: Mapping[str, Set[str]]
    blocks: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    probes: tuple[str, ...] = PROBES

    def __str__(self) -> str:
        return self.name


def on_error(name: str, change: Change, *signatures: str, call: str = "cancel-task") -> Broken:
    """Spoil the errors of cancelling, or of another call: all of their cases tell the same."""
    told = (CANCEL_NONE, CANCEL_ZERO) if call == "cancel-task" else (RESTART_NONE,)
    return Broken(name, spoil.answers(call, 400, change), dict.fromkeys(told, frozenset(signatures)), probes=FEW)


def on_success(name: str, change: Change, *signatures: str) -> Broken:
    """Spoil the success of restarting."""
    return Broken(name, spoil.answers("restart-task", 200, change), {RESTARTED: set(signatures)}, probes=FEW)


def task_one(method: str, end: str = "") -> Any:
    """Return what makes a call on task 1 of a call's workflow."""
    return lambda call: call.at_task(method, 1, end)


def start_for(call: Call) -> Call:
    """Return a call that starts a task of the workflow that `call` is about."""
    target = {"name": "nginx-test", "service_name": "nginx", "product_name": "nginx", "build": {"repos": []}}
    sent = {
        "workflow_name": call.workflow or json.loads(call.body)["workflow_name"],
        "product_tmpl_name": "nginx",
        "namespace": "qa",
        "targets": [target],
    }
    return replace(call, method="POST", path=f"{spoil.PREFIX}/workflow/workflowtask", body=json.dumps(sent).encode())


def delete_for(call: Call) -> Call:
    """Return a call that deletes the workflow which `call` creates."""
    return replace(call, method="DELETE", path=f"{spoil.PREFIX}/workflow/workflow/{json.loads(call.body)['name']}")


def with_stage(call: Call) -> Call:
    """Return a create that has an enabled stage."""
    return call.with_json(build_stage={"enabled": True, "modules": []}) if b"name" in call.body else call


def uses_an_id(call: Call) -> Call:
    """Return a start that fails and uses an id up."""
    return call.with_json(targets=[])


async def skips_ids(call: Call, ask: Ask) -> Answer:
    """Use an id up before every start."""
    if call.name == "start-task" and b"targets" in call.body:
        await ask(uses_an_id(call))
    return await ask(call)


async def restarts_under_a_new_id(call: Call, ask: Ask) -> Answer:
    """Restart a cancelled task as a new one."""
    if call.name != "restart-task":
        return await ask(call)
    tried = await ask(call)
    if tried.status != 200:
        return tried
    await ask(call.at_task("DELETE", 1))
    await ask(start_for(call))
    return tried


async def unreadable_tasks(call: Call, ask: Ask) -> Answer:
    """Answer no list of tasks."""
    answer = await ask(call)
    return spoil.instead(500)(answer) if call.name == "list-tasks" else answer


def turned_away(status: int) -> dict[str, Set[str]]:
    """Return what shows where every operation answers this status without a body."""
    wrong = frozenset({f"status:{status}", "empty-body"})
    return dict.fromkeys(WITHOUT_WORKFLOW, wrong) | {STORED: wrong | NOTHING_STORED}


NOTHING_STORED = {"state:not-stored"}
ENVELOPE = ("code", "description", "extra", "message", "type")
OF_ANOTHER = "task: zct-another-run:1 is passed, cannot cancel"
PAGE = "<!doctype html><html><head><title>Zadig</title></head></html>"

BROKEN = (
    # ------------------------------------------------------------ the shape of answers
    *(on_error(f"error-without-{key}", spoil.without(key), f"missing-key:$.{key}") for key in ENVELOPE),
    on_success("success-without-message", spoil.without("message"), "missing-key:$.message"),
    on_error("code-as-text", spoil.holding(code="6164"), "wrong-constant:$.code", call="restart-task"),
    on_error(
        "code-as-number-with-fraction",
        spoil.value(lambda old: old | {"code": 6164.0}),
        "wrong-constant:$.code",
        call="restart-task",
    ),
    on_error("extra-as-list", spoil.holding(extra=[]), "wrong-type:$.extra"),
    on_error("extra-null", spoil.holding(extra=None), "wrong-type:$.extra"),
    on_error("description-null", spoil.holding(description=None), "wrong-type:$.description"),
    on_error("code-6165-for-6163", spoil.holding(code=6165), "wrong-constant:$.code"),
    on_error("message-translated", spoil.holding(message="cancel task failed"), "wrong-constant:$.message"),
    on_error("type-warning", spoil.holding(type="warning"), "wrong-constant:$.type"),
    on_success("message-ok", spoil.holding(message="ok"), "wrong-constant:$.message"),
    on_error("list-around-the-error", spoil.value(lambda old: [old]), "wrong-type:$"),
    # ------------------------------------------------------------ status, head and bytes
    on_error("errors-with-200", lambda answer: replace(answer, status=200), "status:200"),
    on_success("success-with-400", lambda answer: replace(answer, status=400), "status:400"),
    on_error("text-html", spoil.header("content-type", "text/html"), "content-type:text/html"),
    on_error("no-content-type", spoil.header("content-type", None), "content-type:none"),
    on_error(
        "another-charset",
        spoil.header("content-type", "application/json; charset=gbk"),
        "content-type:application/json",
    ),
    on_error("duplicate-key", spoil.body(lambda old: old.replace(b"{", b'{"code":6163,', 1)), "not-json"),
    on_error("byte-order-mark", spoil.body(lambda old: b"\xef\xbb\xbf" + old), "not-json"),
    on_error("trailing-garbage", spoil.body(lambda old: old + b"x"), "not-json"),
    on_error("answer-twice", spoil.body(lambda old: old + old), "not-json"),
    on_error("cut-short", spoil.body(lambda old: old[:-1]), "not-json"),
    on_error("not-utf-8", spoil.body(lambda old: old.decode().encode("gbk")), "not-json"),
    on_error("html-page", spoil.instead(400, PAGE, content_type="text/html"), "content-type:text/html", "not-json"),
    on_error("server-error", spoil.instead(500), "status:500", "empty-body"),
    on_success("empty-success", spoil.instead(200), "empty-body"),
    on_success("redirect", spoil.instead(302, location="/login"), "status:302", "empty-body"),
    Broken(
        "closed-without-an-answer",
        spoil.closed("restart-task"),
        {RESTARTED: {"no-answer", "state:task-cancelled"}, RESTART_NONE: {"no-answer"}},
    ),
    Broken(
        "hanging",
        spoil.hanging("restart-task", 20),
        {RESTARTED: {"deadline", "state:task-cancelled"}, RESTART_NONE: {"deadline"}},
        limits={"answer_timeout": 2.0, "first_byte_timeout": 2.0},
        probes=FEW,
    ),
    # ------------------------------------------------------------ what is done
    Broken(
        "cancel-cancels-nothing",
        spoil.then("cancel-task", 200, task_one("POST", "/restart")),
        {CANCELLED: {"state:task-created"}},
        blocks=(RESTARTED,),
    ),
    Broken(
        "restart-starts-nothing",
        spoil.then("restart-task", 200, task_one("DELETE")),
        {RESTARTED: {"state:task-cancelled"}},
    ),
    Broken(
        "restart-under-a-new-id",
        restarts_under_a_new_id,
        {RESTARTED: {"state:task-cancelled", "state:task-none-created"}},
    ),
    Broken(
        "create-stores-nothing",
        spoil.then("create-workflow", 200, delete_for),
        {STORED: NOTHING_STORED},
        blocks=WITH_WORKFLOW,
    ),
    Broken(
        "create-in-another-environment",
        spoil.first("create-workflow", lambda call: call.with_json(env_name="dev") if b"env" in call.body else call),
        {STORED: {"state:stored:$.env_name"}},
    ),
    Broken(
        "create-forgets-a-module",
        spoil.first(
            "create-workflow", lambda call: with_stage(call) if b'"enabled":true,"modules"' in call.body else call
        ),
        {STORED: {"state:stored:$.build_stage.modules"}},
    ),
    Broken(
        "failing-create-stores", spoil.fails_and_does("create-workflow", with_stage), {NO_STAGE: {"state:workflow"}}
    ),
    Broken("failing-start-starts", spoil.then("start-task", 400, start_for), {NO_TARGETS: {"state:task-none-created"}}),
    Broken(
        "failing-cancel-cancels-another",
        spoil.then("cancel-task", 400, task_one("DELETE")),
        {CANCEL_ZERO: {"state:task-created-cancelled"}},
    ),
    Broken(
        "same-id-twice",
        spoil.answers("start-task", 200, spoil.holding(task_id=1)),
        {SECOND: {"state:task-id", "state:task-none-created"}},
    ),
    Broken("ids-skip", skips_ids, {FIRST: {"state:task-id"}, SECOND: {"state:task-id"}}),
    Broken(
        "start-without-an-id",
        spoil.answers("start-task", 200, spoil.without("task_id")),
        {FIRST: {"missing-key:$.task_id", "state:task-id", "state:task-none-created"}},
        blocks=WITH_TASK,
    ),
    # ------------------------------------------------------------ whom an answer is about
    Broken(
        "start-of-another-workflow",
        spoil.answers("start-task", 200, spoil.holding(pipeline_name="zct-another")),
        {FIRST: {"wrong-constant:$.pipeline_name"}},
        blocks=WITH_TASK,
    ),
    Broken(
        "duplicate-of-another-workflow",
        spoil.answers(
            "create-workflow",
            400,
            spoil.value(lambda old: old | {"description": old["description"].replace("[zct-", "[zct-other-")}),
        ),
        {TAKEN: {"description"}},
    ),
    Broken(
        "description-of-another-always",
        spoil.answers("cancel-task", 400, spoil.holding(description=OF_ANOTHER)),
        dict.fromkeys((CANCEL_NONE, CANCEL_ZERO, CANCEL_PASSED), frozenset({"description"})),
    ),
    Broken(
        "description-of-another-at-times",
        spoil.in_turn("cancel-task", 400, spoil.holding(description=OF_ANOTHER), lambda answer: answer),
        dict.fromkeys((CANCEL_NONE, CANCEL_ZERO, CANCEL_PASSED), frozenset({"cross-talk"})),
    ),
    # ------------------------------------------------------------ who may do what, and what cannot be seen
    Broken("tasks-unreadable", unreadable_tasks, {}, blocks=(STORED, *WITH_WORKFLOW)),
    Broken("nobody-is-known", spoil.for_everybody(401), turned_away(401), blocks=WITH_WORKFLOW),
    Broken(
        "nobody-may", spoil.for_everybody(403), turned_away(403) | {BY_NOBODY: {"status:403"}}, blocks=WITH_WORKFLOW
    ),
)
