"""Commands about runs that are over: they read the folders of runs, and nothing else."""

import click

COMMANDS: tuple[click.Command, ...] = ()
