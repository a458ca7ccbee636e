"""What SECURITY.md and docs/reliability.md claim is shown: each sentence names a test that exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest

from contracts.catalog.release import ROOT
from helpers.attacks import ATTACKS
from helpers.documents import tokens

CLAIMS = {
    "docs/reliability.md": "",
    "SECURITY.md": "## What is shown of secrets, of a target's texts and of what is planted\n",
}
"""Each document that claims something, and the heading of the part that does; empty: all of it."""
NO_CLAIM = ("What cannot be known:",)
"""How a sentence begins that says what is not shown."""
A_TEST = re.compile(r"tests/suite/[\w/]+\.(?:py|toml)(?:::\w+)?")
A_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z`])")


@cache
def functions(path: str) -> frozenset[str]:
    """Return the tests in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def exists(test: str) -> bool:
    """Whether a test, or a file of tests, is there."""
    path, _, name = test.partition("::")
    return (ROOT / path).is_file() and (not name or name in functions(path))


def part(document: str) -> str:
    """Return the part of a document that claims something."""
    text, heading = (ROOT / document).read_text(encoding="utf-8"), CLAIMS[document]
    return text.split(heading, 1)[1].split("\n## ", 1)[0] if heading else text


def claims(text: str) -> Iterator[str]:
    """Yield each sentence of a text, and each row of its tables that have a column for tests."""
    blocks = tokens(text)
    for before, block in pairwise(blocks):
        if block.type == "inline" and before.type == "paragraph_open":
            yield from A_SENTENCE.split(" ".join(block.content.split()))
    for table in re.findall(r"^\|.*\| test \|\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE):
        yield from table.splitlines()


@pytest.mark.parametrize("document", CLAIMS)
def test_each_sentence_names_its_test(document: str) -> None:
    found = [claim for claim in claims(part(document)) if not claim.startswith(NO_CLAIM)]
    assert len(found) > 8
    assert [claim for claim in found if not A_TEST.search(claim)] == []


@pytest.mark.parametrize("document", CLAIMS)
def test_tests_that_are_named_exist(document: str) -> None:
    """Also those that the rest of the document names."""
    named = A_TEST.findall((ROOT / document).read_text(encoding="utf-8"))
    assert [test for test in named if not exists(test)] == []


def test_tests_of_attacks_exist() -> None:
    """Each attack that is not run by its row names a test that runs it."""
    named = [attack.test for attack in ATTACKS.values() if attack.test]
    assert [test for test in named if not exists(test) or "::" not in test] == []


@pytest.mark.parametrize("text", ["It holds.", "It holds. So it is (test: `tests/suite/x.py::test_x`).", "- It holds"])
def test_a_sentence_without_a_test_is_noticed(text: str) -> None:
    assert [claim for claim in claims(text) if not A_TEST.search(claim)] != []
