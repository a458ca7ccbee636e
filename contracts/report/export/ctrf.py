"""ctrf.json: a run's cases in the Common Test Report Format. Who counts as what is said by status.py; an error, and a
case that did not run, is `other`, for which that format has no word."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from contracts.report.export.status import ERROR, LINE, message, status, statuses
from contracts.text.printable import visible

Verdict = Mapping[str, Any]


def pieces(verdict: Verdict) -> Iterator[str]:
    """Yield ctrf.json for a verdict, test by test: those of many cases are never held together."""
    run = verdict["run"]
    counts = statuses(verdict)
    counts["other"] = counts.pop(ERROR) + len(verdict["not_run"])
    started = round(1000 * datetime.fromisoformat(run["started"]).timestamp())
    took = round(1000 * run["seconds"])
    summary = {name: counts[name] for name in ("passed", "failed", "skipped", "pending", "other")}
    tool = {"name": "zadig-contract-tests", "version": visible(run["suite"]["version"], LINE)}
    about = {"verdict": verdict["verdict"], "exit": verdict["exit"], "leaks": len(verdict["leaks"])}
    environment = {
        "appName": "Zadig",
        "appVersion": visible(run["release"], LINE),
        "testEnvironment": visible(run["host"], LINE),
        "extra": {"profile": run["profile"], "standIn": visible(run["stand_in"] or "", LINE)},
    }
    whole = {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "runId": visible(run["id"], LINE),
        "generatedBy": tool["name"],
        "results": {
            "tool": tool,
            "summary": {"tests": counts.total(), **summary, "start": started, "stop": started + took, "extra": about},
            "environment": environment,
            "tests": [],
        },
    }
    before, after = json.dumps(whole, ensure_ascii=False, indent=1).rsplit("[]", 1)
    yield f"{before}["
    for number, test in enumerate(_tests(verdict)):
        yield f"{',' if number else ''}\n{json.dumps(test, ensure_ascii=False)}"
    yield f"\n]{after}\n"


def _tests(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for case in verdict["cases"]:
        kind, start = status(case, verdict["run"]), round(1000 * case["started"])
        took = round(1000 * case["seconds"])
        told: dict[str, Any] = {
            "name": visible(case["case"], LINE),
            "status": "other" if kind == ERROR else kind,
            "duration": took,
            "rawStatus": case["result"],
            "suite": [visible(part, LINE) for part in (case["operation"], case["answer"]) if part],
        }
        told |= {"start": start, "stop": start + took} if start else {}
        said = message(case, verdict)
        told |= {"message": said} if said else {}
        told |= {"filePath": visible(case["file"], LINE), "line": case["line"]} if case.get("file") else {}
        yield told
    for name in verdict["not_run"]:
        yield {"name": visible(name, LINE), "status": "other", "duration": 0, "rawStatus": "not run"}
