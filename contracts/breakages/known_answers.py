"""The answers that the operations of an API have: how to recognise each, and an example of it.

Texts and codes of errors are the stand-in's, not the contract's that the suite checks with: a mistake in that one is
not repeated here. A test holds all of it to the data of the releases.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.breakages.apis import ASLAN, OPENAPI, Api
from contracts.breakages.breakage import Request, Response
from contracts.breakages.proxy.recognise import compact, json_object, line_of
from contracts.standin import errors
from contracts.standin.custom import approvals, checks, runs, workflows
from contracts.standin.errors import UncodedError, ZadigError
from contracts.text.frozen import dataclass

NAME, PROJECT, ENVIRONMENT, TASK = "zct-a", "nginx", "qa", 1
"""What the requests of the examples are about."""
JSON = ("content-type", "application/json; charset=utf-8")
STAMP = ("x-zadig-stand-in", ASLAN.behaviour)
PREFIX = ASLAN.prefix

NO_METHOD = frozenset({"HEAD", "OPTIONS"})
_EXAMPLES = re.compile("|".join(map(re.escape, (NAME, PROJECT, ENVIRONMENT, str(TASK)))))


@dataclass(frozen=True)
class KnownAnswer:
    """One answer of an operation.

    status: its HTTP status. error: what the server says, about the names of the examples, where it is one of Zadig's
    errors. data: the JSON of a success. text: the body where it is no JSON. location: where it redirects to. like: what
    the description of an error, or the body of a success, looks like where the example does not tell. api: the family
    of calls that it is of.
    """

    operation: str
    name: str
    status: int = 200
    error: ZadigError | UncodedError | None = None
    data: Any = None
    text: str = ""
    location: str = ""
    like: str = ""
    api: Api = ASLAN

    @property
    def description(self) -> str:
        """What an error says, about the names of the examples."""
        return str((self._envelope or {}).get("description", ""))

    @property
    def code(self) -> int | None:
        """The code of an error."""
        return self._envelope["code"] if self._envelope else None

    @property
    def message(self) -> str:
        """The message of an error."""
        return str((self._envelope or {}).get("message", ""))

    @property
    def _envelope(self) -> Mapping[str, Any] | None:
        if isinstance(self.error, ZadigError):
            return self.error.envelope(self.error.description)
        return self.error.envelope() if self.error else None

    def is_shown_by(self, request: Request, response: Response) -> bool:
        """Whether the response to a request of this operation is this answer."""
        if response.status != self.status or (self.name == "no-method") != (request.method in NO_METHOD):
            return False
        if self.error is None:
            return re.search(self.like, response.body.decode(errors="replace")) is not None
        body = json_object(response.body)
        if body is None or body.get("code") != self.code:
            return False
        if (self.api, self.operation, self.code) == (
            ASLAN,
            "start-task",
            400,
        ):  # told apart by their texts, the page not
            return (self.name == "bad-request") == (not request.body)
        like = self.like or ".*".join(map(re.escape, _EXAMPLES.split(self.description)))  # of any names and any id
        return re.fullmatch(like, str(body.get("description")), re.DOTALL) is not None

    @property
    def example(self) -> Response:
        """What the answer looks like in an example."""
        stamp = ("x-zadig-stand-in", self.api.behaviour)
        data = self.data if self.error is None else self._envelope
        if data is not None:
            return Response(self.status, (JSON, stamp), compact(data))
        moved = (("location", self.location),) if self.location else ()
        return Response(self.status, (stamp, *moved), self.text.encode())


_CREATE, _START, _CANCEL, _RESTART = ASLAN.operations
SUCCESS = {
    **dict.fromkeys((_CREATE, _CANCEL, _RESTART), "success"),
    _START: "queued",
}
"""The answer of each operation of every API that says that it was done."""
ERROR = {_CREATE: "already-exists", _START: "no-such-workflow", _CANCEL: "no-such-task", _RESTART: "no-such-task"}
"""The error of each operation that a page shows."""
_DONE = {"message": "success"}
_INVALID_ID = errors.NOT_AN_ARGUMENT(complaint="invalid task id")
_Known = dict[str, dict[str, Any]]
"""Answer to what it is: an error, the data of a success, or `(error, like)` and `(data, like)`; by operation."""
_ASLAN: _Known = {
    _CREATE: {
        "success": _DONE,
        "already-exists": errors.WORKFLOW_EXISTS(name=NAME, project=PROJECT),
        "no-stage": errors.NO_ENABLED_STAGE(),
        "bad-request": errors.UNREADABLE_BODY(),
    },
    _START: {
        "queued": {"pipeline_name": NAME, "task_id": TASK},
        "no-such-workflow": errors.WORKFLOW_NOT_FOUND(),
        "no-environment": errors.ENVIRONMENT_NOT_FOUND(project=PROJECT, environment=ENVIRONMENT),
        "no-targets": errors.NO_TARGETS(),
        "bad-request": errors.UNREADABLE_BODY(),
        "malformed-body": errors.UNREADABLE_BODY(),
    },
    _CANCEL: {
        "success": _DONE,
        "no-such-task": errors.CANCEL_WITHOUT_TASK(),
        "already-passed": errors.CANCEL_OF_PASSED(name=NAME, task_id=TASK),
        "invalid-id": _INVALID_ID,
    },
    _RESTART: {
        "success": _DONE,
        "no-such-task": errors.RESTART_WITHOUT_TASK(),
        "still-queued": errors.RESTART_OF_QUEUED(),
        "already-passed": errors.RESTART_OF_PASSED(),
        "invalid-id": _INVALID_ID,
    },
}

_NO_DOCUMENTS = UncodedError(errors.NO_DOCUMENTS)
_NO_PROJECT = errors.NOT_AN_ARGUMENT(complaint="projectKey is required")
_NO_ID = errors.NOT_AN_ARGUMENT(complaint=runs.NOT_AN_ID)
_ENDS_TOO_SOON = errors.NOT_AN_ARGUMENT(complaint="unexpected end of JSON input")


def _invalid(description: str) -> ZadigError:
    return ZadigError(6545, description)


_CHECKS: dict[str, Any] = {
    "no-project": _invalid("project should not be empty"),
    "bad-name": _invalid("工作流标识支持大小写字母、数字和中划线"),
    "no-such-project": _invalid(errors.NO_DOCUMENTS),
    "no-licence": ZadigError(7050, "基础版工作流并发只支持开关，不支持数量"),
    "manual-step-without-licence": ZadigError(7050, "基础版不支持工作流手动执行"),
    "project-of-another-type": _invalid("common workflow only support k8s and helm project"),
    "stages-of-one-name": _invalid("duplicated stage name: twice"),
    "bad-name-of-a-job": (_invalid(f"job name [A] did not match {checks.JOB_NAME}"), r"job name \[.*"),
    "jobs-of-one-name": _invalid("duplicated job name: twice"),
    "unknown-type-of-a-job": _invalid("job type not supported"),
    "quote-of-a-missing-job": _invalid("can not quote job gone in job a"),
    "approval-without-licence": _invalid(f"{errors.MESSAGES[7050]}: "),
    "bad-request": (errors.NOT_AN_ARGUMENT(complaint="yaml: line 1: did not find expected node content"), "yaml: .*"),
}
_OPENAPI: _Known = {
    "create-workflow": {
        "success": _DONE,
        "already-exists": workflows.KEY_TAKEN(project=PROJECT, display=NAME),
        "licence-unknown": (
            UncodedError("failed to validate zadig license status, error: no answer of the licence service"),
            "failed to validate zadig license status, error: .*",
        ),
        **_CHECKS,
    },
    "update-workflow": {
        "success": _DONE,
        "no-such-workflow": errors.WORKFLOW_NOT_FOUND(),
        "display-name-is-taken": workflows.NAME_TAKEN(display=""),
        **_CHECKS,
    },
    "start-task": {
        "queued": {"project_name": PROJECT, "workflow_name": NAME, "task_id": TASK},
        "no-such-workflow": errors.WORKFLOW_NOT_FOUND(),
        "nothing-to-run": runs.NO_STAGE(key=NAME, task_id=TASK),
        "disabled": runs.DISABLED(),
        "needs-a-ticket": runs.WANTS_TICKET(),
        "empty-body": _ENDS_TOO_SOON,
        "not-json": (
            errors.NOT_AN_ARGUMENT(complaint="invalid character 'x' after top-level value"),
            "invalid character.*",
        ),
        "bad-request": (
            errors.NOT_AN_ARGUMENT(complaint="json: cannot unmarshal array into Go value of type workflow.Args"),
            "json: .*",
        ),
        "bad-parameters": (
            UncodedError(
                "unmarshal task error: json: cannot unmarshal string into Go value of type workflow.FreestyleJobInput"
            ),
            "unmarshal task error: .*",
        ),
        "unknown-parameter": UncodedError("param missing not found in workflow"),
        "no-such-choice": UncodedError("invalid choice value c for param choice"),
        "no-such-code-host": UncodedError("failed to find code host with name:nowhere"),
        "code-host-not-named": UncodedError("failed to find code host with name:"),
    },
    "cancel-task": {
        "success": _DONE,
        "already-passed": errors.CANCEL_OF_PASSED(name=NAME, task_id=TASK),
        "no-such-task": errors.CANCEL_WITHOUT_TASK(),
    },
    "restart-task": {
        "success": _DONE,
        "no-such-task": runs.TASK_NOT_FOUND(),
        "not-restartable": UncodedError(runs.NOT_RETRYABLE),
        "invalid-id": _NO_ID,
    },
    "delete-workflow": {
        "success": _DONE,
        "no-such-workflow": errors.DELETE_FAILED(),
        "no-key": errors.NOT_AN_ARGUMENT(complaint="workflowKey is required"),
    },
    "get-task": {
        "found": {"task_id": TASK, "workflow_key": NAME, "project_key": PROJECT, "status": "waiting", "stages": []},
        "no-such-task": _NO_DOCUMENTS,
    },
    "list-tasks": {
        "none": ({"total": 0, "workflow_tasks": []}, '"total":0,'),
        "found": {
            "total": 1,
            "workflow_tasks": [{"workflow_key": NAME, "project_key": PROJECT, "task_id": TASK, "status": "waiting"}],
        },
    },
    "workflow-detail": {
        "found": {
            "workflow_key": NAME,
            "workflow_name": NAME,
            "project_key": PROJECT,
            "created_by": "member",
            "stages": [],
        },
        "no-such-workflow": _NO_DOCUMENTS,
        "no-project": _NO_PROJECT,
    },
    "list-workflows": {
        "none": ({"workflows": []}, r'"workflows":\[\]'),
        "found": {
            "workflows": [{"workflow_key": NAME, "workflow_name": NAME, "update_by": "member", "type": "custom"}]
        },
        "no-project": _NO_PROJECT,
    },
    "approve-task": {
        "success": _DONE,
        "nothing-waits": approvals.NOT_NEEDED(key=NAME, task_id=TASK, name="deploy-myapps"),
        "names-nothing": approvals.NOTHING_NAMED(key="", task_id=0, what="jobName", name=""),
        "nothing-named": approvals.NOTHING_NAMED(key=NAME, task_id=TASK, what="jobName", name=""),
        "not-an-approver": (approvals.NO_AUTHORITY(user="viewer"), "user .* has no authority to Approve"),
        "approved-already": (approvals.APPROVED_ALREADY(user="member"), ".* have approve already"),
        "bad-request": (
            UncodedError("failed to unmarshal request data, error: unexpected end of JSON input"),
            "failed to unmarshal request data, error: .*",
        ),
    },
    "manual-step": {
        "found": {
            "project_key": PROJECT,
            "workflow_key": NAME,
            "task_id": TASK,
            "status": "pause",
            "can_execute": True,
        },
        "no-project": _NO_PROJECT,
        "invalid-id": _NO_ID,
        "no-such-task": runs.TASK_NOT_FOUND(),
        "nothing-waits": UncodedError(approvals.NOT_EXECUTABLE),
        "another-project": UncodedError(f"workflow task project {PROJECT} does not match projectKey other-project"),
    },
    "manual-exec": {
        "success": _DONE,
        "no-project": _NO_PROJECT,
        "invalid-id": _NO_ID,
        "no-such-task": runs.TASK_NOT_FOUND(),
        "nothing-waits": UncodedError(approvals.NOT_EXECUTABLE),
        "no-such-stage": UncodedError(f"stage gone not found in workflow {NAME}"),
        "no-stage": errors.NOT_AN_ARGUMENT(complaint="stage_name is required"),
        "empty-body": _ENDS_TOO_SOON,
        "not-an-executor": (
            UncodedError("user member is not allowed to manually execute stage stage"),
            "user .* is not allowed to manually execute stage stage",
        ),
    },
    "set-remark": {
        "success": _DONE,
        "no-such-workflow": errors.NOT_AN_ARGUMENT(complaint=f"查询workflow失败: {errors.NO_DOCUMENTS}"),
        "no-such-task": UncodedError(f"cannot find workflow task, workflow name: {NAME}, task id: {TASK}"),
    },
}
_READ_NUMBERS = frozenset({"cancel-task", "get-task", "list-tasks"})
"""Operations of custom workflows that read a number in their query."""


def _shared(api: Api, operation: str) -> Iterator[KnownAnswer]:
    """Yield what every operation answers, as far as it can."""
    method, target = line_of(operation, api, name=NAME, id=TASK)
    path = api.prefix + target.partition("?")[0]
    moved = 301 if (api, method) == (OPENAPI, "GET") else 307
    yield KnownAnswer(operation, "unauthorized", 401, api=api)
    yield KnownAnswer(operation, "forbidden", 403, api=api)
    yield KnownAnswer(operation, "unknown-path", 404, text=f"Invalid path: {path}", api=api)
    yield KnownAnswer(operation, "wrong-method", 405, text=f"Method not allowed: PATCH {path}", api=api)
    yield KnownAnswer(operation, "no-method", 405, api=api)
    yield KnownAnswer(operation, "trailing-slash", moved, location=path, api=api)
    if api is OPENAPI and operation in _READ_NUMBERS:
        yield KnownAnswer(operation, "unreadable-query", 400, like=r"\A\Z", api=api)


def _answers(api: Api, known: _Known) -> Iterator[KnownAnswer]:
    for operation, answers in known.items():
        for name, what in answers.items():
            said, like = what if isinstance(what, tuple) else (what, "")
            if isinstance(said, ZadigError | UncodedError):
                status = said.status if isinstance(said, ZadigError) else 500
                yield KnownAnswer(operation, name, status, said, like=like, api=api)
            else:
                yield KnownAnswer(operation, name, data=said, like=like, api=api)
        yield from _shared(api, operation)


KNOWN: Mapping[str, Mapping[tuple[str, str], KnownAnswer]] = {
    api.name: {(known.operation, known.name): known for known in _answers(api, answers)}
    for api, answers in ((ASLAN, _ASLAN), (OPENAPI, _OPENAPI))
}
"""All answers of each API, by operation and name."""
ANSWERS = KNOWN[ASLAN.name]


def name_of(request: Request, response: Response) -> str:
    """Return the name of the answer that a response is to an operation's request; empty where it is no known one."""
    of_operation = (known for known in KNOWN[request.api].values() if known.operation == request.operation)
    return next((known.name for known in of_operation if known.is_shown_by(request, response)), "")


def parsed(about: str) -> tuple[str, str, str]:
    """Return API, operation and answer of what a row is about, `[api/]operation[/answer]`."""
    first, _, rest = about.partition("/")
    api, rest = (first, rest) if first in KNOWN else (ASLAN.name, about)
    operation, _, answer = rest.partition("/")
    return api, operation, answer
