"""Each kind of breach has its line, and what is odd in an answer is named for what it is."""

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.check.breach import Breach, Kind
from contracts.check.check import Checked, check, fill
from contracts.http.exchange import Failure
from helpers.checked_answers import ANSWERS, PAGE, RELEASE, SENT, exchange, found, good, held

ERROR, QUEUED, METHOD = "cancel-task/no-such-task", "start-task/queued", "every/wrong-method"
OBSERVED, SLASH = "cancel-task/invalid-id", "every/trailing-slash"
JSON_TYPE = "application/json; charset=utf-8"
NO_METHOD = "'Method not allowed: DELETE {prefix}/workflow/workflow'"
A_PAGE = "is this the address and prefix of Zadig's API?"


def broken(**changes: Any) -> bytes:
    """Return the body of ERROR with some keys changed, and without those that are None."""
    body = good(ANSWERS[ERROR]) | changes
    return json.dumps({key: value for key, value in body.items() if value is not None}, ensure_ascii=False).encode()


def moved(location: str) -> dict[str, Any]:
    return {"status": 302, "headers": {"Content-Type": JSON_TYPE, "Location": location}}


LINES: dict[str, tuple[str, dict[str, Any], Breach]] = {
    "no-answer": (
        ERROR,
        {"failure": Failure("deadline", "no complete response within 10 s")},
        Breach(Kind.DEADLINE, "answer", "HTTP 400", "no complete response within 10 s", True),
    ),
    "status": (ERROR, {"status": 404}, Breach(Kind.STATUS, "status", "HTTP 400", "HTTP 404", False, "404")),
    "redirect": (
        ERROR,
        moved("https://login.example.com/x?token=y"),
        Breach(
            Kind.STATUS, "status", "HTTP 400", "HTTP 302, a redirect to login.example.com, not followed", False, "302"
        ),
    ),
    "redirect-on-the-host": (
        ERROR,
        moved("/login"),
        Breach(Kind.STATUS, "status", "HTTP 400", "HTTP 302, a redirect to the same host, not followed", False, "302"),
    ),
    "redirect-to-nonsense": (
        ERROR,
        moved("http://[x"),
        Breach(
            Kind.STATUS, "status", "HTTP 400", "HTTP 302, a redirect to an invalid address, not followed", False, "302"
        ),
    ),
    "leads-elsewhere": (
        SLASH,
        {"headers": {"Location": "https://evil.example/x"}},
        Breach(Kind.REDIRECT, "Location", "/workflow/workflow", "https://evil.example/x", False),
    ),
    "leads-nowhere": (SLASH, {"headers": {}}, Breach(Kind.REDIRECT, "Location", "/workflow/workflow", "none", False)),
    "content-type": (
        ERROR,
        {"headers": {"Content-Type": "text/html; charset=utf-8; level=1"}},
        Breach(Kind.CONTENT_TYPE, "Content-Type", JSON_TYPE, "text/html; charset=utf-8; level=1", False, "text/html"),
    ),
    "no-content-type": (
        ERROR,
        {"headers": {}},
        Breach(Kind.CONTENT_TYPE, "Content-Type", JSON_TYPE, "none", False, "none"),
    ),
    "empty-body": (ERROR, {"body": b""}, Breach(Kind.EMPTY, "body", "a JSON body", "an empty body", True)),
    "not-json": (
        ERROR,
        {"body": b'{"a":\n1} x'},
        Breach(Kind.NOT_JSON, "body", "a JSON body", '{"a": 1} x (Extra data at line 2 column 4)', True),
    ),
    "not-utf-8": (
        ERROR,
        {"body": b'"\xff"'},
        Breach(Kind.NOT_JSON, "body", "a JSON body", '"\ufffd" (not UTF-8 at byte 1)', True),
    ),
    "page": (
        ERROR,
        {"body": PAGE},
        Breach(Kind.NOT_JSON, "body", "a JSON body", f"an HTML page titled 'Zadig Login'; {A_PAGE}", True),
    ),
    "page-without-title": (
        ERROR,
        {"body": b"<!DOCTYPE html>Zadig"},
        Breach(Kind.NOT_JSON, "body", "a JSON body", f"an HTML page; {A_PAGE}", True),
    ),
    "text": (METHOD, {"body": b"Welcome\xff"}, Breach(Kind.TEXT, "body", NO_METHOD, "'Welcome\ufffd'", False)),
    "no-text": (METHOD, {"body": b""}, Breach(Kind.TEXT, "body", NO_METHOD, "an empty body", False)),
    "text-for-nothing": (
        "every/unauthorized",
        {"body": b"Welcome"},
        Breach(Kind.TEXT, "body", "an empty body", "'Welcome'", False),
    ),
    "missing-key": (
        ERROR,
        {"body": broken(extra=None)},
        Breach(
            Kind.MISSING,
            "$.extra",
            "this key",
            "no such key, only code, description, message, type",
            True,
            "$.extra",
        ),
    ),
    "wrong-type": (
        ERROR,
        {"body": broken(extra="x")},
        Breach(Kind.TYPE, "$.extra", "a value of type object", "string x", True, "$.extra"),
    ),
    "constant": (
        ERROR,
        {"body": broken(code="6163")},
        Breach(Kind.CONSTANT, "$.code", "6163", "'6163'", True, "$.code"),
    ),
    "name": (
        QUEUED,
        {"body": b'{"pipeline_name": "zct-b", "task_id": 1}'},
        Breach(Kind.CONSTANT, "$.pipeline_name", "'zct-run-main-7 发布'", "'zct-b'", False, "$.pipeline_name"),
    ),
    "minimum": (
        QUEUED,
        {"body": '{"pipeline_name": "zct-run-main-7 发布", "task_id": 0}'.encode()},
        Breach(Kind.SCHEMA, "$.task_id", "minimum 1", "0", False, "minimum:$.task_id"),
    ),
    "description": (
        ERROR,
        {"body": broken(description="no such\ntask")},
        Breach(Kind.DESCRIPTION, "$.description", "'mongo: no documents in result'", "'no such task'", True),
    ),
    "cross-talk": (
        ERROR,
        {"body": broken(description="task: zct-run-main-7 发布:16 is passed, cannot cancel")},
        Breach(
            Kind.CROSS_TALK,
            "$.description",
            "'mongo: no documents in result'",
            "'task: zct-run-main-7 发布:16 is passed, cannot cancel', the description of cancel-task/already-passed, "
            "which belongs to another request",
            True,
        ),
    ),
}


@pytest.mark.parametrize(("name", "parts", "wanted"), [pytest.param(*row, id=name) for name, row in LINES.items()])
def test_the_line_of_each_kind(name: str, parts: dict[str, Any], wanted: Breach) -> None:
    """Each kind of breach says where, what was promised and what came, and deviations know it by its signature."""
    assert held(ANSWERS[name], exchange(ANSWERS[name], **parts)).breaches == (wanted,)


@pytest.mark.parametrize(
    ("promised", "value", "came"),
    [
        pytest.param("integer", True, "boolean True", id="boolean"),
        pytest.param("string", 7, "integer 7", id="integer"),
        pytest.param("integer", 1.5, "number 1.5", id="number"),
        pytest.param("integer", "7", "string 7", id="string"),
        pytest.param("object", [], "array []", id="array"),
        pytest.param("array", {}, "object {}", id="object"),
        pytest.param("object", None, "null None", id="null"),
    ],
)
def test_a_wrong_type_is_named(promised: str, value: object, came: str) -> None:
    """The line names the JSON type that came, and shows the value."""
    answer = replace(ANSWERS[OBSERVED], description=None, schema={"properties": {"x": {"type": promised}}})
    (breach,) = held(answer, exchange(answer, {"x": value})).breaches
    assert breach == Breach(Kind.TYPE, "$.x", f"a value of type {promised}", came, False, "$.x")


def test_a_missing_key_where_there_is_none() -> None:
    """An empty object is said to have no key at all."""
    answer = replace(ANSWERS[OBSERVED], description=None, schema={"required": ["x"]})
    (breach,) = held(answer, exchange(answer, {})).breaches
    assert str(breach) == "$.x: expected this key, got no such key, only none"


@pytest.mark.parametrize(("came", "kinds"), [("", []), ("no", [Kind.DESCRIPTION])], ids=["empty", "some"])
def test_an_empty_description_may_be_promised(came: str, kinds: list[Kind]) -> None:
    answer = replace(ANSWERS[ERROR], description="")
    assert [breach.kind for breach in held(answer, exchange(answer, body=broken(description=came))).breaches] == kinds


def test_a_description_of_another_code_is_just_wrong() -> None:
    """Cross-talk is told only between answers of one code: the description of another code has other causes."""
    answer, another = ANSWERS[ERROR], ANSWERS["restart-task/already-passed"]
    assert answer.code != another.code
    came = exchange(answer, body=broken(description=another.description))
    assert found(held(answer, came)) == [(Kind.DESCRIPTION, "$.description")]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param("release 7", "release 7", id="own-name"),
        pytest.param("zct-mine", "zct-other\nline", id="name-of-two-lines"),
    ],
)
def test_cross_talk_with_any_name_of_the_suite(sent: str, said: str) -> None:
    """A description that names what this request sent, or another case's name, is cross-talk however it is written."""
    answer, another = ANSWERS["create-workflow/no-stage"], ANSWERS["create-workflow/already-exists"]
    came = exchange(answer, good(answer) | {"description": fill(another.description or "", SENT | {"name": said})})
    assert found(check(came, answer, SENT | {"name": sent}, RELEASE.answers)) == [(Kind.CROSS_TALK, "$.description")]


@pytest.mark.parametrize("body", [b"", b"OK", b"<html>", b"{"], ids=["empty", "text", "page", "half"])
def test_any_body_may_be_any(body: bytes) -> None:
    """Where any body is promised, none is a breach."""
    answer = ANSWERS["every/no-method"]
    assert held(answer, exchange(answer, body=body)) == Checked()


def test_an_answer_without_a_schema_is_held_to_its_names() -> None:
    """A support call's answer has no schema; its names are looked at all the same, and no key counts as unknown."""
    answer = RELEASE.support["get-task"].answers["found"]
    came = exchange(answer, {"task_id": 1, "pipeline_name": "zct-b"})
    assert held(answer, came) == Checked(
        (Breach(Kind.CONSTANT, "$.pipeline_name", "'zct-run-main-7 发布'", "'zct-b'", False, "$.pipeline_name"),),
        value={"task_id": 1, "pipeline_name": "zct-b"},
    )


@pytest.mark.parametrize(("status", "signature"), [(299, "contradiction:$.type"), (300, "contradiction:$.message")])
def test_a_status_from_300_on_reports_no_success(status: int, signature: str) -> None:
    """Of a body that says both, the word of failure contradicts the one status and that of success the other."""
    answer = ANSWERS["cancel-task/success"]
    came = exchange(answer, answer.sample | {"type": "error"}, status=status)
    assert signature in [breach.signature for breach in held(answer, came).breaches]
