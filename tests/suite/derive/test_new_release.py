"""A page becomes a release that loads: its data, its schemas, and proposals that say what is still open."""

import json
import tomllib

import pytest
from click.testing import CliRunner
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

from contracts.__main__ import main
from contracts.catalog import cases as casetable
from contracts.catalog import release as catalog
from contracts.catalog.release import ROOT
from contracts.derive.command import derive
from contracts.derive.observed import OPEN
from contracts.text import toml
from helpers.new_pages import (
    CANCEL,
    NEW,
    PAUSE,
    START,
    Project,
    project_fixture,  # noqa: F401 - a fixture
    proposed,
)

PAGES = {
    "one-known-operation": (CANCEL,),
    "operation-that-was-only-observed": (CANCEL, START),
    "operation-that-is-new": (CANCEL, PAUSE),
    "nothing-but-a-new-operation": (PAUSE,),
    "another-code": (CANCEL.replace("6163", "6199"),),
    "another-description": (CANCEL.replace("mongo: no documents in result", "no such {task}"),),
    "another-envelope": (CANCEL.replace('{"message": "success"}', '{"resultCode": 0, "errorMsg": "success"}'),),
    "no-answer": (CANCEL, PAUSE.partition("#### 正常返回")[0]),
    "text-answer": (PAUSE.replace('{"message": "success"}', '"one line"\n"another"'),),
    "table-of-an-answer": (
        PAUSE.replace(
            '```json\n{"message": "success"}\n```', "|参数名|类型|描述|\n|---|---|---|\n|`state`|string|状态|"
        ),
    ),
    "no-error": (CANCEL.partition("#### 异常返回")[0],),
    "several-errors": (
        CANCEL + '\n```json\n{"code": 6164, "description": "x", "extra": {}, "message": "y", "type": "error"}\n```\n',
    ),
}


@pytest.mark.parametrize("parts", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("base", ["1.7.0", "1.9.0"])
def test_everything_proposed_loads(project: Project, parts: tuple[str, ...], base: str) -> None:
    """Catalog, case table, description and derive --check take what was written, whatever the page has."""
    assert project.start(project.page(*parts), base=base) == 0, project.said
    release = catalog.load(NEW)
    assert release.lineage[:2] == (NEW, base)
    assert {"create-workflow", "start-task", "cancel-task", "restart-task"} <= release.operations.keys()
    ids = [case.id for case in casetable.cases(NEW)]
    assert len(ids) == len(set(ids))
    whole, where = read_from_filename(str(project.root / "schemas/aslan" / NEW / "openapi.json"))
    validate(whole, base_uri=where)
    said: list[str] = []
    assert derive(project.root, (), True, said.append) == 0, said


def test_unchanged_page_inherits_every_fact(project: Project) -> None:
    """A page that says what the one before it said leaves nothing open, and each of its answers has a case."""
    assert project.start(project.page(CANCEL)) == 0
    before, after = catalog.load("1.9.0").operations["cancel-task"], catalog.load(NEW).operations["cancel-task"]
    assert after.answers.keys() == before.answers.keys()
    assert after.answers["no-such-task"].basis.startswith("page.md:")
    assert after.answers["already-passed"].basis == before.answers["already-passed"].basis
    rows = tomllib.loads(project.text("observed.toml"))["operations"]
    assert "cancel-task" not in rows
    assert {case.id: case.answer.name for case in proposed().values()} == {
        "cancel-task/documented-no-such-task": "no-such-task",
        "cancel-task/documented-success": "success",
    }
    assert {case.id for case in casetable.cases("1.9.0")} < {case.id for case in casetable.cases(NEW)}


def test_operation_that_the_page_has_no_more_is_kept_and_open(project: Project) -> None:
    """Servers may still have what a page drops: its facts stay as observed ones, for a person to decide."""
    assert project.start(project.page(CANCEL)) == 0
    rows = tomllib.loads(project.text("observed.toml"))["operations"]
    assert rows.keys() == {"create-workflow", "restart-task"}  # the page of the base has both; start-task no page had
    assert all(row["source"].startswith(OPEN) for row in rows.values())
    before, after = catalog.load("1.9.0").operations["create-workflow"], catalog.load(NEW).operations["create-workflow"]
    assert (after.method, after.path, after.sample) == (before.method, before.path, before.sample)
    assert (after.usual, after.not_kept) == (before.usual, before.not_kept)
    assert {name: answer.description for name, answer in after.answers.items()} == {
        name: answer.description for name, answer in before.answers.items()
    }
    assert not any(answer.documented for answer in after.answers.values())


def test_each_documented_answer_gets_a_case_with_a_sensible_given(project: Project) -> None:
    """What succeeds is given something to succeed on, and an error what makes it."""
    assert project.start(project.page(CANCEL, START)) == 0
    assert {case.id: case.given for case in proposed().values()} == {
        "cancel-task/documented-no-such-task": "workflow",
        "cancel-task/documented-success": "queued-task",
        "start-task/documented-no-such-workflow": "no-such-workflow",
        "start-task/documented-queued": "workflow",
    }
    assert all(case.documented for case in proposed().values())


def test_answer_that_was_observed_before_keeps_its_facts(project: Project) -> None:
    """A page that documents at last what servers were seen to do is joined with what is known of it."""
    assert project.start(project.page(CANCEL, START)) == 0
    operation = catalog.load(NEW).operations["start-task"]
    assert operation.answers["queued"].documented
    assert operation.answers["queued"].values == {"pipeline_name": "{name}", "project_name": "{project}"}
    assert operation.answers["no-such-workflow"].basis.startswith("page.md:")
    assert operation.answers["no-targets"].code == 6160
    assert operation.sample == {"workflow_name": "one", "namespace": "qa", "nothing": None}
    assert OPEN not in toml.value(tomllib.loads(project.text("observed.toml"))["operations"]["start-task"])


def test_fact_that_the_page_contradicts_is_left_out_and_open(project: Project) -> None:
    """A description that no longer reads as the template says loses the template, and its source is asked for."""
    assert project.start(project.page(CANCEL.replace("mongo: no documents in result", "no such {task}"))) == 0
    row = tomllib.loads(project.text("observed.toml"))["operations"]["cancel-task"]["answers"]["no-such-task"]
    assert "description" not in row
    assert row["documented"] == "error"
    assert row["source"].startswith(OPEN)
    assert catalog.load(NEW).operations["cancel-task"].answers["no-such-task"].status == 400


def test_new_operation_is_proposed_as_far_as_the_page_goes(project: Project) -> None:
    """Its statuses are open; its error has a case, and its success waits, as a comment, for its effect."""
    assert project.start(project.page(CANCEL, PAUSE)) == 0
    name = next(name for name in catalog.load(NEW).operations if "pause" in name)
    answers = catalog.load(NEW).operations[name].answers
    assert {answers[kind].code for kind in ("error", "error-6998")} == {6999, 6998}
    assert f"{name}/documented-error" in proposed()
    text = project.text("cases.toml")
    assert f"# [{name}.documented-success]" in text
    row = tomllib.loads(project.text("observed.toml"))["operations"][name]["answers"]
    assert all(fact["source"].startswith(OPEN) for fact in row.values())


def test_operation_without_an_answer_is_listed_and_the_rest_proposed(project: Project) -> None:
    """What the page does not show is nobody's error: the release loads, and has no case of that operation's own."""
    assert project.start(project.page(CANCEL, PAUSE.partition("#### 正常返回")[0])) == 0
    name = next(name for name in catalog.load(NEW).operations if "pause" in name)
    assert f"1 not described, as the page shows no answer of them that can be checked: {name}" in project.said
    assert "# Not described" in project.text("observed.toml")
    assert [case_id for case_id in proposed() if case_id.startswith(f"{name}/documented")] == []
    assert "cancel-task/documented-success" in proposed()


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        pytest.param('"code": 6999', '"code": 6000', 400, id="6000"),
        pytest.param('"code": 6999', '"code": 7999', 400, id="7999"),
        pytest.param('"code": 6999', '"code": 500', 500, id="500"),
        pytest.param('"code": 6999', '"code": 404', 404, id="404"),
        pytest.param("#### 异常返回\n", "#### 异常返回\n\nHTTP 409\n", 409, id="stated"),
    ],
)
def test_status_of_an_error_is_stated_or_follows_its_code(project: Project, old: str, new: str, status: int) -> None:
    """A code of Zadig answers with 400, a code of HTTP with itself, and what the page states counts before."""
    assert project.start(project.page(PAUSE.replace(old, new))) == 0
    name = next(name for name in catalog.load(NEW).operations if "pause" in name)
    assert catalog.load(NEW).operations[name].answers["error"].status == status


def test_what_is_open_is_counted(project: Project) -> None:
    """Whoever starts a release is told how much is left to do, and where."""
    assert project.start(project.page(CANCEL, PAUSE)) == 0
    count = project.text("observed.toml").count(f'source = "{OPEN}')
    assert count > 0
    assert f"contracts/apis/aslan/{NEW}/observed.toml: builds on 1.9.0; {count} sources are open" in project.said


def test_release_of_another_permalink_is_taken_as_asked(project: Project) -> None:
    """Pages are published again under old addresses: the one who starts the release knows, and is told."""
    assert project.start(project.page(CANCEL, release="1.7.0")) == 0
    assert project.said[0] == f"page.md is the page of release 1.7.0; it is taken as that of {NEW}"
    assert json.loads(project.text("documented.json"))["release"] == NEW


def test_base_is_the_release_before_unless_named(project: Project) -> None:
    """1.8.5 builds on 1.8.0 and 1.10.0 on 1.9.0, which is older though not in the order of letters."""
    for release, base in (("1.8.5", "1.8.0"), ("1.10.0", "1.9.0")):
        assert project.start(project.page(CANCEL, release=release), release) == 0
        assert catalog.load(release).lineage[1] == base


def test_existing_release_is_never_overwritten(project: Project) -> None:
    """A second start is refused in one line, and changes no byte."""
    page = project.page(CANCEL)
    assert project.start(page) == 0
    before = project.files()
    for release in (NEW, "1.7.0"):
        assert project.start(page, release) == 4
        assert len(project.said) == 1
        assert f"{release} is there already" in project.said[0]
    assert project.files() == before


def test_unusable_input_is_one_line_and_leaves_nothing(project: Project) -> None:
    """No page, no release, no base: what happened and what to do, and everything is as it was."""
    page = project.page(CANCEL)
    empty = project.root / "empty.md"
    empty.write_bytes(b"")
    before = project.files()
    wrong = [
        (project.root / "no-such-page.md", NEW, None),
        (empty, NEW, None),
        (page, "1.9", None),
        (page, "../x", None),
        (page, NEW, "3.3.3"),
        (page, "0.0.1", None),
    ]
    for path, release, base in wrong:
        assert project.start(path, release, base) == 4
        assert len(project.said) == 1
        assert "\n" not in project.said[0]
    assert project.files() == before


def test_failure_on_the_way_leaves_nothing(project: Project) -> None:
    """Where another release's data is damaged, the new one is taken back and the reason is said."""
    page = project.page(CANCEL)
    path = project.root / "contracts/apis/aslan/1.7.1/observed.toml"
    path.write_text('release = "1.7.1"\nbase = "1.7.0"\nunknown = 1\n', encoding="utf-8")
    before = project.files()
    assert project.start(page, base="1.7.0") == 4
    assert len(project.said) == 1
    assert "1.7.1/observed.toml" in project.said[0]
    assert project.files() == before


def test_command_refuses_what_is_there() -> None:
    """python -m contracts new-release does nothing to a release of this project."""
    done = CliRunner().invoke(main, ["new-release", "no-such-page.md", "--release", "1.7.0"])
    assert (done.exit_code, len(done.output.splitlines())) == (4, 1)


def test_no_release_of_this_project_has_an_open_source() -> None:
    """What a proposal left open is filled in before it is released."""
    files = sorted((ROOT / "contracts/apis/aslan").glob("*/observed.toml"))
    assert files
    assert [path for path in files if OPEN in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "item",
    [
        pytest.param('quotes " and \\ and \x7f and \x01 and 名', id="text"),
        pytest.param({"a b": {"": []}, 'q"': [1, 1.5, True]}, id="nested"),
        pytest.param({}, id="empty"),
        pytest.param(-(2**63), id="large-number"),
        pytest.param(1e-300, id="small-number"),
    ],
)
def test_json_stays_the_same_as_toml(item: object) -> None:
    """What is written as TOML is read as the same value."""
    assert tomllib.loads(toml.table(("a", "b c"), {"key": item}))["a"]["b c"]["key"] == item


def test_null_is_left_out_of_toml() -> None:
    """TOML has no null; the rest of what has one is kept."""
    assert tomllib.loads(toml.table(("a",), {"x": None, "y": {"z": None, "n": [None, 1]}})) == {"a": {"y": {"n": [1]}}}


GONE = f"""
[operations.restart-task]
gone = "public source of Zadig v{NEW}"

[operations.cancel-task.answers.already-passed]
gone = "public source of Zadig v{NEW}"

[support.get-build]
gone = "public source of Zadig v{NEW}"

[answers.trailing-slash]
gone = "public source of Zadig v{NEW}"
"""


def test_what_is_gone_is_gone_everywhere(project: Project) -> None:
    """Operations, answers and cases that a release has no more are in no schema, description, role or plan of it."""
    assert project.start(project.page(CANCEL)) == 0
    folder = project.root / "contracts/apis/aslan" / NEW
    kept = (folder / "observed.toml").read_text(encoding="utf-8").split("\n[operations.restart-task")[0]
    (folder / "observed.toml").write_text(kept + GONE, encoding="utf-8")
    (folder / "cases.toml").write_text('[cancel-task.id-percent-encoded]\ngone = "ids are told otherwise"\n', "utf-8")
    lifecycle = project.root / "contracts/apis/aslan/lifecycle.toml"
    passed = f'\n[releases."{NEW}".cancel]\npassed = {{ answer = "no-such-task", basis = "observed" }}\n'
    lifecycle.write_text(lifecycle.read_text(encoding="utf-8") + passed, encoding="utf-8")
    said: list[str] = []
    assert derive(project.root, (), False, said.append) == 0, said
    catalog.load.cache_clear()
    casetable.cases.cache_clear()

    before, after = catalog.load("1.9.0"), catalog.load(NEW)
    assert before.operations.keys() - after.operations.keys() == {"restart-task"}
    assert before.support.keys() - after.support.keys() == {"get-build"}
    assert before.binding.roles.keys() - after.binding.roles.keys() == {"restart", "build"}
    lost = {"already-passed", "trailing-slash"}
    assert before.operations["cancel-task"].answers.keys() - after.operations["cancel-task"].answers.keys() == lost
    assert "trailing-slash" not in after.operations["create-workflow"].answers
    schemas = {path.relative_to(project.root).as_posix() for path in (project.root / "schemas/aslan" / NEW).rglob("*")}
    assert not any("restart-task" in path or "already-passed" in path for path in schemas)
    whole = json.loads((project.root / "schemas/aslan" / NEW / "openapi.json").read_text(encoding="utf-8"))
    assert "restart-task" not in json.dumps(whole)
    old, new = ({case.id: case for case in casetable.cases(name)} for name in ("1.9.0", NEW))
    expected = {case.id for case in old.values() if case.operation == "restart-task" or case.answer.name in lost}
    assert old.keys() - new.keys() == (expected | {"cancel-task/id-percent-encoded"}) - {"cancel-task/passed-task"}
    assert new["cancel-task/passed-task"].answer.name == "no-such-task"
    assert [pair for pair in casetable.crowd(after) if "restart-task" in (pair[0].operation, pair[1].operation)] == []


def test_what_is_gone_must_have_been_there(project: Project) -> None:
    """A row that takes away what no base has is a mistake, and says so."""
    assert project.start(project.page(CANCEL)) == 0
    observed = project.root / "contracts/apis/aslan" / NEW / "observed.toml"
    observed.write_text(observed.read_text(encoding="utf-8") + '\n[support.stop]\ngone = "nobody"\n', encoding="utf-8")
    said: list[str] = []
    assert derive(project.root, (), False, said.append) == 4
    assert said[-1] == f"{NEW}/observed.toml: stop is gone, and no base has it: remove the row"
