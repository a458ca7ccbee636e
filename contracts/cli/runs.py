"""Commands about runs that are over: what they come to, their reports, shards put together, durations."""

import json
import os
import sys
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from contracts.cli.options import SpokenCommand, checkout, echo, fail, spoken
from contracts.i18n.translate import localized
from contracts.report.verdict_file import read
from contracts.text.errors import InputError, of_system
from contracts.text.message import about, msg
from contracts.text.printable import in_json, printable
from contracts.text.readable import UMASKS, let_read
from contracts.text.redact import register


class RunsCommand(SpokenCommand):
    """A command about runs. What cannot be used, an option or a folder, ends it in one line and with exit code 4."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            fail(error.message)
        except OSError as error:
            why = of_system(error.strerror or error)
            fail(about(error.filename or ctx.command_path, "cannot be used: {why}", why))


class WritingCommand(RunsCommand):
    """A command about runs that writes files, for whom the setting says."""

    @cached_property
    def shared(self) -> list[click.Parameter]:
        """The language, and who may read the files."""
        from contracts.settings.settings import SETTINGS, option

        means = SETTINGS["readable_by"].metadata["means"]
        return [*super().shared, click.Option([option("readable_by")], type=click.Choice([*UMASKS]), help=means)]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, with that in force."""
        from contracts.settings.settings import SettingsError, one

        try:
            ctx.call_on_close(let_read(one("readable_by", ctx.params.pop("readable_by"))))
        except SettingsError as error:
            fail(error.message)
        return super().invoke(ctx)


def _live(folder: Path) -> dict[str, Any]:
    """Return the verdict of a run; where ZADIG_REQUIRE_LIVE asks for a live Zadig, one on a stand-in cannot be used."""
    from contracts.report.gate import NOT_LIVE
    from contracts.settings.settings import one

    verdict = read(folder)
    if one("require_live") and verdict["run"]["stand_in"] is not None:
        raise InputError(about(folder, NOT_LIVE))
    return verdict


def _say_json(value: object) -> None:
    click.echo(printable(register.mask(json.dumps(value, indent=1)), keep="\n", code=in_json))


@click.command(cls=RunsCommand)
@click.option(
    "--profile",
    type=click.Choice(["smoke", "regression", "nightly", "acceptance", "explore"]),
    help="The smallest profile that counts.",
)
@click.option("--selection", is_flag=True, help="Also accept runs of only a part of their profile's cases.")
@click.option(
    "--require-live/--no-require-live",
    "live",
    default=None,
    help="Count runs on a stand-in as inconclusive; default: with --profile, or as ZADIG_REQUIRE_LIVE says.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("runs", nargs=-1, required=True, metavar="RUN …", type=click.Path(path_type=Path))
def gate(runs: tuple[Path, ...], profile: str | None, selection: bool, live: bool | None, as_json: bool) -> None:
    """Decide from the folders of runs whether to release. With --profile, a run of a smaller profile or on a stand-in
    is inconclusive.

    So is a run in which some cases of its profile were not selected, unless --selection says that this was intended.

    Exit code, of the worst: 1 rejected, 4 a folder that is unusable or was changed, 6 inconclusive, 7 accepted but
    something leaked, 0 accepted.
    """
    from contracts.check.recheck import recheck
    from contracts.report.gate import gate as decide
    from contracts.report.gate import lines, to_json
    from contracts.settings.settings import one

    live = one("require_live", live, usual=profile is not None)
    today = datetime.now(UTC).date()
    gated, together = decide(runs, today, profile, selection=selection, live=live, recheck=recheck)
    if as_json:
        _say_json(to_json(gated, together))
    else:
        for line in lines(gated, together, spoken()):
            echo(line)
    sys.exit(together.exit)


@click.command(cls=RunsCommand)
@click.option("--format", "shape", default="text", show_default=True, type=click.Choice(["text", "markdown", "json"]))
@click.option("--fail-on-lost", is_flag=True, help="Exit with 6 if cases of OLD have no result in NEW.")
@click.option(
    "--max-p95",
    metavar="MS|OPERATION=MS,…",
    help="Exit with 1 if the 95th percentile of response times in NEW is higher.",
)
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def compare(old: Path, new: Path, shape: str, fail_on_lost: bool, max_p95: str | None) -> None:
    """List what changed from the run OLD to the run NEW: cases, responses key by key, and times beyond noise.

    Exit code: 1 where anything is newly broken or beyond --max-p95, 4 an unusable folder, 6 lost cases with
    --fail-on-lost, else 0.
    """
    from contracts.report.compare.compare import compare as look_at_both
    from contracts.report.compare.text import lines, markdown

    found = look_at_both(_live(old), _live(new), fail_on_lost=fail_on_lost, max_p95=max_p95)
    if shape == "json":
        _say_json(found.to_json())
    else:
        for line in lines(found, spoken()) if shape == "text" else markdown(found, spoken()).splitlines():
            echo(line)
    sys.exit(found.exit)


@click.command(cls=WritingCommand)
@click.argument("folder", default="runs", type=click.Path(path_type=Path))
def history(folder: Path) -> None:
    """Write FOLDER/history.html: verdicts and times of the runs in FOLDER over time, and flaky cases."""
    from contracts.report.history import history as read_all
    from contracts.report.history import write

    found = read_all(folder)
    for line in found.unreadable:
        echo(msg("not read: {why}", line), err=True)
    if not found.points:
        fail(about(folder, "there is no run with a verdict in it; give the folder that contains the folders of runs"))
    echo(str(write(found, folder, spoken())))


@click.command(cls=WritingCommand)
@click.option("--out", type=click.Path(path_type=Path), help="The zip; default: RUN/evidence.zip.")
@click.option("--verify", type=click.Path(path_type=Path), help="Check this bundle instead of making one.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="File of the secret key to sign with, or to check the signature with.",
)
@click.argument("run", required=False, type=click.Path(path_type=Path))
def bundle(run: Path | None, out: Path | None, verify: Path | None, key_file: Path | None) -> None:
    """Put the evidence of RUN into one zip that can be handed to another team, with a manifest and checksums.

    Checksums find damage. Whoever changes a bundle on purpose can compute them again, unless it is signed with a
    secret key that only the two teams have (HMAC-SHA256).

    Exit code: 0 made, or intact; 1 a bundle that is not intact; 4 unusable input.
    """
    from contracts.paths import ROOT
    from contracts.report.bundle import check, read_key, write
    from contracts.run.version import suite
    from contracts.settings.settings import hide_environment

    if (run is None) == (verify is None):
        fail(msg("give either the folder of a run, or a bundle with --verify"))
    key = read_key(key_file) if key_file else None
    if verify is not None:
        problems, signed = check(verify, key)
        for line in problems:
            echo(about(verify, line))
        unsigned = "intact: all files match its manifest, which is not signed, so a change of both would go unnoticed"
        conclusion = msg("intact, and signed with this key") if key else msg(unsigned)
        if signed and not key:
            conclusion = msg("intact: all files match its manifest; --key-file checks its signature")
        if problems:
            conclusion = msg("NOT INTACT")
        echo(f"{verify}: {localized(conclusion, spoken())}")
        sys.exit(1 if problems else 0)
    if run is not None:
        hide_environment()
        path = out or run / "evidence.zip"
        checksum = write(run, path, mask=register.mask, root=ROOT, suite=suite(), key=key)
        echo(f"{path}  sha256 {checksum}")
        echo(msg("signed") if key else msg("not signed; --key-file FILE signs it"))


@click.command(cls=WritingCommand)
@click.option("--allure", type=click.Path(path_type=Path), help="Also write allure's results into this folder.")
@click.option("--har", type=click.Path(path_type=Path), help="Also write the exchanges into this HTTP Archive (HAR).")
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path, allure: Path | None, har: Path | None) -> None:
    """Write report.html, summary.md, junit.xml and ctrf.json of RUN again, from its verdict.json."""
    from contracts.report.write import write_all

    verdict = read(run)
    warnings = write_all(verdict, run, {}, allure, spoken())
    for line in warnings:
        echo(line, err=True)
    if har is not None:
        from contracts.report.bundle import clean
        from contracts.report.export.har import pieces
        from contracts.settings.settings import hide_environment
        from contracts.text import atomic

        hide_environment()
        atomic.write(har, pieces(clean(verdict, register.mask)))
    echo(str(run / "report.html"))
    sys.exit(1 if warnings else 0)


@click.command(cls=WritingCommand)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the merged run.")
@click.argument("runs", nargs=-1, required=True, metavar="RUN …", type=click.Path(path_type=Path))
def merge(runs: tuple[Path, ...], out: Path) -> None:
    """Put the shards of one plan together: one verdict with its reports. A case that no shard ran counts as not run.

    Exit code: that of the merged verdict, or 4 where the runs are not shards of one plan, target and release.
    """

    from contracts.report.summary.terminal import verdict_line
    from contracts.report.write import write_all
    from contracts.run.merge import merge as put_together
    from contracts.run.verdict import write

    verdict = put_together([_live(run) for run in runs], out.name, str(out))
    write(verdict, out)
    for line in write_all(verdict, out, os.environ, lang=spoken()):
        echo(line, err=True)
    echo(verdict_line(verdict, spoken()))
    echo(str(out / "report.html"))
    sys.exit(verdict["exit"])


@click.command(cls=RunsCommand)
@click.argument("run", type=click.Path(path_type=Path))
def timings(run: Path) -> None:
    """Record how long the cases of RUN took, which balances the shards."""
    from contracts.run.shards import record

    echo(record(read(run), checkout()))


COMMANDS: tuple[click.Command, ...] = (gate, compare, history, bundle, report, merge, timings)
