"""The settings tables of docs/ and the sample of zadig.toml, written from the settings themselves."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, get_args, get_origin

from contracts.derive.command import DIFFERENT, UNUSABLE, UP_TO_DATE, difference
from contracts.i18n.locale import CHINESE, ENGLISH
from contracts.i18n.translate import word
from contracts.settings.sample import SAMPLE, sample
from contracts.settings.settings import PREFIX, SETTINGS, is_secret, option
from contracts.text.frozen import dataclass
from contracts.text.tables import row, table

BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"

Echo = Callable[[str], None]


@dataclass(frozen=True)
class Language:
    """One page: its file, its language, and the words of its table."""

    file: str
    lang: str
    head: tuple[str, str, str, str]
    colon: str
    comma: str


LANGUAGES = (
    Language("docs/settings.md", ENGLISH, ("option", "variable", "default", "meaning"), ": ", ", "),
    Language("docs/settings.zh-CN.md", CHINESE, ("选项", "环境变量", "默认值", "含义"), "：", "、"),
)


def readme(root: Path, check: bool, echo: Echo) -> int:
    """Write the settings tables below `root`, and the sample beside them, or with `check` compare both.

    Returns 0; 1 for a difference under `check`; 4 where the table has no place or a meaning is missing.
    """
    try:
        texts = {
            file: (root / file).read_bytes().decode("utf-8") for file in (*(each.file for each in LANGUAGES), SAMPLE)
        }
        wanted = {language.file: with_table(texts[language.file], language) for language in LANGUAGES}
        wanted[SAMPLE] = sample({})
    except OSError as error:
        echo(f"{Path(error.filename).relative_to(root)}: cannot be read: {error.strerror}")
        return UNUSABLE
    except ValueError as error:
        echo(str(error))
        return UNUSABLE
    changed = [file for file in wanted if wanted[file] != texts[file]]
    for file in changed:
        if check:
            echo(difference(file, texts[file], wanted[file]))
        else:
            (root / file).write_bytes(wanted[file].encode())
    if check and changed:
        return DIFFERENT
    echo(f"{', '.join(wanted)}: {len(SETTINGS)} settings, {'written' if changed else 'up to date'}")
    return UP_TO_DATE


def with_table(text: str, language: Language) -> str:
    """Return a page with the table as it should be; raises ValueError, one line, where it cannot be written."""
    rows = (table_row(_row(name, language)) for name in SETTINGS)
    whole = between(text, BEGIN, END, "\n".join(table("|".join(language.head), *rows)))
    if whole is None:
        raise ValueError(f"{language.file}: has no place for the settings; put {BEGIN} and {END} on lines of their own")
    return whole


def between(text: str, begin: str, end: str, content: str) -> str | None:
    """Return a text with `content` in place of the lines between two markers; None where it does not have both."""
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    return f"{before}{begin}\n{content}\n{end}{after}" if found and ended else None


def table_row(cells: Iterable[str]) -> str:
    """Return a row of a generated table, whose empty cells are one blank wide."""
    return row(*cells).replace("|  ", "| ")


def _row(name: str, language: Language) -> tuple[str, str, str, str]:
    field = SETTINGS[name]
    words = get_args(field.type) if get_origin(field.type) is Literal else ()
    choices = language.comma.join(f"`{choice}`" for choice in words)
    meaning = word(language.lang, field.metadata["means"])
    if language.lang != ENGLISH and meaning == field.metadata["means"]:
        raise ValueError(f"{language.file}: setting {name} has no Chinese yet; run make messages, and translate it")
    meaning = meaning.replace("<", "&lt;") + (f"{language.colon}{choices}" if choices else "")
    shown_option = "" if is_secret(field) else f"`{option(name)}`"
    default = str(field.default).lower() if field.type is bool else field.default
    shown_default = "" if field.default is None else f"`{default}`"
    return shown_option, f"`{PREFIX}{name.upper()}`", shown_default, meaning.replace("|", r"\|")
