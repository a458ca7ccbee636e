"""The documents of the project, read as Markdown: what a test of them asks for."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from contracts.catalog.release import ROOT
from contracts.settings.readme_table import BEGIN, END

READMES = ("README.md", "README.zh-CN.md")
TROUBLE = ("docs/troubleshooting.md", "docs/troubleshooting.zh-CN.md")
SETTINGS_PAGES = ("docs/settings.md", "docs/settings.zh-CN.md")
COMMAND_PAGES = ("docs/commands.md", "docs/commands.zh-CN.md")
GUIDES = (*READMES, *SETTINGS_PAGES, *COMMAND_PAGES, "docs/ci.md", "docs/ci.zh-CN.md")
"""What is printed for a shell."""
COMPARED = ("docs/comparison.md", "docs/comparison.zh-CN.md")
DOCUMENTS = (*GUIDES, *COMPARED, *TROUBLE, "ARCHITECTURE.md", "CONTRIBUTING.md")
COMMENT = re.compile(r"\s+# *(.*)$")
"""A comment behind a line of shell."""
_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
_HTML_TARGET = re.compile(r"""<(?:img|source|a)\b[^>]*?\s(?:src|srcset|href)\s*=\s*["']?([^\s"'>]+)""")
_HTML_ANCHOR = re.compile(r"""<[a-z]\w*\b[^>]*?\b(?:id|name)\s*=\s*["']?([^\s"'>]+)""")


@dataclass(frozen=True)
class Fence:
    """A fenced block; `before` is the text of the paragraph or item right before it, as it is written."""

    language: str
    text: str
    before: str
    line: int


def documents() -> tuple[str, ...]:
    """Return the names of all documents that are for people to read."""
    folders = (ROOT, *(ROOT / name for name in ("docs", "deploy", ".github")))
    found = [path for folder in folders[:1] for path in folder.glob("*.md")]
    found += [path for folder in folders[1:] for path in folder.rglob("*.md")]
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in found))


def tokens(text: str) -> list[Token]:
    """Return the blocks of a document; front matter counts as none."""
    return _PARSER.parse(re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))


def read(document: str) -> list[Token]:
    """Return the blocks of a document of the project."""
    return tokens((ROOT / document).read_text(encoding="utf-8"))


def inline(blocks: list[Token]) -> Iterator[Token]:
    """Yield what stands in the text of blocks."""
    for block in blocks:
        yield from block.children or ()


def fences(blocks: list[Token]) -> list[Fence]:
    """Return the fenced blocks in their order."""
    found, before = [], ""
    for block in blocks:
        if block.type == "fence":
            found.append(Fence(block.info.strip(), block.content, before, (block.map or [0])[0] + 1))
        if block.type in ("inline", "fence"):
            before = block.content if block.type == "inline" else ""
    return found


def headings(blocks: list[Token]) -> list[tuple[str, str]]:
    """Return the headings as level and text, without the marks of code, bold and links."""
    return [(opened.tag, _plain(inside)) for opened, inside in pairwise(blocks) if opened.type == "heading_open"]


def _plain(block: Token) -> str:
    return "".join(part.content for part in block.children or () if part.type in ("text", "code_inline"))


def anchors_in_order(blocks: list[Token]) -> list[str]:
    """Return the anchor that GitHub gives each heading.

    GitHub keeps letters of any script, digits, `-` and `_`, makes hyphens of blanks and drops the rest; a heading that
    comes again gets a number.
    """
    found: list[str] = []
    times: Counter[str] = Counter()
    for _, text in headings(blocks):
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        found.append(f"{slug}-{times[slug]}" if times[slug] else slug)
        times[slug] += 1
    return found


def anchors(blocks: list[Token]) -> set[str]:
    """Return the anchors of headings, and those that stand in the text as HTML."""
    html = [part.content for part in (*inline(blocks), *blocks) if part.type in ("html_inline", "html_block")]
    return {*anchors_in_order(blocks), *(anchor for text in html for anchor in _HTML_ANCHOR.findall(text))}


def targets(blocks: list[Token]) -> list[str]:
    """Return where links lead to and where pictures come from, those in HTML too, in their order."""
    found = []
    for part in (*inline(blocks), *blocks):
        if part.type in ("link_open", "image"):
            found.append(str(part.attrGet("href") or part.attrGet("src") or ""))
        if part.type in ("html_inline", "html_block"):
            found += _HTML_TARGET.findall(part.content)
    return found


def file_of(document: Path, target: str) -> Path:
    """Return the file that a relative link or picture of a document means."""
    path = unquote(target.partition("#")[0])
    return document.parent / path if path else document


def text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def fences_in(document: str, language: str) -> list[str]:
    return [fence.text for fence in fences(read(document)) if fence.language == language]


def code_in(document: str) -> set[str]:
    """Return what stands in backticks outside of the settings table."""
    before, _, rest = text(document).partition(BEGIN)
    parts = inline(tokens(before + rest.partition(END)[2]))
    return {part.content for part in parts if part.type == "code_inline"}


def commands(document: str) -> list[str]:
    """Return the lines of shell, without their comments, and what stands in backticks."""
    lines = [line for body in fences_in(document, "sh") for line in body.splitlines()]
    return [COMMENT.sub("", line) for line in lines] + sorted(code_in(document))
