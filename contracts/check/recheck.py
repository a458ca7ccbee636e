"""Checks the cases of a run that is over once more, from the exchanges that its verdict kept: a result that somebody
changed by hand no longer goes with them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.catalog.release import Answer, CatalogError, Release, load
from contracts.check.breach import Kind
from contracts.check.check import check, pattern
from contracts.http.exchange import Exchange, Request
from contracts.report.verdict_rules import CANNOT_TELL
from contracts.text.message import msg
from contracts.text.strict_json import value_of

_CUT = re.compile(r"… \([\d,]+ characters in all\)\Z")
_SAME = {str(Kind.DESCRIPTION), str(Kind.CROSS_TALK)}
"""Which of these it is depends on what else was under way."""


def recheck(verdict: Mapping[str, Any]) -> str:
    """Return in what a case shows other than its exchange, empty where none does.

    What else a case looked at, such as the state afterwards, was not kept: so a case may show more, and never less.
    """
    try:
        release = load(verdict["run"]["release"])
    except CatalogError:
        return ""
    return next((wrong for case in verdict["cases"] for wrong in _differences(case, release)), "")


def _differences(case: Mapping[str, Any], release: Release) -> Iterator[str]:
    operation = release.operations.get(case["operation"])
    answer = operation.answers.get(case["answer"]) if operation else None
    if answer is None or case["result"] in CANNOT_TELL or not case["evidence"]:
        return
    came = case["evidence"][0]
    asked = [step["status"] for step in case["steps"] if step["phase"] == "request"]
    if asked and asked[-1] != came["status"]:
        yield msg("{case} got {step} in its steps, and {came} in its exchange", case["case"], asked[-1], came["status"])
    if came["failure"] and not case["breaches"]:
        yield msg("{case} is {result}, but got no complete response", case["case"], case["result"])
    shown = {(breach["kind"], breach["signature"], breach["drift"]) for breach in case["breaches"]}
    alike = {kind for kind, *_ in shown} & _SAME
    for breach in () if came["failure"] else check(*_again(came, answer)).breaches:
        kind = str(breach.kind)
        if (kind, breach.signature, breach.drift) not in shown and not (kind in _SAME and alike):
            what = "{case} is {result}, but its exchange shows {signature}"
            yield msg(what, case["case"], case["result"], breach.signature)


def _again(came: Mapping[str, Any], answer: Answer) -> tuple[Exchange, Answer, dict[str, str]]:
    """Return an exchange and its answer as far as they were kept, and the names that its texts have."""
    headers = {"Content-Type": came["content_type"]} if came["content_type"] else {}
    body = came["body"].encode("utf-8", "surrogatepass")
    exchange = Exchange(Request("", ""), "", came["status"], headers, body)
    answer = replace(answer, location="")
    if _CUT.search(came["body"]):
        answer = replace(answer, body="any")
    return exchange, answer, dict(_names(body, answer))


def _names(body: bytes, answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the names that stand in the texts of a body where the templates of its answer have them."""
    texts = dict(answer.values) | ({answer.described: answer.description} if answer.description is not None else {})
    said = value_of(body)
    for key, template in texts.items() if isinstance(said, dict) else ():
        found = re.fullmatch(pattern(template), str(said.get(key)), re.DOTALL)
        yield from found.groupdict().items() if found else ()
