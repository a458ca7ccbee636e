"""Options that several commands share: the language, and the settings as pytest has them."""

import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import click

from contracts.i18n.locale import CHINESE, ENGLISH, wished
from contracts.i18n.translate import libraries_speak, localized

BAD_SETTINGS = 4
_META = "contracts.i18n"


class SpokenCommand(click.Command):
    """A command that speaks the chosen language, also where its own command line is at fault."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters and --lang."""
        return [*super().get_params(ctx), *self._language]

    @property
    def _language(self) -> list[click.Parameter]:
        choice = click.Choice([ENGLISH, CHINESE])
        return [
            click.Option(
                ["--lang"], type=choice, expose_value=False, help="Language of what is said; left out: the locale's."
            )
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; the language first, leniently, for the mistakes in the rest."""
        ctx.meta[_META] = lang = wished(_lang_of(args))
        with libraries_speak(lang):
            try:
                return super().parse_args(ctx, args)
            except click.UsageError as error:
                message = error.format_message()
                if lang == CHINESE and isinstance(error, click.MissingParameter):
                    message = message.removesuffix(".")  # which is not translated
                raise self.usage_error(message, ctx) from None

    def usage_error(self, message: str, ctx: click.Context) -> click.UsageError:
        """Return the error that says what is wrong with the command line."""
        return click.UsageError(message, ctx)


def spoken() -> str:
    """Return the language of the command that is running."""
    lang: str = click.get_current_context().meta.get(_META) or wished(None)
    return lang


def _lang_of(args: Sequence[str]) -> str | None:
    """Return what stands behind the last --lang."""
    found = None
    for place, arg in enumerate(args):
        if arg == "--lang" and place + 1 < len(args):
            found = args[place + 1]
        elif arg.startswith("--lang="):
            found = arg.partition("=")[2]
    return found


class SettingsCommand(SpokenCommand):
    """A command with an option for each setting that is not a secret. They are built when the command runs, so that
    the others start without reading the settings."""

    @property
    def _language(self) -> list[click.Parameter]:
        return self._settings  # the language is one of them

    @cached_property
    def _settings(self) -> list[click.Parameter]:
        from contracts.settings.settings import SETTINGS, is_secret, option

        fields = {name: field for name, field in SETTINGS.items() if not is_secret(field)}
        return [
            click.Option([option(name)], default=None, is_flag=field.type is bool, help=field.metadata["means"])
            for name, field in fields.items()
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command with the settings in place of their options; one that cannot be used ends it in one line."""
        from contracts.settings.settings import SettingsError, load
        from contracts.text.redact import register

        names = {str(parameter.name) for parameter in self._settings}
        given: Mapping[str, Any] = {name: ctx.params.pop(name) for name in names}
        try:
            ctx.params["settings"] = load(given)
            return super().invoke(ctx)
        except SettingsError as error:
            click.echo(register.mask(localized(error.message, spoken())), err=True)
            sys.exit(BAD_SETTINGS)
