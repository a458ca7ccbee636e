"""The command that measures what the suite detects."""

import click

COMMANDS: tuple[click.Command, ...] = ()
