"""Breakages of the envelope: the keys and constants of an answer. A row is the body that goes out instead.

`$key` in a row stands for the JSON that came under this key.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from string import Template

from contracts.breakages.answer_edits import Row, Spoil, holding, spoiled
from contracts.breakages.breakage import Breakage, Response
from contracts.breakages.known_answers import ERROR, OTHER_ERRORS
from contracts.breakages.proxy.recognise import value

_OTHER_NAMES = {
    "code": "errCode",
    "description": "desc",
    "extra": "extras",
    "message": "msg",
    "type": "kind",
    "pipeline_name": "pipelineName",
    "task_id": "taskId",
}
_OTHER_TYPES = {
    "code": '"$code"',
    "description": "[$description]",
    "extra": "[]",
    "message": "{}",
    "type": "[$type]",
    "pipeline_name": "[$pipeline_name]",
    "task_id": '"$task_id"',
}
_CONSTANT = frozenset({"code", "message", "type"})
"""Keys whose value is documented: with another one, another type is reported as either."""
_SEVERAL = 3
"""Rows for an answer that only servers showed."""


def _filled(template: str) -> Spoil:
    def change(answered: Response) -> Response:
        was = value(answered.body)
        if not isinstance(was, dict):
            return answered
        texts = {key: json.dumps(inner, ensure_ascii=False) for key, inner in was.items()}
        return replace(answered, body=Template(template).safe_substitute(texts).encode())

    return change


def _object(keys: tuple[str, ...], key: str = "", other: str | None = "", name: str = "") -> str:
    """Return the template of the object with these keys, one of which has another value or name or is left out."""
    pairs = [
        (name or inner, other if other != "" else f"${key}") if inner == key else (inner, f"${inner}") for inner in keys
    ]
    return "{" + ",".join(f'"{inner}":{text}' for inner, text in pairs if text is not None) + "}"


def _rows(keys: tuple[str, ...]) -> Iterator[Row]:
    for key in keys:
        wrong = "wrong-constant wrong-type" if key in _CONSTANT else "wrong-type"
        says = f"The answer has the key {key}"
        yield Row(f"{key}-missing", f"{says}.", "missing-key", _filled(_object(keys, key, None)))
        yield Row(f"{key}-null", f"{says}, and it is never null.", wrong, _filled(_object(keys, key, "null")))
        yield Row(f"{key}-of-other-type", f"{says} of one type.", wrong, _filled(_object(keys, key, _OTHER_TYPES[key])))
        renamed = _object(keys, key, name=_OTHER_NAMES[key])
        yield Row(f"{key}-renamed", f"{says} under this name.", "missing-key", _filled(renamed))
    yield Row(
        "nested", "The keys stand at the top of the answer.", "missing-key", _filled(f'{{"data":{_object(keys)}}}')
    )


_ERROR_KEYS = ("code", "description", "extra", "message", "type")
_ON_ERRORS = (
    *_rows(_ERROR_KEYS),
    Row("code-changed", "The error has its own code.", "wrong-constant", holding(code=6199)),
    Row(
        "code-with-a-fraction",
        "The code is an integer.",
        "wrong-constant wrong-type",
        _filled(_object(_ERROR_KEYS, "code", "$code.0")),
    ),
    Row(
        "message-translated",
        "The message is the documented text.",
        "wrong-constant",
        holding(message="operation failed"),
    ),
    Row("type-changed", "The type of an error is error.", "wrong-constant", holding(type="warning")),
)
_ON_SUCCESS = (
    *_rows(("message",)),
    Row("message-changed", "The message of a success is success.", "wrong-constant", holding(message="ok")),
    Row("message-capitalised", "The message is written as documented.", "wrong-constant", holding(message="Success")),
)
_ON_QUEUED = (
    *_rows(("pipeline_name", "task_id")),
    Row(
        "id-with-a-fraction",
        "The task id is an integer.",
        "wrong-type",
        _filled('{"pipeline_name":$pipeline_name,"task_id":$task_id.0}'),
    ),
    Row("id-zero", "Task ids count from 1.", "schema", holding(task_id=0)),
    Row("id-negative", "Task ids count from 1.", "schema", holding(task_id=-1)),
)
_CORRECTED = Row(
    "typo-corrected",
    "The message is wokflow, as documented.",
    "wrong-constant",
    holding(message="新建或更新workflow失败"),
)


def changes() -> Iterator[Breakage]:
    """Yield all of this family: every row for each documented error, and some in turn for each other one."""
    for operation, answer in ERROR.items():
        yield from (spoiled("envelope", operation, answer, row) for row in _ON_ERRORS)
    in_turn = cycle(_ON_ERRORS)
    for operation, answer in OTHER_ERRORS:
        yield from (spoiled("envelope", operation, answer, row) for row in islice(in_turn, _SEVERAL))
    for answer in ("already-exists", "no-stage"):
        yield spoiled("envelope", "create-workflow", answer, _CORRECTED)
    for operation in ("create-workflow", "cancel-task", "restart-task"):
        yield from (spoiled("envelope", operation, "success", row) for row in _ON_SUCCESS)
    yield from (spoiled("envelope", "start-task", "queued", row) for row in _ON_QUEUED)
