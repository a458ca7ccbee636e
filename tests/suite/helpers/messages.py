"""The messages that the code says, found in its syntax tree, and their catalogue. As a script: bring it up to date.

So a message is one line where it is said, and its translation.
"""

import ast
import builtins
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

from contracts.check.breach import Kind
from contracts.i18n.translate import DOMAIN, FOLDER
from contracts.paths import APIS, PACKAGE, ROOT
from contracts.report.html.templates import TEMPLATES
from contracts.report.verdict_rules import PLACES, VERDICTS, Result
from contracts.text.errors import SYSTEM

PO = FOLDER / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
MAKERS = {"msg": 0, "say": 1, "setting": 1, "about": 1}
"""What makes a message of a template, as each error does, and which of its arguments the template is."""
WORDS = {*map(str, Result), *map(str, Kind), *PLACES, *VERDICTS.values(), *SYSTEM}
"""Words of the suite that data has by their English."""
CLICK: tuple[str | tuple[str, str], ...] = (
    "Invalid value for {param_hint}: {message}",
    "Missing argument",
    "Missing option",
    "No such option {name!r}.",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    "Option {name!r} does not take a value.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "Choose from:\n\t{choices}",
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
"""What click says of a command line: it asks gettext for the translation."""
NOT_FOR_USERS = (
    *("breakages/", "campaign/", "derive/", "standin/", "cli/campaign.py", "cli/data.py", "catalog/coverage.py"),
    *("settings/readme_table.py", "report/export/", "text/toml.py"),
)
"""Modules whose texts only those who work on the suite meet, or programs."""
HISTORY = TEMPLATES / "history.html.jinja"


@dataclass(frozen=True)
class Said:
    """A text that the code says.

    template: its English.
    file: where, from the root of the project.
    line: the line there, 0 where there is none.
    """

    template: str
    file: str
    line: int = 0


def said() -> Iterator[Said]:
    """Yield every message that is said: by the code, by the page of many runs, in data, and by single words."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for call, templates in (
            calls(path) if not path.relative_to(PACKAGE).as_posix().startswith(NOT_FOR_USERS) else ()
        ):
            yield from (Said(one, path.relative_to(ROOT).as_posix(), call.lineno) for one in templates)
    for node in Environment().parse(HISTORY.read_text(encoding="utf-8")).find_all(nodes.Call):  # noqa: S701 - only read
        if isinstance(node.node, nodes.Name) and node.node.name in ("t", "label", "attrs", "plain"):
            consts = node.args[0].find_all(nodes.Const) if isinstance(node.args[0], nodes.CondExpr) else node.args[:1]
            texts = [one.value for one in consts if isinstance(one, nodes.Const) and isinstance(one.value, str)]
            yield from (Said(text, HISTORY.relative_to(ROOT).as_posix(), node.lineno) for text in texts)
    for path in sorted(APIS.glob("*/*/deviations.toml")):
        rows = tomllib.loads(path.read_text(encoding="utf-8")).values()
        yield from (Said(row["means"], path.relative_to(ROOT).as_posix()) for row in rows)
    yield from (Said(name, "contracts") for name in sorted(WORDS))


def is_for_users(path: Path) -> bool:
    """Whether users meet what a module says."""
    return not path.relative_to(PACKAGE).as_posix().startswith(NOT_FOR_USERS)


def calls(path: Path) -> Iterator[tuple[ast.Call, list[str]]]:
    """Yield each call of a module that makes a message, with the templates that it may be made of; none: unknown."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            named.setdefault(ast.unparse(node.targets[0]), []).append(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (place := place_of(node)) is not None and len(node.args) > place:
            yield node, [*_literals(node.args[place], named)]


def place_of(call: ast.Call) -> int | None:
    """Return which argument of a call is a template, None where none is."""
    name = ast.unparse(call.func)
    return 0 if name.endswith("Error") and not hasattr(builtins, name) else MAKERS.get(name)


def _literals(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Yield the texts that an argument may be: a literal, one of two, or a name that a literal was given."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body, named), *_literals(node.orelse, named))
    elif isinstance(node, ast.Name):
        yield from (text for value in named.get(node.id, ()) for text in _literals(value, {}))


HELP = frozenset({"help", "description", "metavar", "show_default", "default"})
"""Arguments with which a command explains itself; click and pytest show them as they are."""
_PROSE = re.compile(r"[A-Za-z]{2,}[,;:]? (?:[A-Za-z(]|\{\})|\{\}[,;:]? [a-z]{2,}")
READ = {"Breach": (2, 4), "broken": (1, 3), "state_breach": (1, 3), "_wrong": (1, 3)} | dict.fromkeys(
    ("ok", "warn", "fail"), (1, 3)
)
"""What makes a breach or a finding, and which of its arguments people read: there a single word is one too many."""


def unsaid(path: Path) -> Iterator[Said]:
    """Yield the texts of a module that people would read, and that are no messages."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {id(inner) for node in ast.walk(tree) for part in _passed(node) for inner in ast.walk(part)}
    messages = WORDS.union(*(templates for _, templates in calls(path)))
    for node in ast.walk(tree):
        text = _text(node)
        if text and id(node) not in passed and text not in messages and _PROSE.search(text):
            yield Said(text, path.relative_to(ROOT).as_posix(), getattr(node, "lineno", 0))
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            for arg in node.args[slice(*READ.get(name, (0, 0)))]:
                for one in (arg.body, arg.orelse) if isinstance(arg, ast.IfExp) else (arg,):
                    if (text := _text(one)) and re.search("[a-z]{2}", text) and not _PROSE.search(text):
                        yield Said(text, path.relative_to(ROOT).as_posix(), node.lineno)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _passed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what below a node is no text of its own: docstrings, types, help, patterns, the pieces of a template."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.keyword) and node.arg in HELP:
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))
        values = (part for part in node.values if isinstance(part, ast.FormattedValue))
        yield from (part.format_spec for part in values if part.format_spec)
    if isinstance(node, ast.FunctionDef) and node.returns:
        yield node.returns
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("re.", "cast")):
        yield from node.args[:1]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("addinivalue_line", "getgroup")):
        yield from node.args


def english_in(text: str) -> list[str]:
    """Return what reads as English in a text that should be Chinese: two words in a row that no quotes are around."""
    return re.findall(
        r"(?<![\w/.-])[a-z]{2,} [a-z]{2,}(?![\w/-])", re.sub(r"'[^']*'|\"[^\"]*\"|https?://\S+", "", text)
    )


def read() -> Any:
    """Return the catalogue as it is."""
    from babel.messages.pofile import read_po

    with PO.open("rb") as file:
        return read_po(file, locale="zh", domain=DOMAIN)


def write() -> None:
    """Put what the code says into the catalogue, with the translations that it has of that, and compile it."""
    from babel.messages import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    catalogue, now = read(), Catalog()
    for one in sorted(said(), key=lambda each: (each.file, each.line)):
        now.add(one.template, locations=[(one.file, 0)])
    for text in CLICK:
        now.add(text, locations=[("click", 0)])
    catalogue.update(now, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    with PO.open("wb") as out:
        write_po(out, catalogue, width=120, include_lineno=False, ignore_obsolete=True)
    with MO.open("wb") as out:
        write_mo(out, catalogue)


if __name__ == "__main__":
    write()
