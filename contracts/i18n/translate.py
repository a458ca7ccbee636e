"""Says messages in the chosen language. Whoever speaks English alone loads no catalogue.

English stands in the code, where a message is made. Its Chinese stands in `zh/LC_MESSAGES/contracts.po`, by the
message's template. What is no message stays as it is: a server's text, a name, a number.
"""

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from contracts.i18n.locale import CHINESE, ENGLISH
from contracts.text.message import Message, filled, msg

DOMAIN, FOLDER = "contracts", Path(__file__).parent


def localized(text: str, lang: str) -> str:
    """Return a message in a language, and the messages in it; one that nobody translated, and other texts, as is."""
    if lang == ENGLISH or not text or not isinstance(text, Message):
        return str(text)
    return filled(_catalogue(lang).gettext(text.template), text.values, lambda value: localized(value, lang))


def say(lang: str, template: str, /, *values: object) -> str:
    """Return a line in a language, with values put in for the {names} of its English, in their order."""
    return localized(msg(template, *values), lang)


def in_both(text: str) -> tuple[str, str]:
    """Return a message in English and in Chinese, for a page that has both; other texts as is."""
    return localized(text, ENGLISH), localized(text, CHINESE)


def word(lang: str, name: str) -> str:
    """Return one of the suite's fixed words in a language: a result, a verdict, a kind of breach, a title."""
    return localized(Message(name), lang)


@contextmanager
def libraries_speak(lang: str) -> Iterator[None]:
    """Let libraries that ask gettext for their texts, such as click, have them from the suite's own catalogue."""
    if lang == ENGLISH:
        yield
        return
    domain, language = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = lang
    try:
        yield
    finally:
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE")
        os.environ |= {"LANGUAGE": language} if language is not None else {}


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, FOLDER, [lang])
