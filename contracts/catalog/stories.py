"""Cases that are no rows of the table: what the marks on their tests say of them, read without importing the tests."""

import ast
import re
import threading
from collections.abc import Iterable
from pathlib import Path

from contracts.catalog.cases import LOOKS, crowd
from contracts.catalog.release import Release
from contracts.text.frozen import dataclass

_MARK = re.compile(r"^@pytest\.mark\.case(\(.*?\))\n(?=def |async def |@)", re.MULTILINE | re.DOTALL)
# The interpreter counts the depth of all trees it makes in one place: two threads at once give a SystemError.
_ONE_TREE = threading.Lock()


@dataclass(frozen=True)
class Story:
    """What a mark says of a case that a test tells step by step.

    id: the case.
    level: the least profile that runs it.
    api: the only API that it is about; empty: any.
    but: the API that has another test of this case.
    only: `stand-in` where a live target must not get it.
    roles: what the release must have calls for, besides those that every case takes.
    crowd: whether the release must have cases that fail for different reasons.
    alone: whether it must have the target to itself, though it sends one request after the other.
    """

    id: str
    level: str
    api: str = ""
    only: str = ""
    roles: tuple[str, ...] = ()
    crowd: bool = False
    but: str = ""
    alone: bool = False

    def is_of(self, release: Release) -> bool:
        """Whether it is about the API of a release."""
        return self.api in ("", release.api) and self.but != release.api

    def lacks(self, release: Release) -> bool:
        """Whether a release has not all that it takes."""
        return bool(release.lacks((*LOOKS, "create", *self.roles))) or (self.crowd and not crowd(release))


def stories(folder: Path) -> tuple[Story, ...]:
    """Return the cases that the tests in a folder tell."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("test_*.py")))
    return tuple(story for text in texts for story in _stories(_MARK.findall(text)))


def _stories(marks: Iterable[str]) -> Iterable[Story]:
    for mark in marks:
        with _ONE_TREE:
            call = ast.parse(f"_{mark}", mode="eval").body
        if isinstance(call, ast.Call):
            words = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
            yield Story(*map(ast.literal_eval, call.args), **words)
