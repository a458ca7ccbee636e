"""Which language people are spoken to in: as the setting `lang` says, else as the locale does."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LANGUAGES = ENGLISH, CHINESE = "en", "zh"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that name the locale of messages, in their order by POSIX."""


def chosen(setting: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """Return the language that the setting names, else that of the locale; whatever is not Chinese is English."""
    if setting in LANGUAGES:
        return str(setting)
    locale = next(filter(None, (environ.get(name) for name in _LOCALE)), "")
    return CHINESE if locale.lower().startswith("zh") else ENGLISH


def wished(option: Any, environ: Mapping[str, str] = os.environ) -> str:
    """Return the language where settings cannot be read, or are not: from option, variable, zadig.toml and locale.

    Whatever is wrong there is passed over: what is said in this language may be that very mistake.
    """
    candidates = (option, environ.get("ZADIG_LANG"), _in_file(Path("zadig.toml")))
    return chosen(next((one for one in candidates if one in LANGUAGES), None), environ)


def _in_file(path: Path) -> Any:
    if not path.exists():
        return None
    from contracts.text import toml  # long to load, and seldom needed

    try:
        return toml.read(path).get("lang")
    except (OSError, ValueError):
        return None


def lang_of(args: Sequence[str]) -> str | None:
    """Return what stands behind the last --lang."""
    found = None
    for place, arg in enumerate(args):
        if arg == "--lang" and place + 1 < len(args):
            found = args[place + 1]
        elif arg.startswith("--lang="):
            found = arg.partition("=")[2]
    return found
