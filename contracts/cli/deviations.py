"""The commands that keep a file of known deviations."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from contracts.cli.options import echo
from contracts.cli.runs import WritingCommand
from contracts.report.verdict_file import read
from contracts.text.message import msg

DAYS = 180
"""How long a deviation is believed, where nobody says."""
_FILE = click.option(
    "--file", "path", default="deviations.toml", show_default=True, type=click.Path(path_type=Path), help="The file."
)


@click.group()
def deviations() -> None:
    """Record known deviations from a run, and remove what no longer shows."""


@deviations.command(cls=WritingCommand)
@_FILE
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Date to review it by; default: in half a year.")
@click.option("--source", default="", help="Where it is known from; default: the run.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("cases", nargs=-1, metavar="[CASE …]")
def add(run: Path, cases: tuple[str, ...], path: Path, expires: datetime | None, source: str) -> None:
    """Write a row for each CASE of RUN, with its exact signatures; without a CASE, for all breaches and drifts.

    A run uses the file with --deviations FILE. Exit code: 0, or 4 for unusable input.
    """
    from contracts.run.deviation_rows import add as write_rows

    until = (expires or datetime.now(UTC) + timedelta(days=DAYS)).date()
    for name in write_rows(read(run), cases, path, until, source):
        echo(msg("{file}: {row} written, until {date}; describe in your own words what it means", path, name, until))


@deviations.command(cls=WritingCommand)
@_FILE
@click.argument("run", type=click.Path(path_type=Path))
def prune(run: Path, path: Path) -> None:
    """Remove the rows and cases of a file that no longer show in RUN. Exit code: 0, or 4 for unusable input."""
    from contracts.run.deviation_rows import prune as take_out

    gone = take_out(read(run), path)
    for what in gone:
        echo(msg("{file}: {what} no longer shows, and was removed", path, what))
    if not gone:
        echo(msg("{file}: everything in it about this run still shows", path))


COMMANDS = (deviations,)
