"""The commands: zadig-contracts COMMAND where the suite is installed, python -m contracts COMMAND in a checkout."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from contracts.cli import again, campaign, cases, data, deviations, explain, notify, runs, target
from contracts.cli.options import USAGE
from contracts.paths import COMMAND, PACKAGE
from contracts.run.version import VERSION
from contracts.text.printable import printable
from contracts.text.redact import register

INTERNAL = 3


@contextmanager
def _mistakes() -> Iterator[None]:
    """Let a mistake in the command line end as 4, as with pytest: 2 is an interrupted campaign."""
    try:
        yield
    except click.UsageError as error:
        setattr(error, "exit_code", USAGE)  # noqa: B010 - of this error, not of its class
        raise


class Commands(click.Group):
    """The commands. What none of them handles ends in one line and as 3, not as 1: that has a meaning in most."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Read the command line in front of a command's name."""
        with _mistakes():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            with _mistakes():
                return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{frame.filename}:{frame.lineno}".removeprefix(f"{PACKAGE.parent}/")
            line = f"{type(error).__name__}: {error} ({place})"
            click.echo(printable(register.mask(f"{COMMAND}: {line}")), err=True)
            sys.exit(INTERNAL)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="%(version)s")
def main() -> None:
    """Contract tests for a live Zadig deployment."""


for command in (
    *cases.COMMANDS,
    *target.COMMANDS,
    *runs.COMMANDS,
    *again.COMMANDS,
    *explain.COMMANDS,
    *notify.COMMANDS,
    *deviations.COMMANDS,
    *campaign.COMMANDS,
    *data.COMMANDS,
):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name=COMMAND)
