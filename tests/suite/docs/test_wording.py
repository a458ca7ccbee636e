"""What users read has the words of their trade: none of those that wording.toml has a better one for."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
import pytest

from contracts.__main__ import main
from contracts.catalog.release import ROOT
from contracts.i18n.page_texts import load
from contracts.pytest_plugin.collection import OF_A_RUN
from contracts.pytest_plugin.helping import text as help_of_a_run
from contracts.settings.sample import SAMPLE
from helpers.documents import READMES, documents
from helpers.messages import english_in, read

WORDING: Mapping[str, list[dict[str, str]]] = tomllib.loads(
    Path(__file__).with_name("wording.toml").read_text(encoding="utf-8")
)
WORDS = [word for words in WORDING.values() for word in words]
NOT_FOR_USERS = ("ARCHITECTURE.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "deploy/", ".github/", "docs/coverage")
"""Documents for those who work on the suite, about what was, or of others' words."""
LONGEST = 200
"""Lines of a README."""

each_word = pytest.mark.parametrize("word", WORDS, ids=[word["example"] for word in WORDS])


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Return all that users read, a line or a message at a time, and where each of them is."""
    return (*_documents(), *_help(), *_messages())


def _documents() -> Iterator[tuple[str, str]]:
    for name in (*(each for each in documents() if not each.startswith(NOT_FOR_USERS)), SAMPLE):
        text = (ROOT / name).read_text(encoding="utf-8")
        yield from ((f"{name}, paragraph {n}", part) for n, part in enumerate(text.split("\n\n"), 1))


def _help() -> Iterator[tuple[str, str]]:
    for lang in ("en", "zh"):
        yield f"help of a run, {lang}", help_of_a_run(OF_A_RUN, lang)
    commands = [*main.commands.items()]
    for name, command in commands:
        yield f"help of {name}", command.get_help(click.Context(command, info_name=name))
        commands += [*command.commands.items()] if isinstance(command, click.Group) else []


def _messages() -> Iterator[tuple[str, str]]:
    for message in read():
        for forms in (message.id, message.string):
            for text in (forms,) if isinstance(forms, str) else forms:
                yield f"message of {message.locations[0][0] if message.locations else 'the catalogue'}", text
    for name, word in load().items():
        yield from ((f"contracts/i18n/page.toml, {name}", text) for text in (word.en, word.zh, word.one or ""))


@each_word
def test_a_word_that_has_a_better_one_is_not_used(word: dict[str, str]) -> None:
    """Each place that has it is named, with what would be better there."""
    pattern = re.compile(word["word"], re.IGNORECASE)
    found = [(place, match[0]) for place, text in texts() if (match := pattern.search(" ".join(text.split())))]
    assert not found, "\n".join(f"{place}: {said!r}; better: {word['better']}" for place, said in found)


@each_word
def test_a_word_is_found_where_it_stands_and_its_better_one_is_none(word: dict[str, str]) -> None:
    patterns = [re.compile(each["word"], re.IGNORECASE) for each in WORDS]
    assert re.search(word["word"], word["example"], re.IGNORECASE)
    assert [pattern.pattern for pattern in patterns if pattern.search(word["better"])] == []


def test_all_that_users_read_is_looked_at() -> None:
    places = {re.split(", |: ", place)[0] for place, _ in texts()}
    assert {
        *READMES,
        "CONTRIBUTING.md",
        "docs/troubleshooting.zh-CN.md",
        "help of a run",
        "help of doctor",
        "help of prune",
    } <= places
    assert {"message of contracts/settings/settings.py", "contracts/i18n/page.toml", SAMPLE} <= places


def test_chinese_has_no_english_in_the_middle() -> None:
    """No message is half translated; what a message quotes is no text of it."""
    catalogue = [text for message in read() for text in ([message.string] if isinstance(message.string, str) else [])]
    mixed = [
        text for text in catalogue if english_in(re.sub(r"\{[^}]*\}|（[^）]*）|python -m contracts \w+", "", text))
    ]
    assert not mixed, "\n".join(mixed)


@pytest.mark.parametrize("document", READMES)
def test_readme_is_short(document: str) -> None:
    assert len((ROOT / document).read_text(encoding="utf-8").splitlines()) <= LONGEST
