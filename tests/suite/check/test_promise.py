"""What a reader is told besides a breach: what an answer promises, written out, and what no exchange may show."""

import json
from dataclasses import replace

import pytest

from contracts.check.breach import Breach, Kind, show
from contracts.check.check import Checked, Promise, check, faults, promise, text_of
from contracts.http.exchange import Failure
from helpers.checked_answers import ANSWERS, SENT, exchange, found, good, held

ERROR = "cancel-task/no-such-task"


@pytest.mark.parametrize("name", ["start-task/queued", ERROR, "cancel-task/already-passed"])
def test_a_json_answer_is_promised_with_its_names(name: str) -> None:
    """Its body is its sample with what the request used put in, in the language of the API."""
    answer = ANSWERS[name]
    told = promise(answer, SENT)
    assert (told.status, told.content_type, told.schema) == (answer.status, answer.content_type, answer.schema_file)
    assert told.schema.endswith(f"{name}.json")
    assert json.loads(told.body) == {**answer.sample, **good(answer)}
    assert "\\u" not in told.body


def test_a_text_is_promised_with_its_names() -> None:
    """A prefix that a gateway may rewrite stays open."""
    text = "Method not allowed: DELETE {prefix}/workflow/workflow"
    assert promise(ANSWERS["every/wrong-method"], SENT) == Promise(405, "text/plain", text, "")


@pytest.mark.parametrize(("sample", "body"), [(["名", 1], '["名", 1]'), (None, "")], ids=["array", "none"])
def test_a_sample_that_is_no_object_is_promised_as_it_is(sample: object, body: str) -> None:
    assert promise(replace(ANSWERS[ERROR], sample=sample), SENT).body == body


def test_a_sample_keeps_its_description_where_none_is_promised() -> None:
    told = promise(replace(ANSWERS[ERROR], description=None), SENT)
    assert json.loads(told.body)["description"] == ANSWERS[ERROR].sample["description"]


FAULTS = [
    ("token-given-back", "no credential"),
    ("garbled", "one response"),
    ("no-answer", "a response to each request"),
]


@pytest.mark.parametrize(("kind", "promised"), FAULTS)
def test_what_no_response_may_do_is_a_breach_of_any_answer(kind: str, promised: str) -> None:
    """Beside whatever else came, and where the status may be any."""
    fault = Breach(Kind(kind), "answer", promised, "it is there", True)
    for name, parts in ((ERROR, {}), ("every/wrong-method", {"status": 403})):
        came = exchange(ANSWERS[name], faults=(Failure(kind, "it is there"),), **parts)
        assert held(ANSWERS[name], came) == Checked(
            (fault,), (), *(() if parts else (tuple(f"$.{key}" for key in good(ANSWERS[name])), good(ANSWERS[name])))
        )
    assert list(faults(came, "support call")) == [replace(fault, where="support call")]
    assert not fault.drift


def test_what_no_response_may_do_is_told_beside_why_there_is_none() -> None:
    came = exchange(ANSWERS[ERROR], failure=Failure("deadline", "late"), faults=(Failure("garbled", "two"),))
    assert found(held(ANSWERS[ERROR], came)) == [(Kind.DEADLINE, "answer"), (Kind.GARBLED, "answer")]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"a", "a"),
        (b"a\n", "a"),
        (b"a\r\n", "a"),
        (b"a\n\n", "a\n"),
        (b"\ra", "\ra"),
        (b"\na", "\na"),
        (b"\xff", "\ufffd"),
    ],
)
def test_one_line_break_at_the_end_of_a_text_says_nothing(body: bytes, text: str) -> None:
    assert text_of(body) == text


def test_a_line_names_the_call_before_it() -> None:
    breach = Breach(Kind.STATUS, "status", "HTTP 200", "HTTP 404", True, "404")
    assert str(breach.line()) == "status: expected HTTP 200, got HTTP 404"
    assert str(breach.line("find-workflow")) == "find-workflow: status: expected HTTP 200, got HTTP 404"


def test_a_long_value_is_cut_on_one_line() -> None:
    assert show("x" * 160) == "x" * 160
    assert show(" a\n b ") == "a b"
    cut = show("x" * 500)
    assert len(cut) < 200
    assert cut.endswith("… (500 characters)")


@pytest.mark.parametrize("sample", [None, ["x"]], ids=["none", "array"])
def test_an_answer_of_which_no_description_is_known_explains_none(sample: object) -> None:
    """A wrong description is cross-talk only where another answer is known to say it."""
    answer = ANSWERS[ERROR]
    silent = replace(answer, description=None, sample=sample, name="silent")
    came = exchange(answer, good(answer) | {"description": ""})
    assert found(check(came, answer, SENT, [silent])) == [(Kind.DESCRIPTION, "$.description")]


def test_a_text_that_holds_a_placeholder_may_have_any_line_there() -> None:
    answer = ANSWERS["every/wrong-method"]
    came = exchange(answer, body=b"Method not allowed: DELETE /a\n/b/workflow/workflow")
    assert found(held(answer, came)) == []
