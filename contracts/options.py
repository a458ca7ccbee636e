"""The settings as options of a command, as pytest has them."""

import sys
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import click

BAD_SETTINGS = 4


class SettingsCommand(click.Command):
    """A command with an option for each setting that is not a secret. They are built when the command runs, so that
    the others start without reading the settings."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters and those of the settings."""
        return [*super().get_params(ctx), *self._settings]

    @cached_property
    def _settings(self) -> list[click.Parameter]:
        from contracts.settings import SETTINGS, is_secret, option

        fields = {name: field for name, field in SETTINGS.items() if not is_secret(field)}
        return [
            click.Option([option(name)], default=None, is_flag=field.type is bool, help=field.metadata["means"])
            for name, field in fields.items()
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command with the settings in place of their options; one that cannot be used ends it in one line."""
        from contracts.redact import register
        from contracts.settings import SettingsError, load

        names = {str(parameter.name) for parameter in self._settings}
        given: Mapping[str, Any] = {name: ctx.params.pop(name) for name in names}
        try:
            ctx.params["settings"] = load(given)
            return super().invoke(ctx)
        except SettingsError as error:
            click.echo(register.mask(str(error)), err=True)
            sys.exit(BAD_SETTINGS)
