"""One case of a run once more: whether what it showed is still so."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from contracts.cli.options import echo, fail, spoken
from contracts.cli.runs import RunsCommand
from contracts.i18n.translate import say, word
from contracts.paths import CASES, ROOT
from contracts.report.summary.terminal import breach_line, came_back
from contracts.report.verdict_file import ReadError, read
from contracts.text.message import msg
from contracts.text.near import near

STILL, UNSURE = 1, 6
WHERE = (
    "api",
    "project",
    "env_name",
    "service",
    "service_module",
    "repo",
    "branch",
    "failing_branch",
    "hanging_branch",
    "cases",
)
"""Settings of a run that say where in its target the cases worked, and which there were; they are no secret."""
OF_A_RUN = ("ZADIG_RUN_DIR", "ZADIG_PROFILE", "ZADIG_SHARD", "ZADIG_DEVIATIONS", "ZADIG_BEHAVIOUR", "PYTEST_ADDOPTS")
"""Variables that are about another run than this."""
LAST = 400
"""Characters of what pytest said last that are shown where there is no verdict."""


@click.command(cls=RunsCommand)
@click.option("--base-url", metavar="URL", help="The Zadig to ask; default: ZADIG_BASE_URL, zadig.toml.")
@click.option("--behaviour", metavar="NAME", help="Behaviour of the stand-in, where the run had its own.")
@click.option("--script", is_flag=True, help="Send nothing; print shell commands that do the same.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("case")
def again(run: Path, case: str, base_url: str | None, behaviour: str | None, script: bool) -> None:
    """Repeat one case of RUN: set up its precondition, send, check response and state, clean up. Is it fixed?

    A known deviation counts as broken too.

    Exit code: 0 fixed, 1 still broken, 4 unusable input, 6 inconclusive, 7 fixed but something leaked.
    """
    verdict = read(run)
    earlier = _case(verdict, case, run)
    if script:
        click.echo(_script(earlier))
        return
    with tempfile.TemporaryDirectory(prefix="zadig-again-") as folder:
        command = [
            sys.executable,
            "-m",
            "pytest",
            *_arguments(verdict["run"], earlier, base_url, behaviour),
            "--run-dir",
            folder,
        ]
        environment = {name: value for name, value in os.environ.items() if name not in OF_A_RUN}
        done = subprocess.run(command, cwd=Path.cwd(), env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - options only
        try:
            now = _case(read(Path(folder)), case, run)
        except ReadError:
            echo((done.stderr.strip() or done.stdout.strip())[-LAST:], err=True)
            sys.exit(done.returncode or UNSURE)
    for line in _told(now, spoken()):
        echo(line)
    sys.exit(
        {"held": done.returncode}.get(now["result"], STILL if now["result"] in ("breach", "drift", "known") else UNSURE)
    )


def _case(verdict: Mapping[str, Any], name: str, run: Path) -> Mapping[str, Any]:
    cases: dict[str, Mapping[str, Any]] = {case["case"]: case for case in verdict["cases"]}
    if name not in cases:
        hint = near(name, cases, msg("it has {n} cases", len(cases)))
        raise ReadError("{run} has no case {name}; {hint}", run, repr(name), hint)
    return cases[name]


def _script(case: Mapping[str, Any]) -> str:
    line = case["again"] or next((exchange["curl"] for exchange in case["evidence"]), "")
    if not line:
        fail(msg("{case} has no recorded request that a shell could send", case["case"]))
    return str(line)


def _arguments(
    run: Mapping[str, Any], case: Mapping[str, Any], base_url: str | None, behaviour: str | None
) -> list[str]:
    """Return what pytest is told: the case alone, as it was asked, and where."""
    from contracts.settings.settings import one, option

    own = ["-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c", str(ROOT / "pytest.ini"), str(CASES)]
    own += ["-k", f"[{case['case']}]", "--deviations", "none", "--release", run["release"], "--profile", run["profile"]]
    own += ["--shard", "1/1", "--api-prefix", run["api_prefix"]]
    own += [part for name in WHERE if (value := run["settings"].get(name)) for part in (option(name), str(value))]
    url = one("base_url", base_url)
    if url is None and run["embedded"]:
        return [*own, "--behaviour", behaviour or run["stand_in"]]
    if url is None:
        unsaid = "to send requests and a token to the target of that run, confirm its address: add --base-url {url}"
        fail(msg(unsaid, run["base_url"]))
    return [*own, "--base-url", url]


def _told(case: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Yield what the case showed this time, what matters first, in a language."""
    from contracts.case.reproduce import looks

    name, result = case["case"], case["result"]
    if result == "held":
        yield say(lang, "fixed: {case} holds", name)
        return
    if not case["breaches"]:
        yield say(lang, "inconclusive: {case} is {result}: {why}", name, word(lang, result), case["reason"])
        return
    yield say(lang, "still broken: {case}", name)
    yield from (f"  {breach_line(breach, lang)}" for breach in case["breaches"])
    for exchange in case["evidence"]:
        yield f"  {exchange['curl']}"
        yield say(lang, "  response: {came}", came_back(exchange, lang))
    yield from (f"  {look}" for look in looks(case["again"]))


COMMANDS = (again,)
