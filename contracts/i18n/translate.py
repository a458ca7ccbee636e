"""Says things in the chosen language. Whoever speaks English alone loads no catalogue.

English stands where a text is made, and that is all there is to do there. Where texts are shown, those that came with
data or an error are `translated`, and lines that are put together there are said by `say`.
"""

from typing import Any

from contracts.i18n.locale import ENGLISH


def say(lang: str, template: str, /, **values: Any) -> str:
    """Return a line in a language, with `values` put in for the {names} of its English."""
    if lang == ENGLISH:
        return template.format_map(values)
    from contracts.i18n.messages import line

    return line(template, values)


def translated(text: str, lang: str) -> str:
    """Return a message of the suite's in a language; one that nobody translated stays as it is."""
    return text if lang == ENGLISH else _message(text, "message")


def translated_promise(text: str, lang: str) -> str:
    """Return what a breach says was promised in a language."""
    return text if lang == ENGLISH else _message(text, "promised")


def translated_came(text: str, lang: str, *, bare: bool = False) -> str:
    """Return what a breach or a failure says came in a language; a server's own text in it stays as it is.

    `bare`: it may be a server's text from its first sign on.
    """
    return text if lang == ENGLISH else _message(text, "bare" if bare else "came")


def _message(text: str, pool: str) -> str:
    from contracts.i18n.messages import message

    return message(text, pool)
