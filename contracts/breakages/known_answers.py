"""Every answer that the four operations of release 1.7.0 have: how to recognise it, and an example of it.

Texts and codes of errors are the stand-in's, not the contract's that the suite checks with: a mistake in that one is
not repeated here. A test holds all of it to the release's data.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.breakages.breakage import Request, Response
from contracts.breakages.proxy.recognise import OPERATIONS, compact, json_object, line_of
from contracts.standin import errors
from contracts.standin.errors import ZadigError

NAME, PROJECT, ENVIRONMENT, TASK = "zct-a", "nginx", "qa", 1
"""What the requests of the examples are about."""
JSON = ("content-type", "application/json; charset=utf-8")
STAMP = ("x-zadig-stand-in", "perfect")
PREFIX = "/api/aslan"

NO_METHOD = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True)
class KnownAnswer:
    """One answer of an operation.

    status: its HTTP status. error: what the server says, about the names of the examples, where it is one of Zadig's
    errors. text: the body where it is no JSON.
    """

    operation: str
    name: str
    status: int = 200
    error: ZadigError | None = None
    text: str = ""

    @property
    def description(self) -> str:
        """What an error says, about the names of the examples."""
        return (self.error and self.error.description) or ""

    def is_shown_by(self, request: Request, response: Response) -> bool:
        """Whether the response to a request of this operation is this answer."""
        if response.status != self.status or (self.name == "no-method") != (request.method in NO_METHOD):
            return False
        if self.error is None:
            return True
        body = json_object(response.body)
        if body is None or body.get("code") != self.error.code:
            return False
        if (self.operation, self.error.code) == (_START, 400):  # servers tell them apart by their texts, the page not
            return (self.name == "bad-request") == (not request.body)
        parts = re.split(f"{NAME}|{PROJECT}|{ENVIRONMENT}|{TASK}", self.description)  # of any names and any id
        return re.fullmatch(".*".join(map(re.escape, parts)), str(body.get("description")), re.DOTALL) is not None

    @property
    def example(self) -> Response:
        """What the answer looks like in an example."""
        if self.error is not None:
            return Response(self.status, (JSON, STAMP), compact(self.error.envelope(self.description)))
        if self.status == 200:
            queued = {"pipeline_name": NAME, "task_id": TASK}
            return Response(200, (JSON, STAMP), compact(queued if self.name == "queued" else {"message": "success"}))
        return Response(self.status, (STAMP,), self.text.encode())


_CREATE, _START, _CANCEL, _RESTART = OPERATIONS
SUCCESS = {_CREATE: "success", _START: "queued", _CANCEL: "success", _RESTART: "success"}
"""The answer of each operation that says that it was done."""
ERROR = {_CREATE: "already-exists", _START: "no-such-workflow", _CANCEL: "no-such-task", _RESTART: "no-such-task"}
"""The error of each operation that a page shows."""
NO_TASK, NO_WORKFLOW = errors.TASK_NOT_FOUND(), errors.WORKFLOW_NOT_FOUND()
"""What reading a task and finding a workflow answer where there is none: calls that are no operations."""
_INVALID_ID = errors.NOT_AN_ARGUMENT(complaint="invalid task id")
_ERRORS = {
    _CREATE: {
        "already-exists": errors.WORKFLOW_EXISTS(name=NAME, project=PROJECT),
        "no-stage": errors.NO_ENABLED_STAGE(),
        "bad-request": errors.UNREADABLE_BODY(),
    },
    _START: {
        "no-such-workflow": NO_WORKFLOW,
        "no-environment": errors.ENVIRONMENT_NOT_FOUND(project=PROJECT, environment=ENVIRONMENT),
        "no-targets": errors.NO_TARGETS(),
        "bad-request": errors.UNREADABLE_BODY(),
        "malformed-body": errors.UNREADABLE_BODY(),
    },
    _CANCEL: {
        "no-such-task": errors.CANCEL_WITHOUT_TASK(),
        "already-passed": errors.CANCEL_OF_PASSED(name=NAME, task_id=TASK),
        "invalid-id": _INVALID_ID,
    },
    _RESTART: {
        "no-such-task": errors.RESTART_WITHOUT_TASK(),
        "still-queued": errors.RESTART_OF_QUEUED(),
        "already-passed": errors.RESTART_OF_PASSED(),
        "invalid-id": _INVALID_ID,
    },
}
_SHARED = (
    ("unauthorized", 401, ""),
    ("forbidden", 403, ""),
    ("unknown-path", 404, "Invalid path: {path}"),
    ("wrong-method", 405, "Method not allowed: PATCH {path}"),
    ("no-method", 405, ""),
    ("trailing-slash", 307, ""),
)


def _answers(operation: str) -> Iterator[KnownAnswer]:
    yield KnownAnswer(operation, SUCCESS[operation])
    for name, error in _ERRORS[operation].items():
        yield KnownAnswer(operation, name, error.status, error)
    path = PREFIX + line_of(operation, name=NAME, id=TASK)[1]
    for name, status, text in _SHARED:
        yield KnownAnswer(operation, name, status, text=text.format(path=path))


ANSWERS = {(operation, known.name): known for operation in OPERATIONS for known in _answers(operation)}
"""All answers by operation and name."""


def name_of(request: Request, response: Response) -> str:
    """Return the name of the answer that a response is to an operation's request; empty where it is no known one."""
    of_operation = (known for known in ANSWERS.values() if known.operation == request.operation)
    return next((known.name for known in of_operation if known.is_shown_by(request, response)), "")
