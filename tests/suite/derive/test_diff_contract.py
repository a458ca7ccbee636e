"""What changed between two releases or pages is told, and what breaks a client is told apart from what does not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from contracts.__main__ import main
from contracts.catalog.release import ROOT
from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.diff import FORMS, diff, diff_contract
from contracts.derive.observed import OPEN, ObservedAnswer
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
    """Servers from 1.8.0 on name the project of a started task, and word what a malformed body is told otherwise."""
    reworded = ("description changed", "start-task/malformed-body", False)
    where = "start-task/queued $.project_name"
    assert kinds(said("1.7.0", "1.8.0")[1]) == [reworded, ("answer key added", where, False)]
    assert kinds(said("1.8.0", "1.7.0")[1]) == [("answer key removed", where, True), reworded]
    assert kinds(said("1.8.0", "1.9.0")[1]) == []


def test_release_and_page_are_compared_by_what_pages_document() -> None:
    """Facts that no page states are no changes of a page."""
    code, text = said("1.9.0", PAGE)
    assert code == 0
    assert json.loads(text)["scope"] == "what the pages document"
    assert not any(where.startswith("start-task") or "already-passed" in where for _, where, _ in kinds(text))
    assert ("operation removed", "restart-task", True) in kinds(text)


def answer(name: str, status: int, sample: Any, *more: Any) -> Answer:
    return Answer(name, "9.9.9", status, (sample, *more), "Seen.", "a server", None)


def look(*answers: Answer) -> Contract:
    return contract(operation("look", "GET /look", answers=answers))


def contract(*operations: Operation) -> Contract:
    return Contract("9.9.9", None, operations)


def operation(name: str, request: str, *rows: str, body: Any = None, answers: tuple[Answer, ...] = ()) -> Operation:
    """Return an operation whose parameters are rows such as ``query size integer yes``."""
    method, path = request.split(" ")
    listed = [dict(zip(("in", "name", "type", "required"), row.split(" "), strict=True)) for row in rows]
    parameters = tuple({**row, "required": row["required"] == "yes", "default": None, "line": 1} for row in listed)
    return Operation(name, "9.9.9", method, path, 1, None, parameters, (body,), None, None, answers)


def told(one: Operation, other: Operation) -> list[tuple[str, str, Any, Any]]:
    return [(change.kind, change.where, change.before, change.after) for change in diff(contract(one), contract(other))]


def test_what_moved_into_the_body_is_neither_removed_nor_added() -> None:
    """A client has to send the same keys, elsewhere; their spelling does not matter, and what else changed is told."""
    ids = ("query taskId integer yes", "query workflowKey string yes")
    before = operation("cancel", "POST /cancel", *ids)
    rows = ("body task_id integer yes", "body workflow_key string no")
    after = operation("cancel", "POST /cancel", *rows, body={"task_id": 1, "workflow_key": "one"})
    assert told(before, after) == [
        ("parameter moved", "cancel query taskId", "query taskId", "body $.task_id"),
        ("parameter moved", "cancel query workflowKey", "query workflowKey", "body $.workflow_key"),
        ("body key added", "cancel body $", None, "object, required"),
        ("body key changed", "cancel body $.workflow_key", "string, required", "string, optional"),
    ]
    back = ["parameter moved", "parameter moved", "body key removed", "parameter changed"]
    assert [kind for kind, *_ in told(after, before)] == back


def test_key_that_moved_takes_along_what_is_in_it() -> None:
    """What changed inside of it is told too, at its new place."""
    before = answer("found", 200, {"tasks": [{"id": 1, "by": "ann"}], "total": 1})
    after = answer("found", 200, {"data": {"tasks": [{"id": "1"}], "total": 1}})
    found = [(change.kind, change.where, change.after) for change in diff(look(before), look(after))]
    assert found == [
        ("answer key moved", "look/found $.tasks", "$.data.tasks"),
        ("answer key moved", "look/found $.total", "$.data.total"),
        ("answer key removed", "look/found $.data.tasks[*].by", None),
        ("answer key changed", "look/found $.data.tasks[*].id", "string, required"),
        ("answer key added", "look/found $.data", "object, required"),
    ]


@pytest.mark.parametrize("items", [[1], [{"id": 1}], [[1]]])
def test_array_without_items_says_nothing_about_them(items: list[Any]) -> None:
    """What the items are is told where both have some."""
    some, none = look(answer("a", 200, {"all": items})), look(answer("a", 200, {"all": []}))
    assert diff(some, none) == diff(none, some) == ()
    assert diff(some, look(answer("a", 200, {"all": ["x"]}))) != ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"id": 1}, {"task": {"id": "1"}}, id="of-another-type"),
        pytest.param({"a": {"id": 1}, "b": {"id": 1}}, {"c": {"id": 1}}, id="of-several"),
        pytest.param({"id": 1}, {"a": {"id": 1}, "b": {"id": 1}}, id="to-several"),
    ],
)
def test_key_is_not_taken_for_another_one(before: Any, after: Any) -> None:
    """Where it is not clear what moved, all that is said is what went and what came."""
    kinds = [change.kind for change in diff(look(answer("a", 200, before)), look(answer("a", 200, after)))]
    assert set(kinds) == {"answer key removed", "answer key added"}


STARTED = answer("success", 200, {"task_id": 1, "workflow_name": "one"})


def test_operation_without_error_codes_is_known_by_what_it_takes() -> None:
    """An operation that nobody gave a name is the same if nearly all of it is."""
    body = {"name": "one", "stages": [], "project": "boats", "remark": ""}
    one = operation("post-v4", "POST /workflow/v4", body=body, answers=(STARTED,))
    other = operation("post-custom", "POST /openapi/workflows/custom", body=body, answers=(STARTED,))
    rest = operation("post-more", "POST /workflow/v4/more", body={"more": 1})
    found = [(change.kind, change.where) for change in diff(contract(one), contract(other, rest))]
    assert found == [("operation added", "post-more"), ("operation moved", "post-v4")]


def test_keys_of_tables_are_compared_too() -> None:
    """Nested tables say what is required; an answer with a table and no sample does not say what is always there."""
    rows = [{"name": "id", "in": "model", "type": "integer", "required": True, "default": None, "line": 2}]
    body = {"name": "task", "in": "body", "type": "object", "required": True, "default": None, "line": 1, "model": "t"}
    one = replace(operation("look", "POST /look"), parameters=(body,), models={"t": rows})
    other = replace(one, models={"t": [{**rows[0], "required": False}]})
    assert told(one, other) == [
        ("body key changed", "look body $.task.id", "integer, required", "integer, optional"),
    ]
    unsaid = replace(one, models={"t": [{**rows[0], "required": False, "assumed": ["required"]}]})
    assert told(one, unsaid) == []
    table = replace(answer("a", 200, None), samples=(), keys=tuple(rows))
    shown = answer("a", 200, {"id": 1, "more": 1})
    assert [change.kind for change in diff(look(table), look(shown))] == ["answer key added"]
    assert [change.kind for change in diff(look(shown), look(table))] == ["answer key removed"]


def test_operation_of_another_method_is_the_same_by_its_path() -> None:
    """Where the path has one operation only."""
    found = told(operation("put-boats", "PUT /boats"), operation("post-boats", "POST /boats"))
    assert found == [("operation moved", "put-boats", "PUT /boats", "POST /boats")]


def test_operation_is_not_taken_for_another_one() -> None:
    """What has little in common, or resembles two others alike, went and came."""
    boat, ship = (operation(name, f"DELETE /{name}/:id", "path id integer yes") for name in ("boats", "ships"))
    assert [kind for kind, *_ in told(boat, ship)] == ["operation removed", "operation added"]
    twins = [operation(name, f"DELETE /{name}/boats/:id", "path id integer yes") for name in ("old", "new")]
    kinds = sorted(change.kind for change in diff(contract(boat), contract(*twins)))
    assert kinds == ["operation added", "operation added", "operation removed"]


def test_parameters_of_a_moved_path_are_known_by_their_names() -> None:
    """Their order in the path is no change of theirs."""
    rows = ("path id integer yes", "path name string yes")
    one = operation("look", "GET /id/:id/of/:name", *rows)
    other = operation("look", "GET /of/:name/id/:id", *reversed(rows))
    assert [kind for kind, *_ in told(one, other)] == ["operation moved"]


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


LANGUAGES = Path(__file__).parent / "pages/languages"


def test_pages_in_two_languages_differ_in_nothing_but_language() -> None:
    """A translation is no change, of whatever text: servers have one language."""
    chinese, english = LANGUAGES / "zh.md", LANGUAGES / "en.md"
    assert kinds(said(chinese, english)[1]) == []
    assert kinds(said(english, chinese)[1]) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("7107", "7108", ("code changed", "post-openapi-boats-boatkey-moor/error-7107 $.code", True)),
        ("| 7 | No |", "| 7 | Yes |", ("parameter changed", "post-openapi-boats-boatkey-moor query days", True)),
        ("| 7 | No |", "| 8 | No |", ("parameter changed", "post-openapi-boats-boatkey-moor query days", True)),
        ('"berth": 4', '"place": 4', ("answer key removed", "post-openapi-boats-boatkey-moor/success $.berth", True)),
    ],
)
def test_change_shows_through_a_translation(
    tmp_path: Path, old: str, new: str, expected: tuple[str, str, bool]
) -> None:
    """What a page in another language promises otherwise is told as ever."""
    text = (LANGUAGES / "en.md").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tmp_path / "en.md").write_text(text.replace(old, new), encoding="utf-8")
    assert expected in kinds(said(LANGUAGES / "zh.md", tmp_path / "en.md")[1])


def test_servers_do_not_translate() -> None:
    """A message that servers were seen to say in another language is another message."""
    texts = ({"code": 6001, "message": message, "type": "error"} for message in ("停靠失败", "Mooring failed"))
    one, other = (replace(answer("a", 400, text), fact=seen("running server v1.9.0")) for text in texts)
    assert [change.kind for change in diff(look(one), look(other))] == ["message changed"]


def seen(source: str) -> ObservedAnswer:
    return ObservedAnswer("a", "9.9.9", 400, source, "Seen.", "json", None)


def test_status_that_nobody_saw_yet_is_no_promise() -> None:
    """new-release proposes a status: until a server showed it, it is compared with nothing."""
    one, other = answer("a", 400, {"id": 1}), answer("a", 500, {"id": 1})
    shown = replace(other, fact=seen("running server v1.10.0"))
    proposed = replace(other, fact=seen(f"{OPEN} 1.10.0"))
    assert [change.kind for change in diff(look(one), look(shown))] == ["status changed"]
    assert diff(look(one), look(proposed)) == diff(look(proposed), look(one)) == ()


BODY = """| 参数名 | 类型 | 描述 | 是否必须 |
| ------ | ---- | ---- | -------- |
| `captain` | string | 船长 | 是 |
| `crew` | []string | 船员 | 否 |
"""
QUERY = """| 参数名 | 类型 | 描述 | 默认值 | 是否必须 |
| ------ | ---- | ---- | ------ | -------- |
| `harbour` | string | 停在哪个港口 | 无 | 是 |
| `days` | int | 停多少天 | 7 | 否 |
"""
UNSAID = {
    "required-in-doubt": ("| 7 | 否 |", "| 7 | 视情况 |"),
    "parameter-not-listed": ("| `harbour` | string | 停在哪个港口 | 无 | 是 |\n", ""),
    "required-key-not-listed": ("| `captain` | string | 船长 | 是 |\n", ""),
    "no-table": (BODY, ""),
    "no-column-for-required": (BODY, "|参数名|类型|描述|\n|-|-|-|\n|captain|string|船长|\n|crew|[]string|船员|\n"),
    "no-column-for-default": (QUERY, "|参数名|类型|是否必须|\n|-|-|-|\n|harbour|string|是|\n|days|int|否|\n"),
    "no-column-for-type": (QUERY, "|参数名|默认值|是否必须|\n|-|-|-|\n|harbour|无|是|\n|days|7|否|\n"),
}


@pytest.mark.parametrize(("old", "new"), UNSAID.values(), ids=UNSAID)
def test_what_a_page_does_not_say_is_no_change(tmp_path: Path, old: str, new: str) -> None:
    """What the reader assumes of such a page is no promise of it, so another page cannot break it."""
    page = LANGUAGES / "zh.md"
    text = page.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "zh.md").write_text(text.replace(old, new), encoding="utf-8")
    assert kinds(said(page, tmp_path / "zh.md")[1]) == kinds(said(tmp_path / "zh.md", page)[1]) == []


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
