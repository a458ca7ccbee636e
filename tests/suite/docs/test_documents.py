"""Links of the documents lead somewhere, and what is there in two languages says the same in both."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it.token import Token

from contracts.catalog.release import ROOT
from helpers.documents import COMMENT, READMES, anchors, anchors_in_order, documents, file_of, read, targets, tokens

PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".svg": b"<", ".gif": b"GIF8", ".jpg": b"\xff\xd8\xff"}


def lost(document: str, root: Path) -> list[str]:
    """Return the links, anchors and pictures of a document below `root` that lead nowhere."""
    blocks = tokens((root / document).read_text(encoding="utf-8"))
    return [target for target in targets(blocks) if "://" not in target and not _there(document, target, root)]


def _there(document: str, target: str, root: Path) -> bool:
    path, anchor = file_of(root / document, target), unquote(target.partition("#")[2])
    if not path.exists() or root.resolve() not in (path.resolve(), *path.resolve().parents):
        return False
    if path.suffix in PICTURES:
        return path.read_bytes().startswith(PICTURES[path.suffix])
    return not anchor or (path.suffix == ".md" and anchor in anchors(tokens(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("document", documents())
def test_links_anchors_and_pictures_lead_somewhere(document: str) -> None:
    """Whoever follows a link of a document finds the file and the heading, and each picture is one."""
    assert lost(document, ROOT) == []


def test_all_documents_are_looked_at() -> None:
    """Documents of the top folder, of docs/, of deploy/ and of .github/ are among them, those in Chinese too."""
    assert {"README.zh-CN.md", "SECURITY.md", "docs/coverage.md", "deploy/README.md"} <= set(documents())
    assert any(document.startswith(".github/ISSUE_TEMPLATE/") for document in documents())


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        pytest.param("Add a case", "add-a-case", id="words"),
        pytest.param("你自己的 Zadig", "你自己的-zadig", id="chinese"),
        pytest.param("结果（怎么读）", "结果怎么读", id="full-width-brackets"),
        pytest.param("What `make run` does, and why", "what-make-run-does-and-why", id="code-and-comma"),
        pytest.param("A [link](x.md) & more", "a-link--more", id="link-and-sign"),
        pytest.param("snake_case 1.7.0", "snake_case-170", id="underscore-and-dots"),
    ],
)
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert anchors_in_order(tokens(f"# {heading}\n")) == [anchor]


def test_heading_that_comes_again_has_a_number() -> None:
    assert anchors_in_order(tokens("# One\n\n## One\n\n# One\n")) == ["one", "one-1", "one-2"]


LINKS = {
    "no-such-file": "[a](gone.md)",
    "no-such-anchor": "[a](#gone)",
    "no-such-anchor-elsewhere": "[a](other.md#gone)",
    "anchor-of-another": "[a](other.md#here)",
    "reference": "[a][b]\n\n[b]: gone.md",
    "picture": "![a](gone.png)",
    "picture-that-is-none": "![a](text.png)",
    "picture-in-html": '<p><img alt="a" src="gone.png"></p>',
    "picture-in-the-line": 'So <img src="gone.png"> it is.',
    "picture-of-the-dark": '<picture><source srcset="gone.png"></picture>',
    "in-a-table": "| a |\n|---|\n| [a](gone.md) |",
    "out-of-the-project": "[a](../../etc)",
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_what_leads_nowhere_is_noticed(link: str, tmp_path: Path) -> None:
    """A link is followed however it is written."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "etc").mkdir()
    (root / "other.md").write_text("# There\n", encoding="utf-8")
    (root / "text.png").write_text("text", encoding="utf-8")
    (root / "a.md").write_text(f"# Here\n\n{link}\n\n`[a](code.md)` [b](#here) [c](other.md#there)\n", encoding="utf-8")
    assert len(lost("a.md", root)) == 1


NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
LANGUAGE = re.compile(r"(?<=[.-])(?:zh-CN|zh|en)(?=[.])")
IN_CHINESE = ".zh-CN"
PAIRS = [(name.replace(IN_CHINESE, ""), name) for name in documents() if IN_CHINESE in name]
"""Each document that there is in both languages, in English and in Chinese."""

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=[english for english, _ in PAIRS])
Pair = tuple[str, str]


def blocks(tokens: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Yield each heading, paragraph, item, row of a table, fence and HTML block, and what stands in it."""
    kind, inside = "", []
    for token in tokens:
        if token.type in ("heading_open", "paragraph_open", "tr_open"):
            kind, inside = token.tag, []
        elif token.type in ("fence", "html_block"):
            yield token.type, [token]
        elif token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open", "list_item_open"):
            yield token.type, []
        elif token.type == "inline":
            inside.append(token)
        elif token.type in ("heading_close", "paragraph_close", "tr_close"):
            yield kind, inside


def spans(inside: list[Token]) -> list[str]:
    """Return what stands in backticks."""
    return [part.content for token in inside for part in token.children or () if part.type == "code_inline"]


def prose(inside: list[Token]) -> str:
    """Return the text that is for people, without code and targets of links."""
    return " ".join(part.content for token in inside for part in token.children or () if part.type == "text")


def of_both(pair: Pair) -> Iterator[tuple[tuple[str, list[Token]], tuple[str, list[Token]]]]:
    """Yield what stands in the same place of both, as far as both go."""
    return zip(*(blocks(read(document)) for document in pair), strict=False)


def test_all_documents_in_chinese_are_looked_at() -> None:
    """The READMEs are among them, and what they send people to when something goes wrong."""
    assert {READMES, ("docs/troubleshooting.md", "docs/troubleshooting.zh-CN.md")} <= set(PAIRS)


@each_pair
def test_both_have_the_same_blocks(pair: Pair) -> None:
    """Headings of the same levels, paragraphs, items, rows of tables and code stand in the same order in both."""
    shapes = [[(kind, len(inside)) for kind, inside in blocks(read(document))] for document in pair]
    for place, (english, chinese) in enumerate(zip_longest(*shapes)):
        assert english == chinese, f"after {[list(blocks(read(pair[0])))[place - 1]]}"


@each_pair
def test_both_show_the_same_code(pair: Pair) -> None:
    for (kind, english), (_, chinese) in of_both(pair):
        if kind == "fence":
            shown = [
                (token.info, [COMMENT.sub("", line) for line in token.content.splitlines()])
                for token in (english[0], chinese[0])
            ]
            assert shown[0] == shown[1]


@each_pair
def test_both_explain_the_same_lines_of_code(pair: Pair) -> None:
    for (kind, english), (_, chinese) in of_both(pair):
        if kind == "fence":
            told = [
                [bool(COMMENT.search(line)) for line in token.content.splitlines()] for token in (*english, *chinese)
            ]
            assert told[0] == told[1], english[0].content


@each_pair
def test_both_name_the_same(pair: Pair) -> None:
    """Names in backticks are not translated: each paragraph, item and row has the same ones in both."""
    assert list(differing(pair, lambda inside, _: spans(inside))) == []


@each_pair
def test_both_give_the_same_numbers(pair: Pair) -> None:
    assert list(differing(pair, lambda inside, _: NUMBER.findall(prose(inside)))) == []


@each_pair
def test_both_lead_to_the_same(pair: Pair) -> None:
    """Links and pictures of a block are the same in both, but for the language in the name of a file or a heading."""
    assert list(differing(pair, lambda inside, document: [meant(target, document) for target in targets(inside)])) == []


def meant(target: str, document: str) -> str:
    """Return a target without its language; an anchor of the document itself as the place of its heading."""
    anchors, anchor = anchors_in_order(read(document)), unquote(target[1:])
    if target.startswith("#") and anchor in anchors:
        return f"#{anchors.index(anchor)}"
    return LANGUAGE.sub("", target.replace(f"{IN_CHINESE}.md", ".md"))


def differing(pair: Pair, what: Callable[[list[Token], str], list[str]]) -> Iterator[str]:
    """Yield what stands in one of two blocks and not in the other, with the text of both."""
    for (_, english), (_, chinese) in of_both(pair):
        found = Counter(what(english, pair[0])), Counter(what(chinese, pair[1]))
        if found[0] != found[1]:
            more = [sorted((one - other).elements()) for one, other in (found, found[::-1])]
            yield f"{more[0]} / {more[1]} in: {english[0].content[:90]} / {chinese[0].content[:60]}"
