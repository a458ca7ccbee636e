"""Every answer that the four operations of release 1.7.0 have: how to recognise it, and an example of it.

Written down anew here, not taken from the checking side, so that a mistake there is not repeated. Source: the page, and
what the stand-in's errors name as the server's own texts.
"""

import re
from dataclasses import dataclass

from contracts.breakages.breakage import Request, Response
from contracts.breakages.proxy.recognise import OPERATIONS, compact, recognise, value

NAME, PROJECT, ENVIRONMENT = "zct-a", "nginx", "qa"
"""What the requests of the examples are about; the task has id 1."""
JSON = ("content-type", "application/json; charset=utf-8")
STAMP = ("x-zadig-stand-in", "perfect")
PREFIX = "/api/aslan"

NO_METHOD = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True)
class KnownAnswer:
    """One answer of an operation. `code` and `message` are those of an error; `description` is a template."""

    operation: str
    name: str
    status: int
    code: int | None = None
    message: str = ""
    description: str = ""
    text: str = ""

    def is_shown_by(self, asked: Request, answered: Response) -> bool:
        """Whether an answer to a request of this operation is this one."""
        if answered.status != self.status or (self.name == "no-method") != (asked.method in NO_METHOD):
            return False
        if self.code is None:
            return True
        came = value(answered.body)
        if not isinstance(came, dict) or came.get("code") != self.code:
            return False
        if (self.operation, self.code) == ("start-task", 400):  # servers tell them apart by their texts, the page not
            return (self.name == "bad-request") == (not asked.body)
        return re.fullmatch(_pattern(self.description), str(came.get("description")), re.DOTALL) is not None

    @property
    def example(self) -> Response:
        """What the answer looks like in an example."""
        if self.code is not None:
            names = {"name": NAME, "project": PROJECT, "env": ENVIRONMENT, "id": "1"}
            envelope = {
                "code": self.code,
                "description": self.description.format_map(names),
                "extra": {},
                "message": self.message,
                "type": "error",
            }
            return Response(self.status, (JSON, STAMP), compact(envelope))
        if self.status == 200:
            queued = {"pipeline_name": NAME, "task_id": 1}
            return Response(200, (JSON, STAMP), compact(queued if self.name == "queued" else {"message": "success"}))
        return Response(self.status, (STAMP,), self.text.encode())


def _pattern(template: str) -> str:
    return ".*".join(re.escape(piece) for piece in re.split(r"\{\w+\}", template))


_MISSING = "mongo: no documents in result"
_CREATE, _START, _CANCEL, _RESTART = OPERATIONS
_OWN = (
    KnownAnswer(_CREATE, "success", 200),
    KnownAnswer(
        _CREATE,
        "already-exists",
        400,
        6540,
        "新建或更新wokflow失败",
        "workflow [{name}] 在项目 [{project}] 中已经存在!",
    ),
    KnownAnswer(_CREATE, "no-stage", 400, 6540, "新建或更新wokflow失败", "workflow中没有子模块，请设置子模块"),
    KnownAnswer(_CREATE, "bad-request", 400, 400, "Bad Request", "EOF"),
    KnownAnswer(_START, "queued", 200),
    KnownAnswer(_START, "no-such-workflow", 400, 6542, "查询workflow失败", _MISSING),
    KnownAnswer(_START, "no-environment", 400, 6160, "创建工作流任务失败", "找不到 {project} 的 {env} 环境 "),
    KnownAnswer(_START, "no-targets", 400, 6160, "创建工作流任务失败", "未配置工作流子任务"),
    KnownAnswer(_START, "bad-request", 400, 400, "Bad Request", "EOF"),
    KnownAnswer(_START, "malformed-body", 400, 400, "Bad Request", "EOF"),
    KnownAnswer(_CANCEL, "success", 200),
    KnownAnswer(_CANCEL, "no-such-task", 400, 6163, "取消工作流任务失败", _MISSING),
    KnownAnswer(
        _CANCEL, "already-passed", 400, 6163, "取消工作流任务失败", "task: {name}:{id} is passed, cannot cancel"
    ),
    KnownAnswer(_CANCEL, "invalid-id", 400, 400, "Bad Request", "invalid task id"),
    KnownAnswer(_RESTART, "success", 200),
    KnownAnswer(_RESTART, "no-such-task", 400, 6164, "重试工作流任务失败", "获取工作流任务失败"),
    KnownAnswer(_RESTART, "still-queued", 400, 6164, "重试工作流任务失败", "更新工作流任务失败"),
    KnownAnswer(_RESTART, "already-passed", 400, 6164, "重试工作流任务失败", "不能重试已经通过任务"),
    KnownAnswer(_RESTART, "invalid-id", 400, 400, "Bad Request", "invalid task id"),
)
_SHARED = (
    ("unauthorized", 401, ""),
    ("forbidden", 403, ""),
    ("unknown-path", 404, "Invalid path: {path}"),
    ("wrong-method", 405, "Method not allowed: PATCH {path}"),
    ("no-method", 405, ""),
    ("trailing-slash", 307, ""),
)

_TASK = f"{PREFIX}/workflow/workflowtask/id/1/pipelines/{NAME}"
_PATHS = {
    _CREATE: ("POST", f"{PREFIX}/workflow/workflow"),
    _START: ("POST", f"{PREFIX}/workflow/workflowtask"),
    _CANCEL: ("DELETE", _TASK),
    _RESTART: ("POST", f"{_TASK}/restart"),
}
_BODIES = {
    _CREATE: compact({"name": NAME, "product_tmpl_name": PROJECT, "build_stage": {"enabled": True, "modules": []}}),
    _START: compact({"workflow_name": NAME, "product_tmpl_name": PROJECT, "namespace": ENVIRONMENT, "targets": [{}]}),
}

ANSWERS = {
    (known.operation, known.name): known
    for known in (
        *_OWN,
        *(
            KnownAnswer(operation, name, status, text=text.replace("{path}", _PATHS[operation][1]))
            for operation in OPERATIONS
            for name, status, text in _SHARED
        ),
    )
}
"""All answers by operation and name."""
SUCCESS = {_CREATE: "success", _START: "queued", _CANCEL: "success", _RESTART: "success"}
"""The answer of each operation that says that it was done."""
ERROR = {_CREATE: "already-exists", _START: "no-such-workflow", _CANCEL: "no-such-task", _RESTART: "no-such-task"}
"""The error of each operation that a page shows."""
OTHER_ERRORS = tuple(key for key, known in ANSWERS.items() if known.code and ERROR[key[0]] != key[1])
"""Operation and name of each error that only servers showed."""


def name_of(asked: Request, answered: Response) -> str:
    """Return the name of the answer that an operation's request got; empty where it is none of the known ones."""
    own = (known for known in ANSWERS.values() if known.operation == asked.operation)
    return next((known.name for known in own if known.is_shown_by(asked, answered)), "")


def example_request(operation: str, answer: str) -> Request:
    """Return a request that could get this answer."""
    method, path = _PATHS[operation]
    body = _BODIES.get(operation, b"") if (operation, answer) != (_START, "bad-request") else b""
    method = {"wrong-method": "PATCH", "no-method": "OPTIONS"}.get(answer, method)
    path += "/" if answer == "trailing-slash" else ""
    return recognise(method, path, f"projectName={PROJECT}", (("authorization", "Bearer x"),), body)
