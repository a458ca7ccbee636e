"""Commands about the project's own data: what is derived and what is generated."""

import sys
from pathlib import Path

import click

from contracts.catalog import ROOT


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail on any difference and print it.")
@click.argument("pages", nargs=-1, metavar="[PAGE …]", type=click.Path(path_type=Path))
def derive(pages: tuple[Path, ...], check: bool) -> None:
    """Derive documented.json from each PAGE, then the schemas and OpenAPI of every release."""
    from contracts.derive.run import derive as derive_all

    sys.exit(derive_all(ROOT, pages, check, click.echo))


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail on any difference and print it.")
def coverage(check: bool) -> None:
    """Write docs/coverage.md: every known fact of the workflow API, and the cases that hold it."""
    from contracts.coverage import coverage as cover

    sys.exit(cover(ROOT, check, click.echo))


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail on any difference and print it.")
def readme(check: bool) -> None:
    """Write the settings table of README.md and README.zh-CN.md."""
    from contracts.readme import readme as write_tables

    sys.exit(write_tables(ROOT, check, click.echo))


COMMANDS = (derive, coverage, readme)
