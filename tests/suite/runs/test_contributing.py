"""The worked examples of CONTRIBUTING.md, followed to the letter in a copy of the project."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from helpers.documents import COMMENT, Fence, fences, headings, read
from helpers.processes import environment, run
from helpers.shell import checkout, serving

EDIT = re.compile(r"(?:^|\n)(Append to|Write|In) `([^`]+)`(, everywhere)?[^`\n]*:$")
FAILS = "fails"


def examples() -> dict[str, list[Fence]]:
    """Return the blocks of each worked example by its heading."""
    blocks = read("CONTRIBUTING.md")
    starts = [place for place, block in enumerate(blocks) if block.type == "heading_open" and block.tag == "h2"]
    parts = [blocks[start:end] for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True)]
    return {title: fences(part) for part in parts if (title := headings(part)[0][1]).startswith("Add ")}


EXAMPLES = examples()


class Follower:
    """Somebody who does what stands there: `said` is what the last commands printed."""

    def __init__(self, folder: Path, serve: ExitStack) -> None:
        self.folder = folder
        self.said = ""
        self._env = environment()
        self._serve = serve
        self._port = ""

    def follow(self, fence: Fence) -> None:
        """Do one block, or see that what it shows was printed."""
        edit = EDIT.search(fence.before)
        if edit is not None:
            self._edit(edit[1], self.folder / edit[2], fence.text, everywhere=bool(edit[3]))
        elif fence.language == "sh":
            self.said = "".join(self._line(line) for line in fence.text.splitlines())
        else:
            assert not fence.language, f"a block of {fence.language} after {fence.before!r}: for which file?"
            rest = self.said
            for line in fence.text.splitlines():
                found = re.search(".*".join(map(re.escape, line.rstrip().split("…"))), rest)
                assert found, f"{line!r} is not printed, or not there:\n{self.said}"
                rest = rest[found.end() :]

    def _line(self, shown: str) -> str:
        line, comment = COMMENT.sub("", shown), COMMENT.search(shown)
        if line.startswith("python -m contracts standin"):
            self._port = self._serve.enter_context(serving(line, self.folder, self._env))
            return ""
        done = run(line.replace("PORT", self._port), self.folder, self._env)
        expected = 1 if comment is not None and comment[1] == FAILS else 0
        assert done.code == expected, f"{line}: exit code {done.code}, not {expected}:\n{done.output}"
        return done.output

    @staticmethod
    def _edit(how: str, path: Path, text: str, *, everywhere: bool) -> None:
        if how == "Write":
            assert not path.exists(), f"{path.name} is there already"
            path.write_text(text, encoding="utf-8")
            return
        old = path.read_text(encoding="utf-8")
        if how == "Append to":
            path.write_text(old + text, encoding="utf-8")
            return
        before, after = (
            "".join(line[1:] for line in text.splitlines(keepends=True) if line[0] in f" {sign}") for sign in "-+"
        )
        found = old.count(before)
        assert found == 1 or (found and everywhere), f"{path.name} has {found} times:\n{before}"
        path.write_text(old.replace(before, after), encoding="utf-8")


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Follower]:
    """Yield somebody with a fresh copy of the project."""
    checkout(tmp_path)
    with ExitStack() as serve:
        yield Follower(tmp_path, serve)


@pytest.mark.parametrize("fences", EXAMPLES.values(), ids=EXAMPLES)
def test_example_works_as_it_stands(fences: list[Fence], follower: Follower) -> None:
    """Who does line by line what stands there sees what is shown, red where it says so, and green in the end."""
    for fence in fences:
        follower.follow(fence)


def test_there_is_an_example_of_each_thing_to_add() -> None:
    """A case, an operation, a release and a breakage are worked through."""
    assert list(EXAMPLES) == ["Add a case", "Add an operation", "Add a release", "Add a breakage"]


@pytest.mark.parametrize("fences", EXAMPLES.values(), ids=EXAMPLES)
def test_example_is_red_before_it_is_green(fences: list[Fence]) -> None:
    """Each example runs its new case first where it fails, says for which reason, and then where it holds."""
    lines = [line for fence in fences if fence.language == "sh" for line in fence.text.splitlines()]
    runs = [line.endswith(f"# {FAILS}") for line in lines if line.startswith("pytest tests/api ")]
    assert runs == [True, False]
    shown = "".join(fence.text for fence in fences if not fence.language)
    assert re.search(r"^(BREACH|DRIFT) .*\n  \S.*expected .*got ", shown, re.MULTILINE)
    assert re.search(r"^VERDICT .* ACCEPTED ", shown, re.MULTILINE)


EDITS: Mapping[str, tuple[str, str]] = {
    "not-there": ("In `a.txt`:", "-three\n+four\n"),
    "there-twice": ("In `a.txt`:", "-one\n+two\n"),
    "no-file-named": ("Then it goes on:", "one\n"),
    "never-printed": ("", "two\n"),
    "printed-before": ("", "one\none\none\n"),
}


@pytest.mark.parametrize(("before", "text"), EDITS.values(), ids=EDITS)
def test_what_cannot_be_followed_fails(before: str, text: str, tmp_path: Path) -> None:
    """An edit that does not fit, a block for no file and a line that was not printed are noticed."""
    (tmp_path / "a.txt").write_text("one\none\n", encoding="utf-8")
    with ExitStack() as serve:
        follower = Follower(tmp_path, serve)
        follower.follow(Fence("sh", "cat a.txt\nfalse  # fails\n", "", 1))
        follower.follow(Fence("", "one\none\n", "", 1))
        with pytest.raises(AssertionError):
            follower.follow(Fence("toml" if before else "", text, before, 1))
        with pytest.raises(AssertionError, match="exit code 1, not 0"):
            follower.follow(Fence("sh", "false\n", "", 1))
