"""Holds what a run left behind against each other: its verdict and what each format counts."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from jsonschema import Draft202012Validator

from contracts.catalog.release import ROOT
from helpers.junit_schemas import valid

SCHEMA = json.loads((ROOT / "schemas" / "verdict.json").read_text(encoding="utf-8"))
SAY_NOTHING = ("crashed", "blocked", "unreachable", "disturbed")
STATUS = {"passed": ("held",), "failed": ("breach", "drift"), "broken": SAY_NOTHING}
STATUS |= {"skipped": ("known",), "unknown": ("not_run",)}
"""Status of an allure result to the counts of the verdict that it stands for."""


def disagreements(run: Path, allure: Path, own: Path | None) -> list[str]:
    """Return what does not fit; `own` is the file of pytest's --junitxml, which knows nothing of what did not run."""
    verdict = json.loads((run / "verdict.json").read_text(encoding="utf-8"))
    return [text for text in _all(verdict, run, allure, own) if text]


def _all(verdict: dict[str, Any], run: Path, allure: Path, own: Path | None) -> Iterator[str]:
    yield from (f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(verdict))
    counts = verdict["counts"]
    yield _unequal("run and not run", counts["run"] + counts["not_run"], counts["planned"])
    yield _unequal("cases", len(verdict["cases"]), counts["run"])
    wrong = counts["breach"] + counts["drift"]
    silent = sum(counts[name] for name in SAY_NOTHING)
    valid(ET.parse(run / "junit.xml").getroot())  # noqa: S314 - our own file
    for name in ("junit.xml", "places.junit"):
        written = _suites(run / name)
        yield _unequal(name, written, [counts["planned"], wrong, silent + counts["not_run"], counts["known"]])
    if own is not None:
        yield _unequal("--junitxml", _suites(own), [counts["run"], wrong, silent, counts["known"]])
    told = json.loads((run / "ctrf.json").read_text(encoding="utf-8"))["results"]["summary"]
    summary = {"tests": counts["planned"], "passed": counts["held"], "failed": wrong, "skipped": counts["known"]}
    summary |= {"pending": 0, "other": silent + counts["not_run"]}
    yield _unequal("ctrf.json", {name: told[name] for name in summary}, summary)
    results = [json.loads(path.read_text(encoding="utf-8")) for path in allure.glob("*-result.json")]
    found = Counter(result["status"] for result in results)
    for status, kinds in STATUS.items():
        yield _unequal(f"allure's {status}", found[status], sum(counts[kind] for kind in kinds))
    yield _unequal("allure's history", len({result["historyId"] for result in results}), len(results))
    yield "" if (run / "report.html").exists() and (run / "summary.md").exists() else "a report is missing"


def _suites(path: Path) -> list[int]:
    """Return tests, failures, errors and skipped of a JUnit file."""
    suites = list(ET.parse(path).getroot().iter("testsuite"))  # noqa: S314 - our own files
    return [sum(int(suite.get(key, "0")) for suite in suites) for key in ("tests", "failures", "errors", "skipped")]


def _unequal(what: str, found: object, wanted: object) -> str:
    return "" if found == wanted else f"{what}: {found} instead of {wanted}"
