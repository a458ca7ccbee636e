"""Asks for what a run on a target needs, all of it, and writes it down: what can be read of the target is offered."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from contracts.catalog.binding import ENVIRONMENT, SERVICE
from contracts.catalog.release import load as of_release
from contracts.settings.parsers import Reader, Secret
from contracts.settings.sample import sample
from contracts.settings.settings import AUTO, FILE, OPTION, SETTINGS, Settings, SettingsError, load
from contracts.target import listing
from contracts.target.connect import open_client, recognised
from contracts.target.discovery import NoWorkspaceError, the_build, the_environment, the_project
from contracts.text import atomic
from contracts.text.message import Message, about, msg
from contracts.text.printable import printable

Ask = Callable[[Message, str, Reader], str | None]
"""Asks somebody until the reader takes the answer, with what is offered for it; None: left out."""
Say = Callable[[Message], None]


def write_down(settings: Settings, ask: Ask, say: Say) -> Path:
    """Ask for the settings that a target takes, write them into zadig.toml, and return its path.

    What options and variables say already is offered; of options, what is not asked for is written too. No secret is
    asked for, or written. Raises SettingsError where a file is there already, or an answer does not go with another.
    """
    path = Path(FILE)
    if path.exists() or path.is_symlink():
        raise SettingsError(about(FILE, msg("is there already; edit it, or move it away")))
    chosen = {name: getattr(settings, name) for name, place in settings.came_from.items() if place == OPTION}
    chosen = {name: value for name, value in chosen.items() if not isinstance(value, Secret)}
    for name in ("base_url", "token_file"):
        if name == "base_url" or settings.token is None:
            chosen[name] = _asked(name, settings, ask)
    now = load(chosen)
    if now.base_url is not None:
        chosen |= _places(now, ask, say)
    kept = {name: str(value) if isinstance(value, Path) else value for name, value in chosen.items()}
    atomic.write(path, [sample({name: value for name, value in kept.items() if value is not None}, settings.language)])
    return path


def _asked(name: str, settings: Settings, ask: Ask, offered: str | None = None) -> str | None:
    field = SETTINGS[name]
    question = msg("{name}, {means}", name, Message(field.metadata["means"]))
    return ask(question, str(getattr(settings, name) or offered or ""), field.metadata["reads"])


def _places(settings: Settings, ask: Ask, say: Say) -> dict[str, str | None]:
    """Return where the cases may work, as far as the calls of the target's release take it."""
    found: dict[str, str | None] = {}
    with closing(open_client(settings, settings.base_url or "", prefix=settings.api_prefix)) as client:
        if settings.release == AUTO:
            told = recognised(settings, client)
            say(about(msg("release"), told.how))
            settings = replace(settings, release=told.release or AUTO)
        release = of_release(settings.known_release)
        reader, sends = listing.Reader(client, release), release.binding.sends
        looks: dict[tuple[str, ...], Callable[[], Sequence[str | None]]] = {
            ("project",): lambda: [the_project(settings, reader).name],
        }
        if sends(ENVIRONMENT):
            looks["env_name",] = lambda: [the_environment(settings, reader, settings.project or "")]
        if sends(SERVICE):
            looks["service", "service_module", "repo"] = lambda: the_build(settings, reader, settings.project or "")
        for names, look in looks.items():
            offered: dict[str, Any] = {}
            try:
                found_there = dict(zip(names, look(), strict=False))
                offered = {name: text for name, text in found_there.items() if text and printable(text) == text}
            except NoWorkspaceError as error:
                say(about(names[0], error.finding))
            answers: dict[str, Any] = {name: _asked(name, settings, ask, offered.get(name)) for name in names}
            settings = replace(settings, **answers)
            found |= answers
    return found
