"""Writes the reports of a run beside its verdict.json, once all is over."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from contracts.i18n.locale import ENGLISH
from contracts.paths import ROOT
from contracts.report.summary import markdown
from contracts.text import atomic
from contracts.text.message import msg

Verdict = Mapping[str, Any]
Environ = Mapping[str, str]
SUMMARY = "summary.md"


def write_all(
    verdict: Verdict, folder: Path, environ: Environ, allure: Path | None = None, lang: str = ENGLISH
) -> list[str]:
    """Write the reports of a run into its folder, the summary of a CI job where one is asked
    for, and results into the folder `allure`; return a line for each that could not be written. `lang` is the language
    of the summary: report.html has both, and programs read the others.

    A report that fails takes nothing else along.
    """
    lines = [_tried(name, _write, folder / name, make, environ) for name, make in reports(verdict, lang).items()]
    if allure is not None:
        lines.append(_tried("allure's results", _write_allure, verdict, allure))
    return [line for line in lines if line]


def reports(
    verdict: Verdict, lang: str = ENGLISH, now: datetime | None = None
) -> dict[str, Callable[[], Iterable[str]]]:
    """Return by the names of their files what makes the reports of a run, each in pieces."""
    from contracts.report.export import ctrf, junit  # only here: the page needs much
    from contracts.report.html import page

    return {
        "report.html": lambda: page.pieces(verdict, now=now),
        SUMMARY: lambda: [markdown.render(verdict, lang)],
        "junit.xml": lambda: junit.pieces(verdict),
        "places.junit": lambda: junit.pieces(verdict, places=True),
        "ctrf.json": lambda: ctrf.pieces(verdict),
    }


def _write(path: Path, make: Callable[[], Iterable[str]], environ: Environ) -> str:
    atomic.write(path, make())
    text = path.read_text(encoding="utf-8") if path.name == SUMMARY else ""
    return markdown.append_to_job_summary(text, environ) if text else ""


def _write_allure(verdict: Verdict, folder: Path) -> str:
    from contracts.report.export import allure

    allure.write(verdict, folder, root=ROOT)
    return ""


def _tried(name: str, write: Callable[..., str], *args: object) -> str:
    try:
        return write(*args)
    except Exception as error:  # whatever is wrong with a report, the verdict stands
        return msg("{name} could not be written: {error}: {why}", name, type(error).__name__, error)
