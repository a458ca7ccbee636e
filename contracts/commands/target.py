"""Commands about a target: a stand-in, a look at it, and what runs left there."""

import sys
from typing import TYPE_CHECKING

import click

from contracts.options import SettingsCommand

if TYPE_CHECKING:
    from contracts.settings import Settings


@click.command()
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


@click.command(cls=SettingsCommand)
@click.option("--json", "as_json", is_flag=True, help="Tell the findings as JSON.")
def doctor(settings: "Settings", as_json: bool) -> None:
    """Look at the target without changing anything, and say what a run would lack.

    Exit code: 0 nothing that would stop a run, 1 something that would, 4 bad settings, 6 the target does not answer.
    """
    from contracts.doctor.run import doctor as look_over

    sys.exit(look_over(settings, as_json=as_json, echo=click.echo))


@click.command(cls=SettingsCommand)
@click.option("--dry-run", is_flag=True, help="Say what would be removed; change nothing.")
@click.option("--by-prefix", is_flag=True, help="Also what the target lists under names of runs an hour ago or more.")
@click.argument("runs", nargs=-1, metavar="[RUN …]")
def sweep(settings: "Settings", runs: tuple[str, ...], dry_run: bool, by_prefix: bool) -> None:
    """Remove what each RUN, a folder or an id below runs/, left on the target; without one, what all of them left.

    Exit code: 0 all is gone, 4 bad settings, 6 the target does not answer, 7 something would not go.
    """
    from contracts.redact import register
    from contracts.sweep import sweep as remove_leftovers

    def say(line: str) -> None:
        click.echo(register.mask(line))

    sys.exit(remove_leftovers(settings, runs, dry_run=dry_run, by_prefix=by_prefix, echo=say))


COMMANDS = (standin, doctor, sweep)
