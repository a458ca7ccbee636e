"""`make pictures`: the pictures of the READMEs, from a real run against a stand-in that is broken in one answer.

What they show is kept in `docs/pictures/verdict.json`. From it `stale` draws the terminal and writes the page again and
compares, so that a test knows without a browser whether the pictures are those of this version.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.catalog.release import ROOT
from contracts.report.html.page import render
from contracts.report.summary.terminal import Line, summary
from contracts.run.version import suite
from contracts.standin.app import create_app
from contracts.text.message import from_plain, to_plain

FOLDER = ROOT / "docs" / "pictures"
VERDICT, MADE_FROM = "verdict.json", "made-from.json"
BREAKAGE = "envelope/cancel-task/no-such-task/code-changed"
LANGUAGES = {"en": "en", "zh": "zh-CN"}
"""Each language of the suite, and how the names of its pictures end, which is its locale too."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTH, HEIGHT = 1280, 860
"""Pixels of a page's picture."""
COLUMNS, CELL, ROW, EDGE = 118, 8.0, 19, 20
"""Columns of the terminal; pixels of a column, a row and the edge around them."""
SIZES = {1: 13.2, 2: 15.2}
"""Size of the letters, by the columns that each takes."""
COLOURS = {"good": "#7ee787", "bad": "#ff7b72", "doubtful": "#e3b341", "faint": "#8b949e", "": "#e6edf3"}
FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK SC','PingFang SC',monospace"
SAID_OF_HELD = {"wanted": None, "seen": [], "evidence": [], "again": "", "steps": []}
"""What is not kept of a case that held: no picture shows it."""


def main() -> None:
    """Run, draw, photograph, and write down what all of it was made from."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"make pictures: no browser on this machine; install one of {', '.join(BROWSERS)}")
    verdict = kept(run())
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / VERDICT).write_text(written(to_plain(verdict)), encoding="utf-8")
    for lang in LANGUAGES:
        (FOLDER / name("terminal", lang)).write_text(terminal(verdict, lang), encoding="utf-8")
    photograph(page(verdict), browser)
    (FOLDER / MADE_FROM).write_text(json.dumps(made_from(verdict), indent=1) + "\n", encoding="utf-8")


def run() -> dict[str, Any]:
    """Return the verdict of a run of the default profile against the broken stand-in."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ZADIG_", "PYTEST_"))}
    with (
        tempfile.TemporaryDirectory() as folder,
        fault_proxy(breakages()[BREAKAGE], create_app("perfect", "manual")) as served,
    ):
        command = [sys.executable, "-m", "contracts", "run", "--base-url", served.base_url]
        done = subprocess.run(command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, check=False)
        if done.returncode != 1:
            sys.exit(f"make pictures: the run ended with exit code {done.returncode}, and 1 was expected")
        (found,) = Path(folder).glob(f"runs/*/{VERDICT}")
        verdict: dict[str, Any] = from_plain(json.loads(found.read_text(encoding="utf-8")))
    return verdict


def kept(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a verdict what the pictures show. Commit and command are left out: they tell of somebody's machine."""
    cases = [case | (SAID_OF_HELD if case["result"] == "held" else {}) for case in verdict["cases"]]
    about = verdict["run"] | {"suite": suite() | {"commit": None}, "command_line": []}
    return {**verdict, "cases": cases, "run": about}


def written(verdict: Mapping[str, Any]) -> str:
    """Return a verdict as JSON with a line for each case."""
    rest = json.dumps({key: value for key, value in verdict.items() if key != "cases"}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in verdict["cases"])
    return f'{rest[:-1]},\n"cases": [\n{lines}\n]}}\n'


def name(what: str, lang: str) -> str:
    """Return the name of a picture."""
    return f"{what}.{LANGUAGES[lang]}.{'svg' if what == 'terminal' else 'png'}"


def terminal(verdict: Mapping[str, Any], lang: str) -> str:
    """Return the summary of a run as an SVG that shows it as a terminal does, in any font of one width."""
    rows = [row for line in summary(verdict, f"runs/{verdict['run']['id']}", lang) for row in folded(line)]
    width, height = COLUMNS * CELL + 2 * EDGE, len(rows) * ROW + 2 * EDGE
    shown = "\n".join(drawn(row, number) for number, row in enumerate(rows) if row.text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'font-family="{FONTS}">\n'
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="#0d1117"/>\n{shown}\n</svg>\n'
    )


def folded(line: Line) -> Iterator[Line]:
    """Yield a line in rows of a terminal's width."""
    row, places = "", 0
    for sign in line.text:
        if places + cells(sign) > COLUMNS:
            yield Line(row, line.style)
            row, places = "", 0
        row, places = row + sign, places + cells(sign)
    yield Line(row, line.style)


def drawn(row: Line, number: int) -> str:
    """Return a row as SVG: signs of one width together, each run as wide as a terminal makes it."""
    parts, place = [], 0
    for each, signs in groupby(row.text, key=cells):
        text = "".join(signs)
        length = each * len(text)
        if text.strip():
            parts.append(
                f'<text x="{EDGE + place * CELL:g}" y="{EDGE + number * ROW + 14:g}" fill="{COLOURS[row.style]}" '
                f'font-size="{SIZES[each]}" textLength="{length * CELL:g}">{escape(text.replace(" ", chr(160)))}</text>'
            )
        place += length
    return "".join(parts)


def cells(text: str) -> int:
    """Return how many places a sign takes in a terminal."""
    return 2 if east_asian_width(text) in "WF" else 1


def page(verdict: Mapping[str, Any]) -> str:
    """Return report.html as it was on the day of the run."""
    return render(verdict, now=datetime.fromisoformat(verdict["run"]["ended"]))


def photograph(html: str, browser: str) -> None:
    """Write the first screen of the page in both languages."""
    from playwright.sync_api import sync_playwright

    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(html, encoding="utf-8")
        started = playwright.chromium.launch(executable_path=browser, args=as_root)
        for lang, locale in LANGUAGES.items():
            size = {"width": WIDTH, "height": HEIGHT}
            shown = started.new_page(viewport=size, locale=locale, color_scheme="light", reduced_motion="reduce")
            shown.goto(path.as_uri())
            shown.screenshot(path=FOLDER / name("report", lang))
        started.close()


def made_from(verdict: Mapping[str, Any]) -> dict[str, str]:
    """Return what the pictures in the folder are and were made from: version, breakage, and checksums."""
    photographs = {file: digest((FOLDER / file).read_bytes()) for file in (name("report", lang) for lang in LANGUAGES)}
    return {"suite": suite()["version"], "breakage": BREAKAGE, "page": digest(page(verdict).encode())} | photographs


def digest(data: bytes) -> str:
    """Return a checksum."""
    return hashlib.sha256(data).hexdigest()


def stale() -> list[str]:
    """Return what is no longer as this version shows it, by name; whatever it is, `make pictures` makes it anew."""
    verdict = from_plain(json.loads((FOLDER / VERDICT).read_text(encoding="utf-8")))
    told: dict[str, str] = json.loads((FOLDER / MADE_FROM).read_text(encoding="utf-8"))
    try:
        now = made_from(verdict)
        drawings = {name("terminal", lang): terminal(verdict, lang) for lang in LANGUAGES}
    except Exception as error:  # a verdict has other parts now
        return [f"{VERDICT}: {type(error).__name__}: {error}"]
    changed = [file for file, svg in drawings.items() if (FOLDER / file).read_text(encoding="utf-8") != svg]
    return [*(key for key in {**told, **now} if told.get(key) != now.get(key)), *changed]


if __name__ == "__main__":
    main()
