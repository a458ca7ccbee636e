"""Documents in two languages say the same: what does not depend on the language is equal, block by block."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import zip_longest
from urllib.parse import unquote

import pytest
from markdown_it.token import Token

from helpers.documents import COMMENT, READMES, anchors_in_order, documents, read, targets

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
