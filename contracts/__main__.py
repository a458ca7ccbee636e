"""The commands: zadig-contracts COMMAND where the suite is installed, python -m contracts COMMAND in a checkout."""

import click

from contracts.cli import campaign, cases, data, runs, target
from contracts.paths import COMMAND
from contracts.run.version import VERSION


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="%(version)s")
def main() -> None:
    """Contract tests for a live Zadig deployment."""


for command in (
    *cases.COMMANDS,
    *target.COMMANDS,
    *runs.COMMANDS,
    *campaign.COMMANDS,
    *data.COMMANDS,
):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name=COMMAND)
