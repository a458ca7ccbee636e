"""Finds the texts for people in the package, by its syntax tree: each as a template with `{}` for what is put in."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.catalog.release import ROOT

PACKAGE = ROOT / "contracts"
NOT_FOR_USERS = (
    "__init__.py",
    "breakages",  # what the campaign measures the suite by
    "derive",  # findings of those who add a release
    "text/toml.py",  # what derive says of a row that somebody wrote
    "language",
    "standin",  # the texts of a server
    "commands/campaign.py",
    "commands/data.py",
    "coverage.py",
    "readme.py",
    "report/allure.py",  # read by programs, as junit.xml and verdict.json: English always
    "report/allure_words.py",
    "report/junit.py",
)
"""Modules and folders whose texts only those who work on the suite meet, or programs."""
HELP = frozenset({"help", "description", "metavar", "show_default"})
"""Arguments with which a command explains itself; click and pytest show them as they are."""
_HOLE = re.compile(r"\{\w*(?:!t)?\}")
_PROSE = re.compile(r"[A-Za-z]{2,}[,;:]? (?:[A-Za-z(]|\{\})|\{\}[,;:]? [a-z]{2,}")


@dataclass(frozen=True)
class Spoken:
    """One text: where it stands, and its template."""

    place: str
    template: str


def shape(template: str) -> str:
    """Return a template with `{}` for each of its names, as the texts of two sources can be compared."""
    return _HOLE.sub("{}", template)


def modules() -> list[Path]:
    """Return the modules whose texts users meet."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not any(name == one or name.startswith(f"{one}/") or name.endswith(f"/{one}") for one in NOT_FOR_USERS):
            found.append(path)
    return found


def texts(path: Path) -> Iterator[Spoken]:
    """Yield all texts of a module but docstrings and help."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {id(inner) for node in ast.walk(tree) for part in _passed(node) for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        template = _template(node)
        if template is not None:
            yield Spoken(f"{path.relative_to(ROOT).as_posix()}:{node.lineno}", template)


def in_template(path: Path) -> Iterator[Spoken]:
    """Yield the texts in quotes that a template says."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for part in re.findall(r"\{\{ (t\(.*?) \}\}", line):
            for text in re.findall(r'"([^"]*)"', part):
                yield Spoken(f"{path.relative_to(ROOT).as_posix()}:{number}", shape(text))


def is_prose(template: str) -> bool:
    """Whether a template reads as words of a sentence, not as a name, a path or a pattern."""
    return _PROSE.search(template) is not None


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return shape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(shape(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _passed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what below a node is no text of its own: docstrings, types, help, patterns, the pieces of a template."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.keyword) and node.arg in HELP:
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))
        yield from (
            part.format_spec for part in node.values if isinstance(part, ast.FormattedValue) and part.format_spec
        )
    if isinstance(node, ast.FunctionDef) and node.returns:
        yield node.returns
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("re.", "cast")):
        yield from node.args[:1]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("addinivalue_line", "getgroup", "setting")):
        yield from node.args


MAKERS = {"Breach": (2, 4), "broken": (1, 3), "state_breach": (1, 3), "_wrong": (1, 3)} | dict.fromkeys(
    ("ok", "warn", "fail"), (1, 3)
)
"""What makes a breach or a finding, and which of its arguments people read: also where they are a single word."""


def single(path: Path) -> Iterator[Spoken]:
    """Yield the texts of a module that stand where only people read: of breaches, findings and errors."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        first, last = MAKERS.get(name, (0, 1) if name.endswith("Error") else (0, 0))
        for inner in (inner for arg in node.args[first:last] for inner in _texts_in(arg)):
            yield Spoken(f"{path.relative_to(ROOT).as_posix()}:{node.lineno}", inner)


def _texts_in(node: ast.AST) -> Iterator[str]:
    """Yield the texts that an argument may be, not those that calls in it are given."""
    template = _template(node)
    if template is not None:
        if re.search("[A-Za-z]", template):
            yield template
    elif isinstance(node, ast.IfExp):
        yield from (*_texts_in(node.body), *_texts_in(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in _texts_in(value))


def english_in(text: str) -> list[str]:
    """Return what reads as English in a text that should be Chinese: two words in a row that no quotes are around."""
    return re.findall(
        r"(?<![\w/.-])[a-z]{2,} [a-z]{2,}(?![\w/-])", re.sub(r"'[^']*'|\"[^\"]*\"|https?://\S+", "", text)
    )
