"""Breakages of what texts say: another name, another wording, or what is right for another request."""

import re
from collections.abc import Iterator
from typing import Any

from contracts.breakages.answer_edits import Row, Spoil, body, holding, json, spoiled
from contracts.breakages.breakage import Breakage

_NOT_FOUND = "record not found"
_EXISTS = "workflow [zct-of-another-run] 在项目 [nginx] 中已经存在!"
_PASSED = "task: zct-of-another-run:1 is passed, cannot cancel"
_OWN = "The description is about this request"
_WORDS = "The description is written as servers write it."
_OTHERS = "The description is that of this error, not of another one."
_EITHER = "description cross-talk"
"""What is right for another request: cross-talk where the right one comes at times."""


def _with(pattern: str, other: str) -> Spoil:
    def change(old: Any) -> Any:
        return old | {"description": re.sub(pattern, other, old["description"], count=1)}

    return json(change)


def _saying(text: str) -> Spoil:
    return holding(description=text)


_ROWS = {
    ("create-workflow", "already-exists"): (
        Row("other-name", f"{_OWN}'s workflow.", "description", _with(r"workflow \[.*?\]", "workflow [other]")),
        Row("other-project", f"{_OWN}'s project.", _EITHER, _with(r"项目 \[.*?\]", "项目 [other]")),
        Row(
            "names-swapped",
            f"{_OWN}, name before project.",
            "description",
            _with(r"\[(.*?)\](.*)\[(.*?)\]", r"[\3]\2[\1]"),
        ),
        Row("names-not-filled-in", f"{_OWN}.", "description", _with(r"\[.*?\](.*)\[.*?\]", r"[%s]\1[%s]")),
        Row("without-brackets", _WORDS, "description", _with(r"\[(.*?)\](.*)\[(.*?)\]", r"\1\2\3")),
        Row("translated", _WORDS, "description", _saying("workflow already exists in this project!")),
        Row("empty", "The description says why.", "description", _saying("")),
        Row("of-another-run", f"{_OWN}.", _EITHER, _saying(_EXISTS)),
        Row("of-a-lost-race", _OTHERS, _EITHER, _saying("mongo duplicate key error")),
    ),
    ("create-workflow", "no-stage"): (
        Row("translated", _WORDS, "description", _saying("no stage is enabled")),
        Row("of-a-duplicate", _OTHERS, _EITHER, _saying(_EXISTS)),
    ),
    ("create-workflow", "bad-request"): (
        Row("of-another-reader", _WORDS, "description", _saying("unexpected end of JSON input")),
    ),
    ("start-task", "queued"): (
        Row(
            "other-name",
            "The answer names the workflow.",
            "wrong-constant",
            holding(pipeline_name="zct-of-another-run"),
        ),
    ),
    ("start-task", "no-such-workflow"): (
        Row("reworded", _WORDS, "description", _saying(_NOT_FOUND)),
        Row("empty", "The description says why.", "description", _saying("")),
    ),
    ("start-task", "no-environment"): (
        Row("other-project", f"{_OWN}'s project.", "description", _with(r"找不到 .*? 的", "找不到 other 的")),
        Row("other-environment", f"{_OWN}'s environment.", "description", _with(r"的 .*? 环境", "的 dev 环境")),
        Row("without-the-last-space", _WORDS, "description", _with(r" $", "")),
        Row("of-no-targets", _OTHERS, _EITHER, _saying("未配置工作流子任务")),
    ),
    ("start-task", "no-targets"): (Row("translated", _WORDS, "description", _saying("no targets")),),
    ("start-task", "bad-request"): (Row("reworded", _WORDS, "description", _saying("empty body")),),
    ("cancel-task", "no-such-task"): (
        Row("reworded", _WORDS, "description", _saying(_NOT_FOUND)),
        Row("of-restart", _WORDS, "description", _saying("获取工作流任务失败")),
        Row("of-a-passed-task", _OTHERS, _EITHER, _saying(_PASSED)),
    ),
    ("cancel-task", "already-passed"): (
        Row("other-name", f"{_OWN}'s workflow.", "description", _with(r"task: .*:", "task: other:")),
        Row("other-id", f"{_OWN}'s task.", _EITHER, _with(r":(\d+) is", r":1\1 is")),
        Row("of-another-run", f"{_OWN}.", _EITHER, _saying(_PASSED)),
        Row("of-no-task", _OTHERS, _EITHER, _saying("mongo: no documents in result")),
    ),
    ("cancel-task", "invalid-id"): (Row("reworded", _WORDS, "description", _saying("strconv.Atoi: invalid syntax")),),
    ("restart-task", "no-such-task"): (
        Row("of-cancel", _WORDS, "description", _saying("mongo: no documents in result")),
        Row("of-a-queued-task", _OTHERS, _EITHER, _saying("更新工作流任务失败")),
    ),
    ("restart-task", "still-queued"): (
        Row("of-a-passed-task", _OTHERS, _EITHER, _saying("不能重试已经通过任务")),
        Row("translated", _WORDS, "description", _saying("the task is still queued")),
    ),
    ("restart-task", "already-passed"): (Row("of-a-queued-task", _OTHERS, _EITHER, _saying("更新工作流任务失败")),),
    ("restart-task", "invalid-id"): (Row("empty", "The description says why.", "description", _saying("")),),
}
_TEXTS = (
    (
        "unknown-path",
        Row("other-path", "The text names the path that was asked for.", "text", body(lambda _: b"Invalid path: /")),
    ),
    (
        "wrong-method",
        Row(
            "other-method",
            "The text names the method that was used.",
            "text",
            body(lambda old: old.replace(b"PATCH", b"PUT")),
        ),
    ),
)
_TEXTS_OF = ("create-workflow", "cancel-task")
"""Operations whose texts of the protocol are changed; of the others their status is, in the family of that."""


def changes() -> Iterator[Breakage]:
    """Yield all of this family."""
    for (operation, answer), rows in _ROWS.items():
        yield from (spoiled("descriptions", operation, answer, row) for row in rows)
    for operation in _TEXTS_OF:
        yield from (spoiled("descriptions", operation, answer, row) for answer, row in _TEXTS)
