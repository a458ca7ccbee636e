"""What several commands share: the language, the settings as options, and the checkout that some need."""

import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click

from contracts.i18n.locale import CHINESE, ENGLISH, lang_of, wished
from contracts.i18n.translate import libraries_speak, localized
from contracts.paths import INSTALLED, ROOT
from contracts.text.errors import InputError
from contracts.text.message import about, msg
from contracts.text.printable import printable
from contracts.text.redact import register

USAGE = 4
"""The exit code of a mistake: in the command line, a setting, a file, or in where a command was called."""
_META = "contracts.i18n"


class SpokenCommand(click.Command):
    """A command that speaks the chosen language, also where its own command line is at fault."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters and --lang."""
        return [*super().get_params(ctx), *self.shared]

    @cached_property
    def shared(self) -> list[click.Parameter]:
        """The parameters that the command has besides its own."""
        lang = click.Choice([ENGLISH, CHINESE])
        return [
            click.Option(
                ["--lang"], type=lang, expose_value=False, help="Language of all messages; default: that of the locale."
            )
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; the language first, leniently, for the mistakes in the rest."""
        ctx.meta[_META] = lang = wished(lang_of(args))
        with libraries_speak(lang):
            try:
                return super().parse_args(ctx, args)
            except click.UsageError as error:
                message = error.format_message()
                if lang == CHINESE and isinstance(error, click.MissingParameter):
                    message = message.removesuffix(".")  # which is not translated
                raise click.UsageError(message, ctx) from None


def spoken() -> str:
    """Return the language of the command that is running."""
    lang: str = click.get_current_context().meta.get(_META) or wished(None)
    return lang


def echo(line: str, *, err: bool = False, lang: str | None = None) -> None:
    """Print a line, which may have a server's texts in it, in a language, that of the command where none is given."""
    click.echo(printable(register.mask(localized(line, lang or spoken()))), err=err)


def fail(line: str) -> NoReturn:
    """End with one line that says what cannot be used."""
    echo(line, err=True)
    sys.exit(USAGE)


class SettingsCommand(SpokenCommand):
    """A command with an option for each setting that is not a secret. They are built when the command runs, so that
    the others start without reading the settings."""

    @cached_property
    def shared(self) -> list[click.Parameter]:
        """The settings, of which the language is one."""
        from contracts.settings.explained import explained
        from contracts.settings.settings import SETTINGS, is_secret, option

        fields = {name: field for name, field in SETTINGS.items() if not is_secret(field)}
        return [
            click.Option([option(name)], default=None, is_flag=field.type is bool, help=explained(name))
            for name, field in fields.items()
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command with the settings in place of their options; one that cannot be used ends it in one line."""
        from contracts.settings.settings import load

        names = {str(parameter.name) for parameter in self.shared}
        given: Mapping[str, Any] = {name: ctx.params.pop(name) for name in names}
        try:
            ctx.params["settings"] = load(given)
            return super().invoke(ctx)
        except InputError as error:
            fail(error.message)


def checkout() -> Path:
    """Return the folder of the checkout; where there is none, end the command with one line and exit code 4."""
    if INSTALLED:
        name = click.get_current_context().info_name
        needed = msg(
            "needs a checkout of the project, whose files it writes or compares; "
            "this is an installed package. There, run: python -m contracts {name}",
            name,
        )
        fail(about(name, needed))
    return ROOT
