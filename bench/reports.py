"""What the reports of a run cost: made once all is over, beside the time that a run of as many cases takes."""

import json
import tempfile
import time
from pathlib import Path

from bench.overhead import pytest_seconds
from bench.table import BenchError, Table
from contracts.report.write import write_all

CASES = 500
BOUND = 0.15
"""Share of a run's time that its reports may add."""
TIMES = 3


def measure(quick: bool = False) -> list[Table]:
    """Return the table; `quick` shows only that it works: one run, no bound."""
    times = 1 if quick else TIMES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = min(pytest_seconds("--run-dir", f"{folder}/{number}") for number in range(times))
        verdict = json.loads((folder / "0" / "verdict.json").read_text(encoding="utf-8"))
        planned = len(verdict["cases"])
        if planned == 0:
            raise BenchError("no case was run")
        many = [verdict["cases"][number % planned] | {"case": _id(verdict, number)} for number in range(CASES)]
        verdict["cases"] = many
        spent = []
        for number in range(times):
            (folder / f"reports-{number}").mkdir()
            started = time.perf_counter()
            warnings = write_all(verdict, folder / f"reports-{number}", {}, folder / f"allure-{number}")
            spent.append(time.perf_counter() - started)
            if warnings:
                raise BenchError(warnings[0])
    run, reports = seconds * CASES / planned, min(spent)
    rows: list[list[object]] = [
        [f"a run of {CASES} cases, from one of {planned}", f"{run:.2f} s", ""],
        [f"report.html, summary.md, junit.xml and allure's results of {CASES} cases", f"{reports:.2f} s", ""],
        ["share", f"{reports / run:.1%}", f"at most {BOUND:.0%}"],
    ]
    missed = (
        [f"reports take {reports / run:.1%}, and may take {BOUND:.0%}"] if reports > BOUND * run and not quick else []
    )
    return [Table("What the reports cost", ["measured", "best", ""], rows, [], missed)]


def _id(verdict: dict[str, object], number: int) -> str:
    cases = verdict["cases"]
    if not isinstance(cases, list):
        raise BenchError("the verdict has no cases")
    return f"{cases[number % len(cases)]['case']}-{number}"
