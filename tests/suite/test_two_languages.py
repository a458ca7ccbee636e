"""README.md and README.zh-CN.md say the same: what does not depend on the language is equal, block by block."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import zip_longest

from documents import READMES, anchors_in_order, read, targets
from markdown_it.token import Token
from shell import COMMENT

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
LANGUAGE = re.compile(r"(?<=[.-])(?:zh-CN|zh|en)(?=[.])")
ENGLISH, CHINESE = READMES


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


def of_both() -> Iterator[tuple[tuple[str, list[Token]], tuple[str, list[Token]]]]:
    """Yield what stands in the same place of both, as far as both go."""
    return zip(blocks(read(ENGLISH)), blocks(read(CHINESE)), strict=False)


def test_both_have_the_same_blocks() -> None:
    """Headings of the same levels, paragraphs, items, rows of tables and code stand in the same order in both."""
    shapes = [[(kind, len(inside)) for kind, inside in blocks(read(document))] for document in READMES]
    for place, (english, chinese) in enumerate(zip_longest(*shapes)):
        assert english == chinese, f"after {[list(blocks(read(ENGLISH)))[place - 1]]}"


def test_both_show_the_same_code() -> None:
    """What is to be typed, and what is printed, is the same to the letter, but for comments."""
    for (kind, english), (_, chinese) in of_both():
        if kind == "fence":
            shown = [
                (token.info, [COMMENT.sub("", line) for line in token.content.splitlines()])
                for token in (english[0], chinese[0])
            ]
            assert shown[0] == shown[1]


def test_both_explain_the_same_lines_of_code() -> None:
    """A line of code has a comment in both or in none."""
    for (kind, english), (_, chinese) in of_both():
        if kind == "fence":
            told = [
                [bool(COMMENT.search(line)) for line in token.content.splitlines()] for token in (*english, *chinese)
            ]
            assert told[0] == told[1], english[0].content


def test_both_name_the_same() -> None:
    """Names in backticks are not translated: each paragraph, item and row has the same ones in both."""
    assert list(differing(lambda inside, _: spans(inside))) == []


def test_both_give_the_same_numbers() -> None:
    """A number that stands in digits in a paragraph, an item or a row is the same in both."""
    assert list(differing(lambda inside, _: NUMBER.findall(prose(inside)))) == []


def test_both_lead_to_the_same() -> None:
    """Links and pictures of a block are the same in both, but for the language in the name of a file or a heading."""
    assert list(differing(lambda inside, document: [meant(target, document) for target in targets(inside)])) == []


def meant(target: str, document: str) -> str:
    """Return a target without its language; an anchor of the document itself as the place of its heading."""
    anchors = anchors_in_order(read(document))
    if target.startswith("#") and target[1:] in anchors:
        return f"#{anchors.index(target[1:])}"
    return "the other language" if target in READMES else LANGUAGE.sub("", target)


def differing(what: Callable[[list[Token], str], list[str]]) -> Iterator[str]:
    """Yield what stands in one of two blocks and not in the other, with the text of both."""
    for (_, english), (_, chinese) in of_both():
        found = Counter(what(english, ENGLISH)), Counter(what(chinese, CHINESE))
        if found[0] != found[1]:
            more = [sorted((one - other).elements()) for one, other in (found, found[::-1])]
            yield f"{more[0]} / {more[1]} in: {english[0].content[:90]} / {chinese[0].content[:60]}"
