"""Breakages of a server that does not stand what is sent: it crashes, hangs or breaks off."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from urllib.parse import unquote

from contracts.breakages.answer_edits import Row, body, in_turn, wire
from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.dialogue import CANCELLED, QUEUED, told
from contracts.breakages.proxy.recognise import about, at, header, value, with_header

_LARGE = 1_100_000
"""Bytes of an answer without an end: more than anybody reads."""
_WIRES = (
    Row("reset", "Every request is answered.", "no-answer", wire("reset")),
    Row("hang", "Every request is answered in time.", "deadline", wire("silent")),
    Row("cut-off", "The whole answer comes.", "garbled", wire("cut")),
    Row("without-end", "An answer has an end.", "too-large", body(lambda old: old + b" " * _LARGE)),
)


def _fails(operation: str, odd: Callable[[Request], bool], status: int) -> Act:
    """Answer this status and do nothing where a request of an operation is odd."""

    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        if asked.operation != operation or not odd(asked):
            return await forward(asked)
        health = await forward(at(asked, "GET", "/health"))
        return replace(health, status=status, headers=with_header(health.headers, "content-type", None), body=b"")

    return act


def _name(asked: Request) -> str:
    return about(asked).workflow


def _is_not_ascii(asked: Request) -> bool:
    return not _name(asked).isascii()


def _has_a_percent(asked: Request) -> bool:
    return "%" in _name(asked)


def _is_long(asked: Request) -> bool:
    return len(_name(asked)) > 200


def _is_no_object(asked: Request) -> bool:
    return not isinstance(value(asked.body), dict)


def _lacks_hook_ctl(asked: Request) -> bool:
    sent = value(asked.body)
    return isinstance(sent, dict) and "name" in sent and sent.get("hook_ctl") is None


def _has_a_key_too_many(asked: Request) -> bool:
    sent = value(asked.body)
    return isinstance(sent, dict) and any(key.startswith("zct_") for key in sent)


def _says_text(asked: Request) -> bool:
    return (header(asked.headers, "content-type") or "").startswith("text/")


def _is_large(asked: Request) -> bool:
    return len(asked.body) > 500_000


def _id_is_large(asked: Request) -> bool:
    task = about(asked).task
    return task.isdigit() and int(task) >= 2**31


def _id_is_no_number(asked: Request) -> bool:
    return not unquote(about(asked).task).lstrip("-").isdigit()


def _id_is_encoded(asked: Request) -> bool:
    return about(asked).task == "%31"


_CREATE = (
    ("success", "name-not-ascii", _is_not_ascii, 500, "create-workflow 工作流 | 200"),
    ("success", "name-with-percent", _has_a_percent, 500, "create-workflow a%41 | 200"),
    ("success", "name-too-long", _is_long, 500, f"create-workflow {'a' * 201} | 200"),
    ("success", "hook-ctl-missing", _lacks_hook_ctl, 500, 'create-workflow a {"hook_ctl":null} | 200'),
    ("success", "unknown-key", _has_a_key_too_many, 400, 'create-workflow a {"zct_new":1} | 200'),
    ("success", "text-plain", _says_text, 415, "create-workflow a as text | 200"),
    ("success", "large-body", _is_large, 413, "create-workflow a and much | 200"),
    ("bad-request", "no-object", _is_no_object, 500, "create-workflow a + x | 400 EOF"),
)
_START = (
    ("queued", "name-not-ascii", _is_not_ascii, 500, "create-workflow 工 | 200 \n start-task 工 | 200 task 1 of 工"),
    ("malformed-body", "no-object", _is_no_object, 500, "create-workflow a | 200 \n start-task a + x | 400 EOF"),
)
_TASK = (
    ("success", "name-with-percent", _has_a_percent, 404, "{given%} {call} a%41 1 | 200"),
    ("success", "id-percent-encoded", _id_is_encoded, 400, "{given} {call} a %31 | 200"),
    ("no-such-task", "id-beyond-32-bits", _id_is_large, 500, "{given} {call} a 2147483648 | 400 {missing}"),
    ("invalid-id", "id-no-number", _id_is_no_number, 500, "{given} {call} a x | 400 invalid task id"),
)


def changes() -> Iterator[Breakage]:
    """Yield all of this family."""
    yield from in_turn("robustness", _WIRES)
    for operation, rows in (("create-workflow", _CREATE), ("start-task", _START)):
        for row in rows:
            yield _odd(operation, *row)
    for operation, given, missing in (
        ("cancel-task", QUEUED, "mongo: no documents in result"),
        ("restart-task", CANCELLED, "获取工作流任务失败"),
    ):
        texts = {"{given}": given, "{given%}": _percent(given), "{call}": operation, "{missing}": missing}
        for answer, what, odd, status, lines in _TASK:
            filled = reduce(lambda line, key: line.replace(key, texts[key]), texts, lines)
            yield _odd(operation, answer, what, odd, status, filled)


def _odd(operation: str, answer: str, what: str, odd: Callable[[Request], bool], status: int, lines: str) -> Breakage:
    says = "What is odd and allowed is done, and what is wrong is refused with its own error."
    act = _fails(operation, odd, status)
    return told(f"robustness/{operation}/{answer}/{what}", says, "status", act, f"{lines} | {status}")


def _percent(given: str) -> str:
    return given.replace(" a ", " a%41 ").replace("of a ", "of a%41 ")
