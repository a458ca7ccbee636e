"""What commands say that write into the project, where there is only an installed package of it."""

import sys
from pathlib import Path

import click

from contracts.cli.options import spoken
from contracts.i18n.translate import localized
from contracts.paths import INSTALLED, ROOT
from contracts.text.message import about, msg

NO_CHECKOUT = 4


def checkout() -> Path:
    """Return the folder of the checkout; where there is none, end the command with one line and exit code 4."""
    if INSTALLED:
        name = click.get_current_context().info_name
        needed = msg(
            "needs a checkout of the project, whose files it writes or holds against each other; "
            "this is an installed package. There, run: python -m contracts {name}",
            name,
        )
        click.echo(localized(about(name, needed), spoken()), err=True)
        sys.exit(NO_CHECKOUT)
    return ROOT
