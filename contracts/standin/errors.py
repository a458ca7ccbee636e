"""The errors that Zadig documents or was seen to answer, in the server's own texts, `wokflow` included."""

from contracts.text.frozen import dataclass

MESSAGES = {
    400: "Bad Request",
    6160: "创建工作流任务失败",
    6161: "获取工作流任务失败",
    6163: "取消工作流任务失败",
    6164: "重试工作流任务失败",
    6169: "批准工作流任务失败",
    6540: "新建或更新wokflow失败",
    6542: "查询workflow失败",
    6543: "删除workflow失败",
    6545: "校验workflow失败",
    7050: "用户许可证不可用，请检查许可证后重试",
}
"""Code to message."""
NO_DOCUMENTS = "mongo: no documents in result"


class ZadigError(Exception):
    """An error answer in the making. A description of None means that the handler sets none."""

    def __init__(self, code: int, description: str | None = None) -> None:
        super().__init__(code, description)
        self.code, self.message, self.description = code, MESSAGES[code], description

    @property
    def status(self) -> int:
        """The HTTP status: 400 for Zadig's own codes (6000 to 7999), else the code itself."""
        return 400 if 6000 <= self.code <= 7999 else self.code

    def envelope(self, description: str | None) -> dict[str, object]:
        """Return the JSON object that says it, with this description."""
        head = {"code": self.code, "description": description or "", "extra": {}}
        return head | {"message": self.message, "type": "error"}


class PanicError(Exception):
    """The handler crashed: HTTP 500 without a body."""


class UncodedError(Exception):
    """An error to which the server gives no code of its own: HTTP 500, with three keys."""

    def envelope(self) -> dict[str, object]:
        """Return the JSON object that says it."""
        return {"code": 500, "description": str(self), "message": "Internal Error: "}


class UnreadableError(Exception):
    """A body does not decode; the text is what the decoder says."""


class DeniedError(Exception):
    """The request was turned away without a body: `status` is 401 by the login, 403 by a right, 400 by the binding."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Refusal:
    """One error, made by a call with the values that its description names.

    code: a key of MESSAGES.
    description: its text, None where the server sets none.
    """

    code: int
    description: str | None = None

    def __call__(self, **values: object) -> ZadigError:
        """Return the error to be raised."""
        return ZadigError(self.code, self.description and self.description.format(**values))


UNREADABLE_BODY = Refusal(400, "EOF")
"""The body does not decode; it reads EOF because an earlier handler has consumed it."""
CUT_BODY = Refusal(400, "unexpected EOF")
"""The body of a start does not decode, from 1.8.0 on."""
NOT_AN_ARGUMENT = Refusal(400, "{complaint}")
WORKFLOW_EXISTS = Refusal(6540, "workflow [{name}] 在项目 [{project}] 中已经存在!")
"""The project is the one that the request names."""
NO_ENABLED_STAGE = Refusal(6540, "workflow中没有子模块，请设置子模块")
WORKFLOW_NOT_FOUND = Refusal(6542, NO_DOCUMENTS)
"""No workflow of this name, or no project of this name, when finding a workflow or starting a task."""
DELETE_FAILED = Refusal(6543, NO_DOCUMENTS)
"""The workflow to be deleted, or its project, is missing."""
ENVIRONMENT_NOT_FOUND = Refusal(6160, "找不到 {project} 的 {environment} 环境 ")
NO_TARGETS = Refusal(6160, "未配置工作流子任务")
TASK_NOT_FOUND = Refusal(6161)
CANCEL_WITHOUT_TASK = Refusal(6163, NO_DOCUMENTS)
CANCEL_OF_PASSED = Refusal(6163, "task: {name}:{task_id} is passed, cannot cancel")
RESTART_WITHOUT_TASK = Refusal(6164, MESSAGES[6161])
RESTART_OF_QUEUED = Refusal(6164, "更新工作流任务失败")
RESTART_OF_PASSED = Refusal(6164, "不能重试已经通过任务")
"""The task runs or has passed; the server says the same of both."""


@dataclass(frozen=True)
class Texts:
    """The errors about product workflows that later releases word otherwise.

    taken: a name that another workflow has. not_found: a workflow that is looked for and not there.
    """

    taken: Refusal = WORKFLOW_EXISTS
    not_found: Refusal = WORKFLOW_NOT_FOUND


LATER_TEXTS = Texts(
    Refusal(6540, "与项目 [{stored}] 中的工作流 [] 标识相同"),
    Refusal(400, f"{MESSAGES[6542]}: {NO_DOCUMENTS}"),
)
"""Those of 2.3 and 3.0. They have the project of the workflow that is there, and its display name, here never one."""
