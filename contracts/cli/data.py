"""Commands about the project's own data: what is derived and what is generated."""

import sys
from pathlib import Path

import click

from contracts.cli.options import checkout
from contracts.paths import PACKAGE

DATA = PACKAGE.parent
"""The folder that `contracts/apis/aslan` is in, for commands that only read."""


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail on any difference and print it.")
@click.option("--split", is_flag=True, help="Have openapi.json refer to the schema files beside it.")
@click.option("--findings", is_flag=True, help="Write nothing; say what of each PAGE is in doubt, and what is assumed.")
@click.option("--json", "as_json", is_flag=True, help="With --findings: say them as JSON.")
@click.option("--strict", is_flag=True, help="With --findings: fail if there are any.")
@click.option("--notes", is_flag=True, help="With a PAGE: say the findings too that ask nothing of you.")
@click.argument("pages", nargs=-1, metavar="[PAGE …]", type=click.Path(path_type=Path))
def derive(
    pages: tuple[Path, ...], check: bool, split: bool, findings: bool, as_json: bool, strict: bool, notes: bool
) -> None:
    """Derive documented.json from each PAGE, then the schemas and OpenAPI of every release."""
    from contracts.derive.command import derive as derive_all
    from contracts.derive.command import show

    if findings and (check or split or not pages):
        raise click.UsageError("--findings needs a PAGE, and goes without --check and --split")
    if (as_json or strict) and not findings:
        raise click.UsageError("--json and --strict go with --findings")
    if notes and not pages:
        raise click.UsageError("--notes needs a PAGE")
    if findings:
        sys.exit(show(DATA, pages, as_json, strict, click.echo, notes))
    sys.exit(derive_all(checkout(), pages, check, click.echo, notes, split=split))


@click.command("diff-contract")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "markdown", "json"]))
@click.option("--fail-on-breaking", is_flag=True, help="Exit with 1 if a client that worked before may break.")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
def diff_contract(before: str, after: str, form: str, fail_on_breaking: bool) -> None:
    """Say what changed from A to B, each the name of a release or the file of a page.

    Exit code: 0, or 1 for a breaking change with --fail-on-breaking, or 4 for an A or B that cannot be read.
    """
    from contracts.derive.contract.diff import diff_contract as say_changes

    sys.exit(say_changes(DATA, before, after, form, fail_on_breaking, click.echo))


@click.command("new-release")
@click.option("--release", required=True, help="The new release, such as 1.10.0.")
@click.option("--base", help="The release that it builds on; where left out, the one before it.")
@click.option(
    "--api", help="The API that it is one of; where left out, the one that has most of the page's operations."
)
@click.argument("page", type=click.Path(path_type=Path))
def new_release(page: Path, release: str, base: str | None, api: str | None) -> None:
    """Start a release from its PAGE: documented.json, proposals of observed.toml and cases.toml, schemas, OpenAPI.

    The first release of an API has proposals of its operations.toml, binding.toml and lifecycle.toml, too.
    Exit code: 0, or 4 for a page that cannot be read or a release that exists; then nothing is written.
    """
    from contracts.derive.new_release import new_release as start_release

    sys.exit(start_release(checkout(), page, release, base, click.echo, api))


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail on any difference and print it.")
def coverage(check: bool) -> None:
    """Write docs/coverage.md and docs/coverage-openapi.md: every known fact, and the cases that hold it."""
    from contracts.catalog.coverage import coverage as cover

    sys.exit(cover(checkout(), check, click.echo))


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail on any difference and print it.")
def readme(check: bool) -> None:
    """Write the tables of docs/settings.md and docs/settings.zh-CN.md, and zadig.toml.example."""
    from contracts.settings.readme_table import readme as write_tables

    sys.exit(write_tables(checkout(), check, click.echo))


COMMANDS = (derive, diff_contract, new_release, coverage, readme)
