"""The help of a run: our own options first, in the user's language; pytest's are one line away."""

from collections.abc import Iterator, Mapping

import click

from contracts.i18n.translate import localized, say
from contracts.paths import RUN
from contracts.settings.explained import explained
from contracts.settings.settings import FILE, SETTINGS, is_secret, option, variable
from contracts.text.message import Message

WIDTH = 100


def text(own: Mapping[str, Message], lang: str) -> str:
    """Return the help, with the meaning of each option that is `own` of runs and no setting."""
    out = click.HelpFormatter(width=WIDTH, max_width=WIDTH)
    out.write_usage(RUN, say(lang, "[OPTION …]"))
    out.write_paragraph()
    out.write_text(say(lang, "Runs the cases against the Zadig at --base-url; without one, against the stand-in."))
    with out.section(say(lang, "Which cases, and how")):
        out.write_dl([(name, localized(means, lang)) for name, means in own.items()])
    order = (
        "Settings, also as variables ZADIG_… or in {file}; options override variables, and variables override the file"
    )
    with out.section(say(lang, order, FILE)):
        out.write_dl([*_settings(lang)])
    with out.section(say(lang, "Secrets, as variables only")):
        secrets = [name for name, field in SETTINGS.items() if is_secret(field)]
        out.write_dl([(variable(name), explained(name, lang)) for name in secrets])
    out.write_paragraph()
    out.write_text(say(lang, "All pytest options work too, such as -k and -x: pytest --help lists them."))
    return out.getvalue()


def _settings(lang: str) -> Iterator[tuple[str, str]]:
    for name, field in SETTINGS.items():
        if is_secret(field):
            continue
        default = "" if field.default in (None, False) else f" [{field.default}]"
        yield option(name), explained(name, lang) + default
