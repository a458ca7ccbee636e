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
    """Write known deviations down from a run, and take out what no longer shows."""


@deviations.command(cls=WritingCommand)
@_FILE
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Until when it is believed; left out: half a year.")
@click.option("--source", default="", help="Who says so; left out: the run.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("cases", nargs=-1, metavar="[CASE …]")
def add(run: Path, cases: tuple[str, ...], path: Path, expires: datetime | None, source: str) -> None:
    """Write a row for what each CASE of RUN shows, with its exact signatures; without a CASE, for all that went wrong.

    Give the file to a run by --deviations FILE. Exit code: 0, or 4 for what cannot be used.
    """
    from contracts.run.deviation_rows import add as write_rows

    until = (expires or datetime.now(UTC) + timedelta(days=DAYS)).date()
    for name in write_rows(read(run), cases, path, until, source):
        echo(msg("{file}: {row} written, until {date}; say in your words what it means", path, name, until))


@deviations.command(cls=WritingCommand)
@_FILE
@click.argument("run", type=click.Path(path_type=Path))
def prune(run: Path, path: Path) -> None:
    """Take the rows and cases out of a file that RUN shows as gone. Exit code: 0, or 4 for what cannot be used."""
    from contracts.run.deviation_rows import prune as take_out

    gone = take_out(read(run), path)
    for what in gone:
        echo(msg("{file}: {what} no longer shows, and is taken out", path, what))
    if not gone:
        echo(msg("{file}: all that it has of this run still shows", path))


COMMANDS = (deviations,)
