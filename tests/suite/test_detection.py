"""A server that breaks its contract in one small way is caught where it shows, and nowhere else."""

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import spoilers as spoil
from live import bare  # noqa: F401 - a fixture
from spoilers import Answer, Ask, Call, Change, Spoil, Spoiled

from contracts import redact
from contracts.casetable import cases
from contracts.connect import find_place, look_at, open_target
from contracts.outcome import Outcome, Result
from contracts.runner import run_case
from contracts.settings import load
from contracts.standin.app import create_app
from contracts.standin.thread import serve_in_thread
from contracts.target import Target

pytestmark = pytest.mark.usefixtures("bare")

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


@pytest.fixture(autouse=True)
def no_other_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with an empty register: with the tokens of all stand-ins of this file in it, masking would take minutes."""
    monkeypatch.setattr(redact.register, "_forms", frozenset())
    monkeypatch.setattr(redact.register, "_pattern", None)


def run(server: Spoil, ids: tuple[str, ...], folder: Path, **settings: Any) -> dict[str, Outcome]:
    """Run cases on a spoiled server."""
    with serve_in_thread(Spoiled(create_app(), server)) as url:
        target = open_at(url, folder, **settings)
        outcomes = {case: run_case(CASES[case], target) for case in ids}
        target.client.close()
    return outcomes


def open_at(url: str, folder: Path, **settings: Any) -> Target:
    """Return what answers at `url` as a target."""
    wanted = load({"base_url": url, **settings})
    look = look_at(wanted, url)
    assert look.trouble == ""
    return open_target(
        wanted, look, find_place(wanted, look), release="1.7.0", run_id="detection", worker="main", run_dir=folder
    )


def signatures(outcomes: Mapping[str, Outcome]) -> dict[str, set[str]]:
    """Return the signatures of the cases that have any."""
    return {case: {breach.signature for breach in out.breaches} for case, out in outcomes.items() if out.breaches}


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_it_is_caught_where_it_shows(broken: Broken, tmp_path: Path) -> None:
    """A spoiled server is caught by the cases that meet it, each with what shows there; all others hold."""
    outcomes = run(broken.spoil, broken.probes, tmp_path, **broken.limits)
    assert signatures(outcomes) == broken.shows
    assert {case for case, out in outcomes.items() if out.result is Result.BLOCKED} == set(broken.blocks)
    assert {out.result for out in outcomes.values() if not out.breaches} <= {Result.HELD, Result.BLOCKED}


def test_a_lost_answer_is_said_in_words(tmp_path: Path) -> None:
    """An HTML page names itself, and the address and prefix as what to look at."""
    page = spoil.answers("cancel-task", 400, spoil.instead(400, PAGE, content_type="text/html"))
    told = [str(breach) for breach in run(page, (CANCEL_NONE,), tmp_path)[CANCEL_NONE].breaches]
    assert any("an HTML page titled 'Zadig'; is this the address and prefix of Zadig's API?" in line for line in told)


def test_without_authorization_every_case_of_it_tells(tmp_path: Path) -> None:
    """Where everybody may do everything, each case that somebody else must not do is caught, and its effect too."""
    turned_away = {case.id: case for case in CASES.values() if case.answer.name in ("unauthorized", "forbidden")}
    app = create_app()
    with serve_in_thread(app) as url:
        admin = look_at(load({"base_url": url}), url).stand_in["tokens"]["admin"]
    with serve_in_thread(Spoiled(app, spoil.unauthorized(admin))) as url:
        target = open_at(url, tmp_path)
        outcomes = {case: run_case(CASES[case], target) for case in (*turned_away, STORED, CANCELLED)}
    effect = {"create-workflow": "workflow", "start-task": "task-none-created"}
    effect |= {"cancel-task": "task-created-cancelled", "restart-task": "task-cancelled-created"}
    told = {case: {"status:200", "text", f"state:{effect[turned_away[case].operation]}"} for case in turned_away}
    assert signatures(outcomes) == told
    assert len(told) == 40


BENIGN = {
    "compressed": spoil.gzipped,
    "keys-in-another-order": spoil.value(spoil.reordered),
    "pretty-printed": spoil.body(lambda old: json.dumps(json.loads(old), ensure_ascii=False, indent=2).encode()),
    "escaped": spoil.body(lambda old: json.dumps(json.loads(old)).encode()),
    "line-break-at-the-end": spoil.body(lambda old: old + b"\n"),
    "content-type-in-capitals": spoil.header("content-type", "Application/JSON;charset=UTF-8"),
    "no-charset": spoil.header("content-type", "application/json"),
}
"""Changes that a server may make: no promise says anything else."""


def with_another_key(answer: Answer) -> Answer:
    """Put a key that nobody documented into an answer."""
    return spoil.holding(zct_new={"deeper": [1]})(answer) if isinstance(answer.value, dict) else answer


@pytest.mark.parametrize("name", BENIGN)
def test_what_a_server_may_do_is_no_breach(name: str, tmp_path: Path) -> None:
    """A benign change of every answer is caught by no case."""
    outcomes = run(spoil.every_json(BENIGN[name]), FEW, tmp_path)
    assert {case: out.result for case, out in outcomes.items()} == dict.fromkeys(FEW, Result.HELD)


def test_all_that_a_server_may_do_together_is_no_breach(tmp_path: Path) -> None:
    """All benign changes and a further key at once are caught by none of the regression cases; the key is listed."""
    changes = (with_another_key, *(BENIGN[name] for name in BENIGN if name not in ("compressed", "pretty-printed")))

    def all_at_once(answer: Answer) -> Answer:
        for change in changes:
            answer = change(answer)
        return spoil.gzipped(answer)

    outcomes = run(spoil.every_json(all_at_once), REGRESSION, tmp_path)
    assert {case for case, out in outcomes.items() if out.result is not Result.HELD} == set()
    with_json = {case for case in REGRESSION if CASES[case].answer.body == "json"}
    assert {case for case, out in outcomes.items() if out.unknown == ("$.zct_new",)} == with_json
