"""zadig.toml as a file that explains itself: every setting that may stand in it, those without a value as comments."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import say, word
from contracts.settings.settings import FILE, NOT_IN_FILE, SETTINGS, is_secret
from contracts.text import toml

SAMPLE = "zadig.toml.example"
NO_DEFAULT = "…"
"""What stands for a value where there is no default."""


def sample(values: Mapping[str, Any], lang: str = ENGLISH) -> str:
    """Return the text of a zadig.toml with these values, explained in a language."""
    return "".join(_parts(values, lang))


def _parts(values: Mapping[str, Any], lang: str) -> Iterator[str]:
    order = (
        "Settings of the contract tests, read from {file} in the working directory; options and variables override it."
    )
    yield toml.comment(say(lang, order, FILE))
    yield toml.comment(
        say(lang, "Do not put secrets here: tokens go into variables, or into the file that token_file names.")
    )
    for name, field in SETTINGS.items():
        if is_secret(field) or name in NOT_IN_FILE:
            continue
        words = get_args(field.type) if get_origin(field.type) is Literal else ()
        choices = f": {', '.join(words)}" if words else ""
        yield f"\n{toml.comment(word(lang, field.metadata['means']) + choices)}"
        usual = NO_DEFAULT if field.default is None else field.default
        mark = "" if name in values else "# "
        yield f"{mark}{name} = {toml.value(values.get(name, usual))}\n"
