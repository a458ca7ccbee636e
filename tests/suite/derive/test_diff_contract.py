"""What changed between two releases or pages is told, and what breaks a client is told apart from what does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from contracts.__main__ import main
from contracts.catalog.release import ROOT
from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.diff import FORMS, diff, diff_contract
from contracts.text import toml

PAGE = Path(__file__).parent / "pages/plain.md"
LIMIT = "|`limit`|int|body|上限|5|否|"

CHANGES = toml.read(Path(__file__).with_name("changes.toml"))


def said(before: Path | str, after: Path | str, form: str = "json", fail: bool = False) -> tuple[int, str]:
    lines: list[str] = []
    code = diff_contract(ROOT, str(before), str(after), form, fail, lines.append)
    return code, "\n".join(lines)


def changed_page(tmp_path: Path, old: str, new: str) -> Path:
    text = PAGE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "changed.md"
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return path


def kinds(text: str) -> list[tuple[str, str, bool]]:
    return [(row["kind"], row["where"], row["breaking"]) for row in json.loads(text)["changes"]]


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES.values(), ids=CHANGES)
def test_one_change_of_a_page_is_one_change_of_its_contract(
    tmp_path: Path, old: str, new: str, expected: list[list[Any]]
) -> None:
    """Each change is told with its place, and as breaking or not; nothing else is."""
    assert kinds(said(PAGE, changed_page(tmp_path, old, new))[1]) == [*map(tuple, expected)]


def test_key_that_neither_sample_nor_table_has_any_more_is_removed(tmp_path: Path) -> None:
    """A client that sends a key which is not documented any more may break."""
    path = changed_page(tmp_path, f"{LIMIT}\n", "")
    text = path.read_text(encoding="utf-8").replace(',\n  "limit": 3', "")
    path.write_text(text, encoding="utf-8")
    assert kinds(said(PAGE, path)[1]) == [("body key removed", "create-workflow body $.limit", True)]


def test_operation_that_comes_or_goes(tmp_path: Path) -> None:
    """A removed operation breaks clients, an added one does not."""
    text = PAGE.read_text(encoding="utf-8")
    path = tmp_path / "one.md"
    path.write_text(text[: text.index("## 新建工作流")], encoding="utf-8")
    assert kinds(said(PAGE, path)[1]) == [("operation removed", "create-workflow", True)]
    assert kinds(said(path, PAGE)[1]) == [("operation added", "create-workflow", False)]


def test_releases_are_compared_with_what_was_observed() -> None:
    """Servers from 1.8.0 on name the project of a started task, and nothing else differs."""
    assert kinds(said("1.7.0", "1.8.0")[1]) == [("answer key added", "start-task/queued $.project_name", False)]
    assert kinds(said("1.8.0", "1.7.0")[1]) == [("answer key removed", "start-task/queued $.project_name", True)]
    assert kinds(said("1.8.0", "1.9.0")[1]) == []


def test_release_and_page_are_compared_by_what_pages_document() -> None:
    """Facts that no page states are no changes of a page."""
    code, text = said("1.9.0", PAGE)
    assert code == 0
    assert json.loads(text)["scope"] == "what the pages document"
    assert not any(where.startswith("start-task") or "already-passed" in where for _, where, _ in kinds(text))
    assert ("operation removed", "restart-task", True) in kinds(text)


def look(*answers: Answer) -> Contract:
    return Contract(
        "9.9.9", None, (Operation("look", "9.9.9", "GET", "/look", 1, None, (), (None,), None, None, answers),)
    )


def answer(name: str, status: int, sample: Any, *more: Any) -> Answer:
    return Answer(name, "9.9.9", status, (sample, *more), "Seen.", "a server", None)


def test_answer_of_another_name_is_the_same_by_its_code() -> None:
    """Names of answers are the suite's own: a client does not see them."""
    error = {"code": 6001, "message": "m", "type": "error"}
    assert diff(look(answer("gone", 400, error)), look(answer("missing", 400, error))) == ()


def test_status_and_answers_of_observed_releases() -> None:
    """Another status breaks, and so does an answer that is lost; a further one does not."""
    first, second = answer("first", 200, {"id": 1}), answer("second", 200, [1])
    kinds_of = lambda one, other: [(change.kind, change.breaking) for change in diff(one, other)]  # noqa: E731
    assert kinds_of(look(first), look(answer("first", 202, {"id": 1}))) == [("status changed", True)]
    assert kinds_of(look(first), look(first, second)) == [("answer added", False)]
    assert kinds_of(look(first, second), look(first)) == [("answer removed", True)]


def test_answer_key_that_is_no_longer_always_there_breaks() -> None:
    """A client that reads a key may not find it; the other way round nothing breaks."""
    always, sometimes = look(answer("a", 200, {"id": 1, "b": 1})), look(answer("a", 200, {"id": 1, "b": 1}, {"id": 1}))
    assert [(change.where, change.breaking) for change in diff(always, sometimes)] == [("look/a $.b", True)]
    assert [(change.where, change.breaking) for change in diff(sometimes, always)] == [("look/a $.b", False)]


def test_breaking_changes_can_fail_a_build(tmp_path: Path) -> None:
    """The exit code is 0 unless it is asked for, and then only a breaking change counts."""
    breaking = changed_page(tmp_path, '"code": 6163', '"code": 6199')
    assert said(PAGE, breaking)[0] == 0
    assert said(PAGE, breaking, fail=True)[0] == 1
    harmless = changed_page(tmp_path, "nothing found", "no such task")
    assert said(PAGE, harmless, fail=True)[0] == 0


def test_text_has_a_line_per_change_and_one_that_counts(tmp_path: Path) -> None:
    """What a terminal shows is one line per change, with what was and what is there."""
    path = changed_page(tmp_path, '"code": 6163', '"code": 6199')
    assert said(PAGE, path, "text")[1].splitlines() == [
        "breaking  cancel-task/error $.code: code changed (6163 → 6199)",
        f"{PAGE} to {path}, what the pages document: 1 change, 1 breaking",
    ]
    assert said(PAGE, PAGE, "text")[1].endswith(": no change")


HOSTILE = "<img src=x onerror=alert(1)> | a\\|b | [x](y) `c` *d* & \x1b[31m 停"


def test_markdown_shows_what_a_page_says_as_text_only(tmp_path: Path) -> None:
    """Neither a pipe nor HTML nor Markdown of a page gets out of its cell."""
    path = changed_page(tmp_path, '"停止失败"', json.dumps(HOSTILE))
    text = said(PAGE, path, "markdown")[1]
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    cells = [tokens[at + 1] for at, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 5
    assert [cell.content for cell in cells][:3] == ["yes", "cancel-task/error $.message", "message changed"]
    assert all(child.type in ("text", "text_special") for cell in cells for child in cell.children or ())
    shown = "".join(child.content for child in cells[4].children or ())
    assert shown == HOSTILE.replace("\x1b", "\\x1b")
    assert "<img" not in text


def test_text_acts_on_no_terminal(tmp_path: Path) -> None:
    """A control character of a page is shown, not sent."""
    path = changed_page(tmp_path, '"停止失败"', json.dumps(HOSTILE))
    assert "\x1b" not in said(PAGE, path, "text")[1]


@pytest.mark.parametrize("form", FORMS)
def test_command_says_it_in_every_form(form: str) -> None:
    """python -m contracts diff-contract A B works as it is documented."""
    done = CliRunner().invoke(main, ["diff-contract", "1.7.0", "1.8.0", "--format", form])
    assert (done.exit_code, "project" in done.output) == (0, True)
    assert "Traceback" not in done.output


def test_unusable_input_is_one_line(tmp_path: Path) -> None:
    """A release that is not there, a file that is not there or no page: what happened, and exit code 4."""
    binary, empty = tmp_path / "binary.md", tmp_path / "empty.md"
    binary.write_bytes(b"\xff\xfe")
    empty.write_bytes(b"")
    for wrong in ("3.3.3", "no-such-file.md", str(tmp_path), str(binary), str(empty)):
        for pair in (("1.7.0", wrong), (wrong, "1.7.0")):
            done = CliRunner().invoke(main, ["diff-contract", *pair])
            assert done.exit_code == 4
            assert len(done.output.splitlines()) == 1
            assert "Traceback" not in done.output
