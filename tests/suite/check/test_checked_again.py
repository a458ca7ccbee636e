"""A case is checked again from its exchange: what it says and what its exchange shows have to go together."""

import json
from typing import Any

import pytest

from contracts.case.outcome import Evidence
from contracts.check.breach import Breach, Kind
from contracts.check.recheck import recheck
from contracts.http.trace import Phase, Step
from helpers.checked_answers import ANSWERS, good
from helpers.verdicts import case, verdict

ERROR = "cancel-task/no-such-task"
JSON_TYPE = "application/json; charset=utf-8"
TEXT = "Method not allowed: DELETE /api/aslan/workflow/workflow"
STATUS = Breach(Kind.STATUS, "status", "HTTP 400", "HTTP 404", False, "404")

LATE = Breach(Kind.DEADLINE, "answer", "HTTP 400", "late", True)


def said(**changes: Any) -> str:
    return json.dumps(good(ANSWERS[ERROR]) | changes, ensure_ascii=False)


def row(
    answer: str = ERROR,
    body: str = "",
    result: str = "held",
    *,
    status: int | None = 400,
    content_type: str | None = JSON_TYPE,
    failure: str | None = None,
    steps: tuple[tuple[Phase, int], ...] | None = None,
    **parts: Any,
) -> dict[str, Any]:
    """Return a case of an answer that says this result, with what came."""
    operation, _, name = answer.partition("/")
    evidence = (Evidence("curl", status, content_type, body or said(), failure, 0.1),)
    made = steps if steps is not None else ((Phase.REQUEST, status or 0),) if status else ()
    told = tuple(Step(phase, operation, name, code, 0.0, 0.1) for phase, code in made)
    whole = {"answer": name, "evidence": evidence, "steps": told} | parts
    return case(f"{operation}/x", result, **whole)


ALREADY = {"description": "task: zct-b:7 is passed, cannot cancel"}
ROWS: dict[str, tuple[dict[str, Any], str]] = {
    "honest": (row(), ""),
    "with-names": (row("cancel-task/already-passed", said(**ALREADY)), ""),
    "with-a-name-of-two-lines": (
        row("cancel-task/already-passed", said(description="task: zct\nb:7 is passed, cannot cancel")),
        "",
    ),
    "another-text": (row(body=said(description="no")), "{} is held, but its exchange shows description"),
    "another-code": (row(body=said(code=1)), "{} is held, but its exchange shows wrong-constant:$.code"),
    "no-json": (row(body="{"), "{} is held, but its exchange shows not-json"),
    "cut": (row(body='{"code": 61… (12,345 characters in all)'), ""),
    "cut-short": (row(body='{"code": 61… (345 characters in all)'), ""),
    "cut-in-the-middle": (row(body="… (345 characters in all) {"), "{} is held, but its exchange shows not-json"),
    "no-type": (row(content_type=None), "{} is held, but its exchange shows content-type:none"),
    "another-type": (row(content_type="text/html"), "{} is held, but its exchange shows content-type:text/html"),
    "another-status": (row(status=404), "{} is held, but its exchange shows status:404"),
    "told": (row(status=404, result="drift", breaches=(STATUS,)), ""),
    "told-otherwise": (
        row(status=500, result="drift", breaches=(STATUS,)),
        "{} is drift, but its exchange shows status:500",
    ),
    "more-told-than-shown": (row(result="drift", breaches=(STATUS,)), ""),
    "steps-otherwise": (
        row(steps=((Phase.REQUEST, 404),)),
        "{} got 404 in its steps, and 400 in its exchange",
    ),
    "the-last-step-counts": (row(steps=((Phase.REQUEST, 404), (Phase.REQUEST, 400))), ""),
    "only-requests-count": (row(steps=((Phase.REQUEST, 400), (Phase.AFTERWARDS, 200))), ""),
    "no-steps": (row(steps=()), ""),
    "no-answer": (
        row(status=None, failure="broke off", content_type=None),
        "{} is held, but got no complete response",
    ),
    "no-answer-told": (
        row(status=None, failure="late", content_type=None, result="breach", breaches=(LATE,)),
        "",
    ),
    "crashed": (row(body=said(code=1), result="crashed"), ""),
    "no-evidence": (row(evidence=()), ""),
    "location-not-kept": (row("create-workflow/trailing-slash", status=307, content_type=None), ""),
    "gateways-own-page": (
        row("create-workflow/wrong-method", "<html>405 Not Allowed", status=405, content_type="text/html"),
        "",
    ),
    "unknown-answer": (row("cancel-task/never", "{}"), ""),
    "unknown-operation": (row("never/never", "{}"), ""),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_case_says_no_less_than_its_exchange(name: str) -> None:
    """Whoever makes a case hold by hand is told which one shows what; what is cut or was not kept says nothing."""
    found, wanted = ROWS[name]
    assert recheck(verdict(found)) == wanted.format(found["case"])


def test_the_first_that_does_not_go_together_is_told() -> None:
    wrong = row(status=404) | {"case": "cancel-task/y"}
    assert recheck(verdict(row(), wrong)) == "cancel-task/y is held, but its exchange shows status:404"


def test_what_names_another_request_may_be_told_as_a_wrong_description_and_the_other_way_round() -> None:
    """Which of both it is depends on what else was under way, which was not kept."""
    for kind in (Kind.DESCRIPTION, Kind.CROSS_TALK):
        told = Breach(kind, "$.description", "'a'", "'b'", True)
        assert recheck(verdict(row(body=said(**ALREADY), result="breach", breaches=(told,)))) == ""
    other = Breach(Kind.EMPTY, "body", "a JSON body", "an empty body", True)
    assert "shows description" in recheck(verdict(row(body=said(**ALREADY), result="breach", breaches=(other,))))


def test_a_run_of_an_unknown_release_cannot_be_checked_again() -> None:
    data = verdict(row(status=404))
    data["run"]["release"] = "9.9.9"
    assert recheck(data) == ""


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        pytest.param(TEXT, "", id="honest"),
        pytest.param(TEXT.replace("DELETE", "Delete\nx"), "", id="of-two-lines"),
        pytest.param("no", "{} is held, but its exchange shows text", id="another"),
    ],
)
def test_a_text_is_held_to_its_template(body: str, wanted: str) -> None:
    """Names that stand in it are whatever came: the request itself was not kept."""
    found = row("start-task/wrong-method", body, status=405, content_type="text/plain")
    assert recheck(verdict(found)) == wanted.format(found["case"])
