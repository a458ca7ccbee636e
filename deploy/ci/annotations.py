"""Prints a run's troubles as GitHub's workflow commands, so that they stand beside the job: annotations.py RUN

A server's text can start no command: line ends, percent signs and, in titles, colons and commas are escaped.
Exit code: 0, or 4 where the run has no verdict that can be read. The verdict itself is the gate's to tell.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

USAGE = 4
MOST = 9
"""Annotations of a level; GitHub shows ten a step, and the last one says how many more there are."""
LONGEST = 400
LEVELS = {"breach": "error", "drift": "error"}
LEVELS |= dict.fromkeys(("crashed", "blocked", "unreachable", "disturbed"), "warning")


def command(level: str, title: str, message: str) -> str:
    """Return one workflow command."""
    return f"::{level} title={escaped(title).replace(':', '%3A').replace(',', '%2C')}::{escaped(message)}"


def escaped(text: str) -> str:
    """Return a text as the message of a workflow command; signs that steer a terminal are written as their code."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    whole = cut.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in whole)


def annotations(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Yield a command for each case in trouble, the worst first, and one for the verdict."""
    warns = verdict["run"]["drift"] == "warn"
    found: dict[str, list[tuple[str, str]]] = {"error": [], "warning": []}
    for result, level in LEVELS.items():
        of_level = found["warning" if result == "drift" and warns else level]
        of_level += [(f"{result} {case['case']}", _what(case)) for case in verdict["cases"] if case["result"] == result]
    found["warning"] += [("planned and not run", case) for case in verdict["not_run"]]
    found["warning"] += [("leak", leak) for leak in verdict["leaks"]]
    for level, troubles in found.items():
        yield from (command(level, *trouble) for trouble in troubles[:MOST])
        if more := troubles[MOST:]:
            yield command(level, "more", f"{len(more)} more of this kind are in report.html")
    reasons = "; ".join(verdict["reasons"]) or "the target keeps its contract"
    if verdict["run"]["stand_in"] is not None:
        reasons += "; on the stand-in, so this says nothing about a live Zadig"
    level = "notice" if verdict["exit"] == 0 else "error"
    yield command(level, f"Zadig contract {verdict['verdict']}", f"{reasons} (exit {verdict['exit']})")


def _what(case: Mapping[str, Any]) -> str:
    lines = [f"{breach['where']}: expected {breach['promised']}, got {breach['came']}" for breach in case["breaches"]]
    lines += [case["reason"]] if case["reason"] else []
    return "\n".join(lines + ([f"source: {case['promised']}"] if case["promised"] else []))


def main(arguments: list[str]) -> int:
    """Print the annotations of the run whose folder is named."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if len(arguments) != 1:
        sys.stdout.write("usage: annotations.py RUN\n")
        return USAGE
    path = Path(arguments[0]) / "verdict.json"
    try:
        lines = list(annotations(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{path}: no verdict that can be read ({type(error).__name__}); was the run killed?"
        lines, code = [command("error", "Zadig contract", why)], USAGE
    else:
        code = 0
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
