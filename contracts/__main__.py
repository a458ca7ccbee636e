"""The commands: python -m contracts COMMAND."""

import sys
from pathlib import Path

import click

from contracts.catalog import ROOT


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Contract tests for a live Zadig deployment. The cases themselves run with: pytest tests/api"""


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail on any difference and print it.")
@click.argument("pages", nargs=-1, metavar="[PAGE …]", type=click.Path(path_type=Path))
def derive(pages: tuple[Path, ...], check: bool) -> None:
    """Derive documented.json from each PAGE, then the schemas and OpenAPI of every release."""
    from contracts.derive.run import derive as derive_all

    sys.exit(derive_all(ROOT, pages, check, click.echo))


@main.command()
@click.option("--port", default=0, show_default="a free one", type=click.IntRange(0, 65535))
@click.option("--behaviour", default="perfect", show_default=True, help="perfect, or a release with its defects.")
@click.option("--clock", default="manual", show_default=True, type=click.Choice(["manual", "real"]))
def standin(port: int, behaviour: str, clock: str) -> None:
    """Serve the stand-in Zadig on this machine until Ctrl-C."""
    from contracts.standin.behaviour import BEHAVIOURS
    from contracts.standin.serve import serve

    if behaviour not in BEHAVIOURS:
        raise click.BadParameter(f"{behaviour!r} is none of {', '.join(BEHAVIOURS)}", param_hint="--behaviour")

    def announce(base_url: str) -> None:
        click.echo(f"stand-in Zadig ({behaviour}) at {base_url}; Ctrl-C ends it")
        click.echo(f"try: pytest tests/api --base-url {base_url}")

    try:
        serve(port, behaviour, clock, until_eof=False, announce=announce)
    except OSError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main(prog_name="python -m contracts")
