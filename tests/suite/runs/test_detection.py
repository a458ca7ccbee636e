"""A server that breaks its contract in one small way is caught where it shows, and nowhere else."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from contracts.breakages.breakage import Breakage
from contracts.breakages.catalog import benign, breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.case.outcome import Outcome, Result
from contracts.case.runner import run_case
from contracts.catalog.cases import cases
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.target.connect import find_workspace, open_target, probe
from contracts.target.target import Target
from helpers import faults
from helpers.faults import EMPTY, PAGE, edited

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
"""Cases that are run on every broken server: each operation's success and errors, and two of the authorization."""
FEW = (STORED, NO_WORKFLOW, CANCELLED, CANCEL_NONE, CANCEL_ZERO, RESTARTED, RESTART_NONE)
"""Those of them that are enough where only the form of one answer is wrong."""
WITHOUT_WORKFLOW = (NO_STAGE, BAD_BODY, NO_WORKFLOW, CANCEL_NONE, RESTART_NONE)
WITH_WORKFLOW = tuple(case for case in PROBES if CASES[case].given != "no-such-workflow")
WITH_TASK = tuple(case for case in WITH_WORKFLOW if CASES[case].given != "workflow")
GETS = {
    "create-workflow/no-stage": (NO_STAGE,),
    "cancel-task/no-such-task": (CANCEL_NONE, CANCEL_ZERO),
    "restart-task/success": (RESTARTED,),
    "restart-task/no-such-task": (RESTART_NONE,),
}
"""The answers of which the form is broken, and which of these cases get them."""


@dataclass(frozen=True)
class Broken:
    """A server that is broken in one way, and what the cases say of it; every other one of `probes` holds.

    fault: what is in front of it. shows: the cases that tell, with their exact signatures. blocks: those that it
    blocks. limits: settings for it. probes: the cases that are run.
    """

    fault: Breakage
    shows: Mapping[str, Set[str]]
    blocks: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    probes: tuple[str, ...] = PROBES


def form(name: str, signatures: str) -> Broken:
    """Break the form of one answer: all cases that get it show the same."""
    gets = GETS[name.split("/", 1)[1].rsplit("/", 1)[0]]
    probes = tuple(dict.fromkeys((*FEW, *gets)))
    return Broken(breakages()[name], dict.fromkeys(gets, frozenset(signatures.split())), probes=probes)


def nobody_gets_in(status: int) -> dict[str, Set[str]]:
    """Return what shows where every operation answers this status without a body."""
    wrong = frozenset({f"status:{status}", "empty-body"})
    return dict.fromkeys(WITHOUT_WORKFLOW, wrong) | {STORED: wrong | NOTHING_STORED}


NOTHING_STORED = {"state:not-stored"}
NO_ERROR = {"wrong-constant:$.message", *(f"missing-key:$.{key}" for key in ("code", "description", "extra", "type"))}
OF_ANOTHER = {"set": {"description": "task: zct-another-run:1 is passed, cannot cancel"}}
CANCEL_ERRORS = (CANCEL_NONE, CANCEL_ZERO, CANCEL_PASSED)

FORMS = {
    # ------------------------------------------------------------ the shape of answers
    **{
        f"envelope/cancel-task/no-such-task/{key}-missing": f"missing-key:$.{key}"
        for key in ("code", "description", "extra", "message", "type")
    },
    "envelope/restart-task/success/message-missing": "missing-key:$.message",
    "envelope/restart-task/no-such-task/code-of-other-type": "wrong-constant:$.code",
    "envelope/restart-task/no-such-task/code-with-a-fraction": "wrong-constant:$.code",
    "envelope/cancel-task/no-such-task/extra-of-other-type": "wrong-type:$.extra",
    "envelope/cancel-task/no-such-task/extra-null": "wrong-type:$.extra",
    "envelope/cancel-task/no-such-task/description-null": "wrong-type:$.description",
    "envelope/cancel-task/no-such-task/code-changed": "wrong-constant:$.code",
    "envelope/cancel-task/no-such-task/message-translated": "wrong-constant:$.message",
    "envelope/cancel-task/no-such-task/type-changed": "wrong-constant:$.type",
    "envelope/restart-task/success/message-changed": "wrong-constant:$.message",
    "body/restart-task/no-such-task/array": "wrong-type:$",
    # ------------------------------------------------------------ status, head and bytes
    "status/cancel-task/no-such-task/200": "status:200 contradiction:$.code",
    "status/restart-task/success/400": "status:400 contradiction:$.message",
    "headers/restart-task/no-such-task/type-html": "content-type:text/html",
    "headers/restart-task/no-such-task/type-missing": "content-type:none",
    "headers/restart-task/no-such-task/charset-gbk": "content-type:application/json",
    "headers/restart-task/success/redirect": "status:302 empty-body",
    "body/cancel-task/no-such-task/duplicate-key": "not-json",
    "body/restart-task/no-such-task/byte-order-mark": "not-json",
    "body/restart-task/no-such-task/trailing-text": "not-json",
    "body/cancel-task/no-such-task/twice": "not-json",
    "body/cancel-task/no-such-task/truncated": "not-json",
    "body/create-workflow/no-stage/gbk": "not-json",
}
"""Breakages of the form of one answer, with the signatures that all cases show which get it."""
STATES: Mapping[str, tuple[Mapping[str, Set[str]], tuple[str, ...]]] = {
    # ------------------------------------------------------------ what is done
    "state/cancel-task/success/does-nothing": (
        {CANCELLED: {"state:task-created"}, RESTARTED: {"state:task-created"}},  # the latter in its given
        (),
    ),
    "state/restart-task/success/does-nothing": ({RESTARTED: {"state:task-cancelled"}}, ()),
    "state/restart-task/success/starts-a-new-task": (
        {RESTARTED: {"state:task-cancelled", "state:task-none-created"}},
        (),
    ),
    "state/create-workflow/success/stores-nothing": (
        {STORED: NOTHING_STORED, TAKEN: {"state:workflow"}},  # in the latter's given, and so of no other case's
        tuple(case for case in WITH_WORKFLOW if case != TAKEN),
    ),
    "state/create-workflow/success/stored-in-another-environment": ({STORED: {"state:stored:$.env_name"}}, ()),
    "state/create-workflow/success/stored-without-its-modules": (
        {STORED: {"state:stored:$.build_stage.modules"}, NO_STAGE: {"status:200", "state:workflow", *NO_ERROR}},
        (),
    ),
    "state/create-workflow/no-stage/stores": ({NO_STAGE: {"state:workflow"}}, ()),
    "state/start-task/no-targets/starts": ({NO_TARGETS: {"state:task-none-created"}}, ()),
    "state/cancel-task/no-such-task/cancels-another": ({CANCEL_ZERO: {"state:task-created-cancelled"}}, ()),
    "state/start-task/queued/id-of-another-task": ({SECOND: {"state:task-id", "state:task-none-created"}}, ()),
    "state/start-task/queued/skips-an-id": ({FIRST: {"state:task-id"}, SECOND: {"state:task-id"}}, ()),
    "envelope/start-task/queued/task_id-missing": (
        {FIRST: {"missing-key:$.task_id", "state:task-id", "state:task-none-created"}},
        WITH_TASK,
    ),
    "body/cancel-task/success/empty": ({CANCELLED: {"empty-body"}}, (RESTARTED,)),
    # ------------------------------------------------------------ whom an answer is about
    "descriptions/start-task/queued/other-name": ({FIRST: {"wrong-constant:$.pipeline_name"}}, WITH_TASK),
    "descriptions/create-workflow/already-exists/other-name": ({TAKEN: {"description"}}, ()),
}
"""Breakages of what is done and said, with the cases that show them and those that they block."""
BROKEN = {
    **{name: form(name, signatures) for name, signatures in FORMS.items()},
    **{name: Broken(breakages()[name], *expected) for name, expected in STATES.items()},
    # ------------------------------------------------------------ what the catalogue does not have
    "html-page": Broken(
        edited("cancel-task", "no-such-task", {"headers": {"content-type": "text/html"}, "body": PAGE}),
        dict.fromkeys((CANCEL_NONE, CANCEL_ZERO), frozenset({"content-type:text/html", "not-json"})),
        probes=FEW,
    ),
    "server-error": Broken(
        edited("cancel-task", "no-such-task", EMPTY | {"status": 500}),
        dict.fromkeys((CANCEL_NONE, CANCEL_ZERO), frozenset({"status:500", "empty-body"})),
        probes=FEW,
    ),
    "closed-without-an-answer": Broken(
        faults.unanswered("restart-task", "reset"),
        {RESTARTED: {"no-answer", "state:task-cancelled"}, RESTART_NONE: {"no-answer"}},
    ),
    "hanging": Broken(
        faults.unanswered("restart-task", "silent"),
        {RESTARTED: {"deadline", "state:task-cancelled"}, RESTART_NONE: {"deadline"}},
        limits={"answer_timeout": 2.0, "first_byte_timeout": 2.0},
        probes=FEW,
    ),
    "description-of-another-always": Broken(
        faults.together(
            edited("cancel-task", "no-such-task", OF_ANOTHER), edited("cancel-task", "already-passed", OF_ANOTHER)
        ),
        dict.fromkeys(CANCEL_ERRORS, frozenset({"description"})),
    ),
    "description-of-another-at-times": Broken(
        faults.every_second("cancel-task", 400, OF_ANOTHER), dict.fromkeys(CANCEL_ERRORS, frozenset({"cross-talk"}))
    ),
    "tasks-unreadable": Broken(edited("list-tasks", "*", EMPTY | {"status": 500}), {}, blocks=(STORED, *WITH_WORKFLOW)),
    "nobody-is-known": Broken(faults.turned_away(401), nobody_gets_in(401), blocks=WITH_WORKFLOW),
    "nobody-may": Broken(
        faults.turned_away(403), nobody_gets_in(403) | {BY_NOBODY: {"status:403"}}, blocks=WITH_WORKFLOW
    ),
}


def run(fault: Breakage, ids: Iterable[str], folder: Path, **settings: Any) -> dict[str, Outcome]:
    """Run cases on a server with a fault in front of it."""
    with fault_proxy(fault, create_app()) as served:
        target = open_at(served.base_url, folder, **settings)
        outcomes = {case: run_case(CASES[case], target) for case in ids}
        target.client.close()
        assert served.applied
    return outcomes


def open_at(url: str, folder: Path, **settings: Any) -> Target:
    """Return what answers at `url` as a target."""
    loaded = load({"base_url": url, **settings})
    found = probe(loaded, url)
    assert found.trouble == ""
    workspace = find_workspace(loaded, found)
    return open_target(loaded, found, workspace, release="1.7.0", run_id="detection", worker="main", run_dir=folder)


def signatures(outcomes: Mapping[str, Outcome]) -> dict[str, set[str]]:
    """Return the signatures of the cases that have any."""
    return {case: {breach.signature for breach in out.breaches} for case, out in outcomes.items() if out.breaches}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_it_is_caught_where_it_shows(broken: Broken, tmp_path: Path) -> None:
    """A broken server is caught by the cases that meet it, each with what shows there; all others hold."""
    outcomes = run(broken.fault, broken.probes, tmp_path, **broken.limits)
    assert signatures(outcomes) == broken.shows
    assert {case for case, out in outcomes.items() if out.result is Result.BLOCKED} == set(broken.blocks)
    assert {out.result for out in outcomes.values() if not out.breaches} <= {Result.HELD, Result.BLOCKED}


SAMPLE = (
    "envelope/cancel-task/no-such-task/code-missing",
    "body/cancel-task/success/array",
    "status/create-workflow/already-exists/404",
    "headers/start-task/no-such-workflow/type-html",
    "state/restart-task/success/starts-a-new-task",
    "descriptions/start-task/no-environment/other-environment",
    "authorization/cancel-task/forbidden/right",
    "robustness/create-workflow/success/unknown-key",
    "flaky/cancel-task/any/error-500-at-times",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_the_cases_report_it_as_it_says(name: str, tmp_path: Path) -> None:
    """A breakage is reported by the cases of its answer as one of its kinds."""
    change = breakages()[name]
    of_operation = (case for case in CASES.values() if case.operation == change.operation)
    outcomes = run(change, [case.id for case in of_operation if change.answer in ("*", case.answer.name)], tmp_path)
    assert change.kinds & {breach.kind for out in outcomes.values() for breach in out.breaches}


def test_a_lost_answer_is_said_in_words(tmp_path: Path) -> None:
    """An HTML page names itself, and the address and prefix as what to look at."""
    breaches = run(BROKEN["html-page"].fault, (CANCEL_NONE,), tmp_path)[CANCEL_NONE].breaches
    said = "an HTML page titled 'Zadig'; is this the address and prefix of Zadig's API?"
    assert any(said in str(breach) for breach in breaches)


def test_without_authorization_every_case_of_it_tells(tmp_path: Path) -> None:
    """Where everybody may do everything, each case that somebody else must not do is caught, and its effect too."""
    turned_away = {case.id: case for case in CASES.values() if case.answer.name in ("unauthorized", "forbidden")}
    outcomes = run(faults.EVERYBODY_MAY, (*turned_away, STORED, CANCELLED), tmp_path)
    effect = {"create-workflow": "workflow", "start-task": "task-none-created"}
    effect |= {"cancel-task": "task-created-cancelled", "restart-task": "task-cancelled-created"}
    expected = {case: {"status:200", "text", f"state:{effect[turned_away[case].operation]}"} for case in turned_away}
    assert signatures(outcomes) == expected
    assert len(expected) == 52


BENIGN = (
    *("gzip", "key-order", "indented", "escapes", "line-break-at-the-end"),
    *("type-in-capitals", "type-without-charset"),
)
"""Changes that a server may make: no promise says anything else."""


@pytest.mark.parametrize("name", BENIGN)
def test_what_a_server_may_do_is_no_breach(name: str, tmp_path: Path) -> None:
    """A benign change of every answer is caught by no case."""
    outcomes = run(benign()[f"benign/{name}"], FEW, tmp_path)
    assert {case: out.result for case, out in outcomes.items()} == dict.fromkeys(FEW, Result.HELD)


def test_all_that_a_server_may_do_together_is_no_breach(tmp_path: Path) -> None:
    """All benign changes and a further key at once are caught by none of the regression cases; the key is listed."""
    at_once = ("key-added-to-objects", *(name for name in BENIGN if name not in ("gzip", "indented")), "gzip")
    outcomes = run(faults.together(*(benign()[f"benign/{name}"] for name in at_once)), REGRESSION, tmp_path)
    assert {case for case, out in outcomes.items() if out.result is not Result.HELD} == set()
    with_json = {case for case in REGRESSION if CASES[case].answer.body == "json"}
    assert {case for case, out in outcomes.items() if out.unknown == ("$.zct_new",)} == with_json
