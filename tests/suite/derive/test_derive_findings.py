"""`derive --findings` says what of a page is in doubt, writes nothing, and fails only where it is asked to."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.derive.command import show
from contracts.derive.page.findings import TEXTS, WEIGHTS

ROOT = Path(__file__).parents[3]
PAGES = Path(__file__).parent / "pages"
IRREGULAR = PAGES / "irregular.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the root of a project that has the names of operations and nothing else."""
    folder = tmp_path / "contracts/apis/aslan"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "contracts/apis/aslan/operations.toml", folder)
    return tmp_path


def said(
    root: Path, *pages: Path, as_json: bool = False, strict: bool = False, notes: bool = True
) -> tuple[int, list[str]]:
    lines: list[str] = []
    return show(root, pages, as_json, strict, lines.append, notes), lines


def test_finding_is_one_line_with_page_line_and_assumption(project: Path):
    """Each line says where, what is odd and what was assumed."""
    code, lines = said(project, IRREGULAR)
    assert code == 0
    assert "irregular.md:33: The JSON sample has a comment; assumed that it is left out" in lines
    assert all("; assumed that " in line for line in lines)


def test_what_is_lost_comes_first_and_then_what_is_doubtful(project: Path) -> None:
    """Within each weight the findings are in the order of the page."""
    _, texts = said(project, IRREGULAR, PAGES / "plain.md", as_json=True)
    rows = json.loads(texts[0])
    keys = [
        (["irregular.md", "plain.md"].index(row["page"]), WEIGHTS.index(row["weight"]), row["line"]) for row in rows
    ]
    assert keys == sorted(keys)
    assert {row["weight"] for row in rows} == set(WEIGHTS)


def test_all_texts_of_a_rule_have_one_weight() -> None:
    """A finding is stored with its rule alone, which has to tell its weight."""
    weights: dict[str, set[str]] = {}
    for text, (weight, _, _) in TEXTS.items():
        weights.setdefault(text.partition("/")[0], set()).add(weight)
    assert {rule for rule, some in weights.items() if len(some) > 1} == set()
    assert set().union(*weights.values()) == set(WEIGHTS)


def test_notes_are_said_only_where_they_are_asked_for(project: Path) -> None:
    """What asks nothing is counted, and neither listed nor a failure."""
    _, every = said(project, IRREGULAR)
    _, some = said(project, IRREGULAR, notes=False)
    assert every[: len(some) - 1] == some[:-1]
    assert some[-1] == f"{len(every) - len(some) + 1} notes that ask nothing: see them with --notes"
    assert not any("No request header is documented" in line for line in some)
    plain = PAGES / "plain.md"
    assert said(project, plain, strict=True)[0] == 1
    assert said(project, plain, strict=True, notes=False)[0] == 0
    assert json.loads(said(project, plain, as_json=True, notes=False)[1][0]) == []


def test_findings_as_json_have_the_same_content(project: Path):
    """One JSON list with page, line, rule, operation, what and assumed of each finding."""
    _, lines = said(project, IRREGULAR)
    code, texts = said(project, IRREGULAR, as_json=True)
    rows = json.loads(texts[0])
    assert code == 0
    assert len(texts) == 1
    assert [f"{row['page']}:{row['line']}: {row['what']}; assumed that {row['assumed']}" for row in rows] == lines
    assert {"rule": "json-comment", "operation": "create-workflow"}.items() <= next(
        row for row in rows if row["line"] == 33
    ).items()


def test_several_pages_are_said_one_after_the_other(project: Path):
    """The pages may be of one release: nothing is written, so nothing collides."""
    _, lines = said(project, PAGES / "plain.md", IRREGULAR)
    assert [line.split(":")[0] for line in lines] == sorted((line.split(":")[0] for line in lines), reverse=True)


def test_nothing_is_written(project: Path):
    """Findings are said, and the project stays as it was."""
    before = sorted(project.rglob("*"))
    said(project, IRREGULAR)
    assert sorted(project.rglob("*")) == before


def test_strict_fails_on_any_finding(project: Path):
    """With strict the exit code is 1, and all is said as without."""
    assert said(project, IRREGULAR, strict=True) == (1, said(project, IRREGULAR)[1])


def test_page_that_names_no_release_is_said_too(project: Path):
    """A page whose release is unknown can be looked through; deriving it would need the release."""
    code, lines = said(project, PAGES / "forms/no-front-matter.md")
    assert code == 0
    assert any("names no release" in line for line in lines)


def test_file_that_is_no_page_is_refused_in_one_line(project: Path, tmp_path: Path):
    """What is not there, not text or documents nothing ends with exit code 4, strict or not."""
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty.md").write_bytes(b"")
    for page in (tmp_path / "missing.md", tmp_path, tmp_path / "binary.md", tmp_path / "empty.md"):
        for strict in (False, True):
            code, lines = said(project, page, strict=strict)
            assert code == 4
            assert len(lines) == 1
            assert "\n" not in lines[0]


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["derive", *arguments])


def test_command_says_findings_of_a_page():
    """The command takes --findings with --json and --strict."""
    result = command("--findings", "--json", "--strict", str(IRREGULAR))
    assert result.exit_code == 1
    assert {row["page"] for row in json.loads(result.output)} == {"irregular.md"}
    assert command("--findings", str(IRREGULAR)).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--findings"], id="no-page"),
        pytest.param(["--findings", "--check", str(IRREGULAR)], id="check"),
        pytest.param(["--findings", "--split", str(IRREGULAR)], id="split"),
        pytest.param(["--json", str(IRREGULAR)], id="json-alone"),
        pytest.param(["--strict", str(IRREGULAR)], id="strict-alone"),
        pytest.param(["--notes"], id="notes-without-a-page"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(arguments: list[str]):
    """The command says which, and derives nothing."""
    result = command(*arguments)
    assert result.exit_code == 4
    assert "--findings" in result.output or "--notes" in result.output
