"""junit.xml: a run's cases as Jenkins, GitLab and others read them.

How the verdict's counts become JUnit's: tests = planned; failures = breach, drift (unless drift is to warn) and, under
`acceptance`, known deviations that no longer show; errors = what says nothing (crashed, blocked, unreachable or
disturbed) and what did not run, so that no such case looks green; skipped = known. The rest held. JUnit has no word for
inconclusive and none for leaks: the property `exit` has, and the exit code of the run or of the gate should decide.
Names and classes of test cases are the ids and operations of the case table: the same in every run.

The file has just what the schemas of Jenkins' xUnit plugin and of Surefire both allow. Neither allows a test case to
say where it stands, which other readers look for: so there is a second file, with attributes of that.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from contracts.report.export.status import ERROR, FAILED, SKIPPED, status, statuses
from contracts.report.summary.terminal import again
from contracts.text.printable import visible

NAME = "zadig-contract"
LONGEST, LINE = 4_000, 300
"""Characters of a block of text, and of a message."""
BREACHES = 4
"""Breaches of a case that are told."""
Verdict = Mapping[str, Any]


def pieces(verdict: Verdict, *, places: bool = False) -> Iterator[str]:
    """Yield junit.xml for a verdict, test by test; with `places`, attributes that only lenient readers take."""
    run = verdict["run"]
    suite = ET.Element("testsuite", name=NAME)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(verdict).items():
        ET.SubElement(properties, "property", name=name, value=visible(value, LINE))
    kinds, not_run = statuses(verdict), len(verdict["not_run"])
    counts = {
        "tests": str(kinds.total() + not_run),
        "failures": str(kinds[FAILED]),
        "errors": str(kinds[ERROR] + not_run),
        "skipped": str(kinds[SKIPPED]),
        "time": f"{run['seconds']:.3f}",
    }
    suite.attrib.update(counts)
    if places:
        suite.attrib.update(timestamp=visible(run["started"][:19], LINE), hostname=visible(run["host"], LINE))
    ET.indent(suite)
    before, end, _ = ET.tostring(suite, encoding="unicode").rpartition("</testsuite>")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{before}'
    for test in _tests(verdict, places):
        ET.indent(test, level=1)
        yield f"  {ET.tostring(test, encoding='unicode')}\n"
    yield f"{end}\n"


def _tests(verdict: Verdict, places: bool) -> Iterator[ET.Element]:
    for case in verdict["cases"]:
        yield _test(case, verdict["run"], places)
    for case in verdict["not_run"]:
        test = _named(case, case.partition("/")[0], 0)
        _add(test, "error", "not-run", "planned, and did not run")
        yield test


def _properties(verdict: Verdict) -> dict[str, str]:
    run = verdict["run"]
    return {
        "verdict": verdict["verdict"],
        "exit": str(verdict["exit"]),
        "reasons": "; ".join(verdict["reasons"]),
        "release": run["release"],
        "profile": run["profile"],
        "started": run["started"],
        "host": run["host"],
        "run": run["id"],
        "shard": run["shard"] or "",
        "stand_in": "" if run["stand_in"] is None else f"{run['stand_in']}: this says nothing about a live Zadig",
        "suite": run["suite"]["version"],
        "commit": run["suite"]["commit"] or "",
        "leaks": str(len(verdict["leaks"])),
    }


def _test(case: Mapping[str, Any], run: Mapping[str, Any], places: bool) -> ET.Element:
    test = _named(case["case"], case["operation"], case["seconds"])
    if places and case.get("file"):
        test.attrib.update(file=visible(case["file"], LINE), line=str(case["line"]))
    kind, result, text = status(case, run), case["result"], _evidence(case, run)
    if kind == FAILED and case["fixed"]:
        _add(test, "failure", "fixed-deviation", f"the known deviation {case['fixed']} no longer shows", text)
    elif kind == FAILED:
        kinds = dict.fromkeys(breach["kind"] for breach in case["breaches"])
        first = "".join(map(_line, case["breaches"][:1])) or case["reason"]
        more = f", and {len(case['breaches']) - 1} more" if len(case["breaches"]) > 1 else ""
        _add(test, "failure", ", ".join(kinds) or result, first + more, text)
    elif kind == ERROR:
        _add(test, "error", result, case["reason"], text)
    elif kind == SKIPPED:
        _add(test, "skipped", message=f"known deviation: {case['deviation']}")
    elif result == "drift":
        _add(test, "system-out", body=f"drift, which only warns:\n{text}")
    return test


def _named(case: str, operation: str, seconds: float) -> ET.Element:
    return ET.Element("testcase", classname=visible(operation, LINE), name=visible(case, LINE), time=f"{seconds:.3f}")


def _add(test: ET.Element, tag: str, kind: str = "", message: str = "", body: str = "") -> None:
    told = {"type": kind, "message": " ".join(message.split())}
    attributes = {name: visible(value, LINE) for name, value in told.items() if value}
    ET.SubElement(test, tag, attributes).text = visible(body, LONGEST) or None


def _line(breach: Mapping[str, Any]) -> str:
    return f"{breach['where']}: expected {breach['promised'][:LINE]}, got {breach['came'][:LINE]}"


def _evidence(case: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """Return what was promised where, what came, and the command that does it again."""
    lines: list[str] = [f"source: {case['promised']}"] if case["promised"] else []
    lines += map(_line, case["breaches"][:BREACHES])
    lines += [case["reason"]] if case["reason"] else []
    for exchange in case["evidence"][:1]:
        came = exchange["failure"] or f"HTTP {exchange['status']}, {exchange['body'][:1000] or 'an empty body'}"
        lines += [f"response: {came}", f"again: {again(case, run)}"]
    return "\n".join(lines)
