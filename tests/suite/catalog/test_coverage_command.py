"""The command coverage writes the table of facts, and names what in facts.toml does not fit."""

import re
import shutil
from pathlib import Path

import pytest

from contracts.catalog.coverage import FACTS, STORIES, TABLE, Fact, coverage, problems, read
from contracts.catalog.release import ROOT, CatalogError
from contracts.derive.command import difference


def a_fact(*patterns: str, used_by: str = "") -> Fact:
    return Fact("area.one", "area", "It is so.", "page lines 1-2", patterns, used_by)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        pytest.param(a_fact("cancel/*", "cancel/a", "cancel/b"), [], id="all-named"),
        pytest.param(a_fact("cancel/?"), [], id="pattern"),
        pytest.param(a_fact("*/a", "cancel/b"), [], id="pattern-over-operations"),
        pytest.param(a_fact(), ["area.one: name the cases", "cancel/a", "cancel/b"], id="no-case-and-no-use"),
        pytest.param(
            a_fact("cancel/?", used_by="contracts/check/state.py"), ["area.one: name the cases"], id="both-case-and-use"
        ),
        pytest.param(a_fact("cancel/?", "cancel/c"), ["cancel/c matches no case"], id="pattern-of-nothing"),
        pytest.param(a_fact("cancel/a"), ["no fact names the case cancel/b"], id="case-without-a-fact"),
        pytest.param(a_fact("*"), ["case cancel/a", "case cancel/b"], id="everything-names-nothing"),
        pytest.param(a_fact("cancel/*"), ["case cancel/a", "case cancel/b"], id="an-operation-names-nothing"),
        pytest.param(a_fact(used_by="the suite"), ["names no module", "cancel/a", "cancel/b"], id="used-by-no-module"),
        pytest.param(
            a_fact(used_by="contracts/gone.py"), ["contracts/gone.py, which", "cancel/a", "cancel/b"], id="used-by-gone"
        ),
    ],
)
def test_facts_and_cases_fit_each_other(fact: Fact, said: list[str]) -> None:
    """Each fact without a case, pattern without a match and case without a fact is said in one line."""
    found = list(problems([fact], ["cancel/a", "cancel/b"], ROOT))
    assert len(found) == len(said), found
    assert all(part in line for part, line in zip(said, found, strict=True)), found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[area", "is not TOML", id="not-toml"),
        pytest.param("area = { one = 1 }", "facts.toml: area.one: must be a table", id="no-table"),
        pytest.param('[area.one]\nfact = "It."', "facts.toml: area.one: source is missing: add it", id="no-source"),
        pytest.param(
            '[area.one]\nfakt = "It."', "facts.toml: area.one: unknown key fakt: did you mean fact?", id="unknown-key"
        ),
        pytest.param(
            '[area.one]\nfact = "It."\nsource = 1', "facts.toml: area.one: source must be text", id="source-no-text"
        ),
        pytest.param(
            '[area.one]\nfact = "It."\nsource = "page"\ncases = "a"',
            "facts.toml: area.one: cases must be a list",
            id="cases-no-list",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_named(text: str, said: str, tmp_path: Path) -> None:
    """A mistake in facts.toml is one line that names the row."""
    path = tmp_path / "facts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=re.escape(said)):
        read(path)


class Copy:
    """A copy of what the table is made from, and the lines that making it says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        for name in (FACTS, *(path.relative_to(ROOT).as_posix() for path in (ROOT / STORIES).glob("*.py"))):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        for module in ROOT.glob("contracts/**/*.py"):
            (root / module.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
            (root / module.relative_to(ROOT)).touch()

    def coverage(self, *, check: bool = False) -> int:
        """Write or compare the table, and keep what is said."""
        self.said.clear()
        return coverage(self.root, check, self.said.append)

    @property
    def table(self) -> Path:
        """The table's file."""
        return self.root / TABLE


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_a_table_that_is_not_there_is_written(copy: Copy) -> None:
    """--check writes nothing and says the whole table; without it the table is written, and then up to date."""
    assert copy.coverage(check=True) == 1
    assert copy.said[0].startswith(f"--- /dev/null\n+++ {TABLE}")
    assert not copy.table.exists()
    assert copy.coverage() == 0
    assert copy.table.read_bytes() == (ROOT / TABLE).read_bytes()
    assert copy.coverage(check=True) == 0


def test_a_difference_is_shown_line_by_line(copy: Copy) -> None:
    """A table changed by hand is a diff under --check, and is put right without it."""
    copy.coverage()
    copy.table.write_text(copy.table.read_text(encoding="utf-8").replace("# Coverage", "# Mine"), encoding="utf-8")
    assert copy.coverage(check=True) == 1
    assert "-# Mine\n+# Coverage" in copy.said[0]
    assert copy.coverage() == 0
    assert copy.coverage(check=True) == 0


@pytest.mark.parametrize("check", [pytest.param(True, id="check"), pytest.param(False, id="write")])
def test_a_new_story_needs_a_fact(copy: Copy, check: bool) -> None:
    """A story that no fact names fails the check, and no table is written."""
    story = '@pytest.mark.case("flows/new", level="smoke")\ndef test_new(flow): ...\n'
    (copy.root / STORIES / "test_new.py").write_text(story, encoding="utf-8")
    assert copy.coverage(check=check) == 1
    assert copy.said == ["facts.toml: no fact names the case flows/new: what is it there for?"]
    assert not copy.table.exists()


def test_facts_that_cannot_be_read_are_no_difference(copy: Copy) -> None:
    """A broken facts.toml has an exit code of its own."""
    (copy.root / FACTS).write_text("[", encoding="utf-8")
    assert copy.coverage(check=True) == 4


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        pytest.param("a\n", "b\n", "--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b", id="changed"),
        pytest.param(None, "b\n", "--- /dev/null\n+++ x\n@@ -0,0 +1 @@\n+b", id="missing"),
        pytest.param("a\n", None, "--- x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a", id="one-too-many"),
        pytest.param(
            "a\r\n", "a\n", "x: differs in its line ends or is empty: run this without --check", id="line-ends"
        ),
        pytest.param("", None, "x: differs in its line ends or is empty: run this without --check", id="empty"),
    ],
)
def test_difference(found: str | None, wanted: str | None, said: str) -> None:
    """How a file differs is said even where no line does."""
    assert difference("x", found, wanted) == said
