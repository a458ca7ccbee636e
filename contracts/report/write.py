"""Writes the reports of a run beside its verdict.json, once all is over."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from contracts.i18n.locale import ENGLISH
from contracts.paths import ROOT
from contracts.text import atomic
from contracts.text.message import msg

Verdict = Mapping[str, Any]
Environ = Mapping[str, str]
Report = Callable[[Verdict, Path, Environ, str], str | None]


def write_all(
    verdict: Verdict, folder: Path, environ: Environ, allure: Path | None = None, lang: str = ENGLISH
) -> list[str]:
    """Write report.html, summary.md and junit.xml into the folder of a run, the summary of a CI job where one is asked
    for, and results into the folder `allure`; return a line for each that could not be written. `lang` is the language
    of the summary: report.html has both, and programs read the others.

    A report that fails takes nothing else along.
    """
    lines = [_tried(name, write, verdict, folder, environ, lang) for name, write in _REPORTS.items()]
    if allure is not None:
        lines.append(_tried("allure's results", _allure, verdict, allure, environ, lang))
    return [line for line in lines if line]


def _html(verdict: Verdict, folder: Path, _: Environ, __: str) -> None:
    from contracts.report.html import page as html

    atomic.write(folder / "report.html", html.pieces(verdict))


def _markdown(verdict: Verdict, folder: Path, environ: Environ, lang: str) -> str | None:
    from contracts.report.summary import markdown

    text = markdown.render(verdict, lang)
    atomic.write(folder / "summary.md", [text])
    return markdown.append_to_job_summary(text, environ)


def _junit(verdict: Verdict, folder: Path, _: Environ, __: str) -> None:
    from contracts.report.export import junit

    atomic.write(folder / "junit.xml", [junit.render(verdict)])


def _allure(verdict: Verdict, folder: Path, _: Environ, __: str) -> None:
    from contracts.report.export import allure

    allure.write(verdict, folder, root=ROOT)


_REPORTS: Mapping[str, Report] = {
    "report.html": _html,
    "summary.md": _markdown,
    "junit.xml": _junit,
}


def _tried(name: str, write: Report, verdict: Verdict, folder: Path, environ: Environ, lang: str) -> str | None:
    try:
        return write(verdict, folder, environ, lang)
    except Exception as error:  # whatever is wrong with a report, the verdict stands
        return msg("{name} could not be written: {error}: {why}", name, type(error).__name__, error)
