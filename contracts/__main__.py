"""The commands: python -m contracts COMMAND."""

import click

from contracts.commands import campaign, data, reports, runs, target


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Contract tests for a live Zadig deployment. The cases themselves run with: pytest tests/api"""


for command in (*target.COMMANDS, *runs.COMMANDS, *reports.COMMANDS, *campaign.COMMANDS, *data.COMMANDS):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="python -m contracts")
