"""The answers of release 1.7.0 with an exchange that keeps each of them, and what a check finds in an exchange."""

import json
from dataclasses import replace
from typing import Any

from contracts.catalog.release import Answer, load
from contracts.check.check import Checked, check, fill
from contracts.http.exchange import Exchange, Request

RELEASE = load("1.7.0")
SENT = {
    "name": "zct-run-main-7 发布",
    "project": "nginx",
    "env": "qa",
    "id": "16",
    "method": "DELETE",
    "path": "/workflow/workflow",
    "shorter": "/workflow/workflow",
}
ANSWERS = {f"{a.operation or 'every'}/{a.name}": a for a in RELEASE.answers}
JSON_ANSWERS = {name: answer for name, answer in ANSWERS.items() if answer.body == "json"}
WRONG_TYPES = {"string": 7, "integer": "7", "object": [], "array": {}, "boolean": "true"}


def good(answer: Answer) -> dict[str, Any]:
    """Return the body that an answer promises, with the names put in."""
    assert answer.schema is not None
    samples = {"string": "text", "integer": 16, "object": {}}
    body = {key: rule.get("const", samples.get(rule.get("type"))) for key, rule in answer.schema["properties"].items()}
    templates = dict(answer.values) | ({"description": answer.description} if answer.description is not None else {})
    return body | {key: fill(template, SENT) for key, template in templates.items()}


def exchange(answer: Answer, value: Any = None, **parts: Any) -> Exchange:
    """Return an exchange that brought `value`, or the good body, as `answer` promises; `parts` replace parts of it."""
    if answer.body == "json":
        body = json.dumps(good(answer) if value is None else value, ensure_ascii=False).encode()
    else:
        body = fill(answer.text, SENT | {"prefix": "/api/aslan"}).encode()
    headers = {"Content-Type": answer.content_type} if answer.content_type else {}
    headers |= {"Location": fill(answer.location, SENT)} if answer.location else {}
    request = Request("POST", "/workflow/workflow")
    whole = Exchange(request, "http://127.0.0.1/", status=answer.status, headers=headers, body=body)
    return replace(whole, **parts)


def found(checked: Checked) -> list[tuple[str, str]]:
    """Return kind and place of all breaches."""
    return sorted((str(breach.kind), breach.where) for breach in checked.breaches)


def held(answer: Answer, came: Exchange) -> Checked:
    return check(came, answer, SENT, RELEASE.answers)


PAGE = b"<!DOCTYPE html><html><head><title>Zadig\n Login</title></head><body/></html>"
