"""junit.xml: a run's cases as Jenkins, GitLab and others read them.

How the verdict's counts become JUnit's: tests = planned; failures = breach, drift (unless drift is to warn) and, under
`acceptance`, known deviations that no longer show; errors = crashed and not run, so that no case that did not run looks
green; skipped = known, blocked and unreachable. The rest held. JUnit has no word for inconclusive and none for leaks:
the property `exit` has, and the exit code of the run or of the gate should decide the job.
Names and classes of test cases are the ids and operations of the case table: the same in every run.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

NAME = "zadig-contract"
LONGEST, LINE = 4_000, 300
"""Characters of a block of text, and of a message."""
BREACHES = 4
"""Breaches of a case that are told."""
_NO_XML = (
    r"[^\t\n\r\x20-\x7e\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
    r"\U00010000-\U0010ffff]"
)
"""What XML 1.0 forbids or advises against, and the signs that turn the order of text round. To compile this takes long,
so it is left until a text has more than printable ASCII."""
Verdict = Mapping[str, Any]


def render(verdict: Verdict) -> str:
    """Return junit.xml for a verdict."""
    run = verdict["run"]
    suite = ET.Element("testsuite", name=NAME)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(verdict).items():
        ET.SubElement(properties, "property", name=name, value=_clean(value, LINE))
    tests = [_test(case, run) for case in verdict["cases"]]
    tests += [_not_run(case) for case in verdict["not_run"]]
    suite.extend(tests)
    kinds = Counter(child.tag for test in tests for child in test)
    counts = {
        "tests": str(len(tests)),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
        "skipped": str(kinds["skipped"]),
        "time": f"{run['seconds']:.3f}",
    }
    suite.attrib.update(counts)
    suite.attrib.update(timestamp=_clean(run["started"][:19], LINE), hostname=_clean(run["host"], LINE))
    whole = ET.Element("testsuites", {"name": NAME} | counts)
    whole.append(suite)
    ET.indent(whole)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(whole, encoding="unicode") + "\n"


def _properties(verdict: Verdict) -> dict[str, str]:
    run = verdict["run"]
    return {
        "verdict": verdict["verdict"],
        "exit": str(verdict["exit"]),
        "reasons": "; ".join(verdict["reasons"]),
        "release": run["release"],
        "profile": run["profile"],
        "host": run["host"],
        "run": run["id"],
        "shard": run["shard"] or "",
        "stand_in": "" if run["stand_in"] is None else f"{run['stand_in']}: this says nothing about a live Zadig",
        "suite": run["suite"]["version"],
        "commit": run["suite"]["commit"] or "",
        "leaks": str(len(verdict["leaks"])),
    }


def _test(case: Mapping[str, Any], run: Mapping[str, Any]) -> ET.Element:
    test = _named(case["case"], case["operation"], case["seconds"])
    result, text = case["result"], _evidence(case)
    if result == "breach" or (result == "drift" and run["drift"] == "fail"):
        kinds = dict.fromkeys(breach["kind"] for breach in case["breaches"])
        _add(test, "failure", ", ".join(kinds) or result, _first(case), text)
    elif result == "drift":
        _add(test, "system-out", body=f"drift, which only warns:\n{text}")
    elif result == "crashed":
        _add(test, "error", result, case["reason"], text)
    elif result in ("blocked", "unreachable"):
        _add(test, "skipped", result, case["reason"])
    elif result == "known":
        _add(test, "skipped", "known-deviation", case["deviation"])
    elif case["fixed"] and run["profile"] == "acceptance":
        _add(test, "failure", "fixed-deviation", f"the known deviation {case['fixed']} no longer shows", text)
    return test


def _not_run(case: str) -> ET.Element:
    test = _named(case, case.partition("/")[0], 0)
    _add(test, "error", "not-run", "planned, and did not run")
    return test


def _named(case: str, operation: str, seconds: float) -> ET.Element:
    return ET.Element("testcase", classname=_clean(operation, LINE), name=_clean(case, LINE), time=f"{seconds:.3f}")


def _add(test: ET.Element, tag: str, kind: str = "", message: str = "", body: str = "") -> None:
    attributes = {"type": _clean(kind, LINE), "message": _clean(" ".join(message.split()), LINE)} if kind else {}
    ET.SubElement(test, tag, attributes).text = _clean(body, LONGEST) or None


def _first(case: Mapping[str, Any]) -> str:
    more = f", and {len(case['breaches']) - 1} more" if len(case["breaches"]) > 1 else ""
    return "".join(f"{_line(breach)}{more}" for breach in case["breaches"][:1]) or case["reason"]


def _line(breach: Mapping[str, Any]) -> str:
    return f"{breach['where']}: promised {breach['promised'][:LINE]}, came {breach['came'][:LINE]}"


def _evidence(case: Mapping[str, Any]) -> str:
    """Return what was promised where, what came, and the line that repeats it."""
    lines: list[str] = [f"promised by {case['promised']}"] if case["promised"] else []
    lines += map(_line, case["breaches"][:BREACHES])
    lines += [case["reason"]] if case["reason"] else []
    for exchange in case["evidence"][:1]:
        came = exchange["failure"] or f"HTTP {exchange['status']}, {exchange['body'][:1000] or 'an empty body'}"
        lines += [f"came back: {came}", exchange["curl"]]
    return "\n".join(lines)


def _clean(text: str, limit: int) -> str:
    """Return a text cut, with what XML does not allow, or what would turn the text round, as its code."""
    cut = text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
    if cut.isascii() and cut.isprintable():
        return cut
    return re.sub(_NO_XML, lambda sign: ascii(sign[0])[1:-1], cut)
