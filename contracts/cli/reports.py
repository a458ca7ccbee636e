"""Commands that write what comes of runs that are over: their reports, shards put together, durations."""

import sys
from pathlib import Path

import click

from contracts.cli.checkout import checkout
from contracts.cli.options import spoken
from contracts.cli.runs import RunsCommand, echo, fail
from contracts.i18n.translate import localized


@click.command(cls=RunsCommand)
@click.option("--allure", type=click.Path(path_type=Path), help="Also write allure's results into this folder.")
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path, allure: Path | None) -> None:
    """Write report.html, summary.md and junit.xml of RUN anew, from its verdict.json."""
    from contracts.report.verdict_file import read
    from contracts.report.write import write_all

    warnings = write_all(read(run), run, {}, allure, spoken())
    for line in warnings:
        echo(localized(line, spoken()), err=True)
    echo(str(run / "report.html"))
    sys.exit(1 if warnings else 0)


@click.command(cls=RunsCommand)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the merged run.")
@click.argument("runs", nargs=-1, required=True, metavar="RUN …", type=click.Path(path_type=Path))
def merge(runs: tuple[Path, ...], out: Path) -> None:
    """Put the shards of one plan together: one verdict with its reports. A case that no shard ran counts as not run.

    Exit code: that of the merged verdict, or 4 where the runs are not shards of one plan, target and release.
    """
    import os

    from contracts.catalog.release import CatalogError
    from contracts.report.summary.terminal import verdict_line
    from contracts.report.verdict_file import read
    from contracts.report.write import write_all
    from contracts.run.merge import MergeError
    from contracts.run.merge import merge as put_together
    from contracts.run.verdict import write

    try:
        verdict = put_together([read(run) for run in runs], out.name)
    except (MergeError, CatalogError) as error:
        fail(error.message)
    write(verdict, out)
    for line in write_all(verdict, out, os.environ, lang=spoken()):
        echo(localized(line, spoken()), err=True)
    echo(verdict_line(verdict, spoken()))
    echo(str(out / "report.html"))
    sys.exit(verdict["exit"])


@click.command(cls=RunsCommand)
@click.argument("run", type=click.Path(path_type=Path))
def timings(run: Path) -> None:
    """Record how long the cases of RUN took: shards are balanced by that."""
    from contracts.report.verdict_file import read
    from contracts.run.shards import record

    echo(localized(record(read(run), checkout()), spoken()))


COMMANDS = (report, merge, timings)
