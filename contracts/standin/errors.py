"""The errors that Zadig documents or was seen to answer: one constructor each, and the one place that renders them.

Codes, messages and descriptions are the server's own texts, `wokflow` included.
"""

import asyncio
import json

from starlette.responses import Response

NO_DOCUMENTS = "mongo: no documents in result"
MIX_UP_SECONDS = 0.001
"""How long a shared error value stays open to other requests between being written and being rendered."""


class ZadigError(Exception):
    """An error answer in the making. A description of None means that the handler sets none."""

    def __init__(self, code: int, message: str, description: str | None = None) -> None:
        super().__init__(code, message, description)
        self.code, self.message, self.description = code, message, description

    @property
    def status(self) -> int:
        """The HTTP status: 400 for Zadig's own codes (6000 to 6999), else the code itself."""
        return 400 if 6000 <= self.code <= 6999 else self.code

    def envelope(self, description: str | None) -> dict[str, object]:
        """Return the JSON object that says it, with this description."""
        head = {"code": self.code, "description": description or "", "extra": {}}
        return head | {"message": self.message, "type": "error"}


class PanicError(Exception):
    """The handler crashed: HTTP 500 without a body."""


class DeniedError(Exception):
    """The gateway turned the request away: `status` is 401 or 403, without a body."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def bad_request(description: str) -> ZadigError:
    """The request itself is wrong, such as `invalid task id`."""
    return ZadigError(400, "Bad Request", description)


def unreadable_body() -> ZadigError:
    """The body does not decode; it reads EOF because an earlier handler has consumed it."""
    return bad_request("EOF")


def workflow_exists(name: str, project: str) -> ZadigError:
    """A workflow of this name exists; `project` is the one that the request names."""
    return _create_failed(f"workflow [{name}] 在项目 [{project}] 中已经存在!")


def no_enabled_stage() -> ZadigError:
    """The workflow to be created has no enabled stage."""
    return _create_failed("workflow中没有子模块，请设置子模块")


def _create_failed(description: str) -> ZadigError:
    return ZadigError(6540, "新建或更新wokflow失败", description)


def workflow_not_found() -> ZadigError:
    """No workflow of this name, or no project of this name, when finding a workflow or starting a task."""
    return ZadigError(6542, "查询workflow失败", NO_DOCUMENTS)


def delete_failed() -> ZadigError:
    """The workflow to be deleted, or its project, is missing."""
    return ZadigError(6543, "删除workflow失败", NO_DOCUMENTS)


def environment_not_found(project: str, environment: str) -> ZadigError:
    """The project has no such environment; the text ends in a space."""
    return _start_failed(f"找不到 {project} 的 {environment} 环境 ")


def no_targets() -> ZadigError:
    """The task to be started builds nothing."""
    return _start_failed("未配置工作流子任务")


def _start_failed(description: str) -> ZadigError:
    return ZadigError(6160, "创建工作流任务失败", description)


def task_not_found() -> ZadigError:
    """No such task to read; the server sets no description."""
    return ZadigError(6161, "获取工作流任务失败")


def cancel_without_task() -> ZadigError:
    """No such task to cancel."""
    return _cancel_failed(NO_DOCUMENTS)


def cancel_of_passed(name: str, task_id: int) -> ZadigError:
    """The task has passed already."""
    return _cancel_failed(f"task: {name}:{task_id} is passed, cannot cancel")


def _cancel_failed(description: str) -> ZadigError:
    return ZadigError(6163, "取消工作流任务失败", description)


def restart_without_task() -> ZadigError:
    """No such task to restart."""
    return _restart_failed("获取工作流任务失败")


def restart_of_queued() -> ZadigError:
    """The task is still waiting for an agent."""
    return _restart_failed("更新工作流任务失败")


def restart_of_passed() -> ZadigError:
    """The task runs or has passed; the server says the same of both."""
    return _restart_failed("不能重试已经通过任务")


def _restart_failed(description: str) -> ZadigError:
    return ZadigError(6164, "重试工作流任务失败", description)


def json_answer(value: object, status: int = 200) -> Response:
    """Render a value as Zadig does: compact JSON in UTF-8, not escaped to ASCII."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, status, media_type="application/json; charset=utf-8")


class ErrorAnswers:
    """Renders errors. With `shared` set, all requests write to and read from one description per code."""

    def __init__(self, shared: bool) -> None:
        self._shared = shared
        self._descriptions: dict[int, str] = {}

    async def answer(self, error: ZadigError) -> Response:
        """Return the error envelope with the error's HTTP status."""
        description = await self._description_left_by(error) if self._shared else error.description
        return json_answer(error.envelope(description), error.status)

    async def _description_left_by(self, error: ZadigError) -> str | None:
        if error.description is not None:
            self._descriptions[error.code] = error.description
        await asyncio.sleep(MIX_UP_SECONDS)
        return self._descriptions.get(error.code)
