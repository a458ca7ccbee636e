"""A release's data holds together, and what does not is said in one line."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from contracts.catalog import release as catalog
from contracts.catalog.release import Answer, CatalogError, Operation, Release, load, releases
from contracts.derive.page.names import load_names

RELEASES = releases()
SCHEMA = "schemas/aslan/1.7.0/cancel-task/success.json"
PAGE = "zadig-1.7.0-workflow-api.md"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data that a test may spoil; what was loaded before does not count."""
    shutil.copytree(catalog.APIS, tmp_path / "apis")
    shutil.copytree(catalog.SCHEMAS, tmp_path / "schemas")
    monkeypatch.setattr(catalog, "APIS", tmp_path / "apis")
    monkeypatch.setattr(catalog, "SCHEMAS", tmp_path / "schemas")
    monkeypatch.setattr(catalog, "ROOT", tmp_path)
    monkeypatch.setattr(catalog, "load", load.__wrapped__)
    return tmp_path


@pytest.mark.parametrize("name", RELEASES)
def test_every_release_has_the_four_operations(name: str) -> None:
    """Each release knows the operations that the suite is about by name, and ends at the first of its API."""
    release = load(name)
    names = load_names(catalog.APIS / release.api / "operations.toml").values()
    assert {"create-workflow", "start-task", "cancel-task", "restart-task"} <= set(release.operations) <= set(names)
    oldest = {"aslan": "1.7.0", "openapi": "5.0.0"}
    assert (release.lineage[0], release.lineage[-1]) == (name, oldest[release.api])


@pytest.mark.parametrize("name", RELEASES)
def test_release_without_a_page_has_that_of_its_base(name: str) -> None:
    """What is documented comes from the release's own page, or else from that of the release that it builds on."""
    release = load(name)
    own = catalog.data_of(name) / "documented.json"
    wanted = json.loads(own.read_text())["page"]["file"] if own.exists() else load(release.lineage[1]).page
    assert release.page == wanted
    assert name != "1.7.0" or release.page == PAGE


@pytest.mark.parametrize("name", RELEASES)
def test_every_json_answer_has_a_valid_schema(name: str) -> None:
    """A JSON answer of an operation has a JSON Schema that is one, and what is no JSON has none."""
    for answer in load(name).answers:
        assert (answer.schema is not None) == (answer.body == "json")
        if answer.schema is not None:
            Draft202012Validator.check_schema(dict(answer.schema))


@pytest.mark.parametrize("name", RELEASES)
def test_every_answer_says_where_it_is_promised(name: str) -> None:
    """A documented answer names lines of the page, any other its source."""
    for answer in load(name).answers:
        assert answer.basis
        assert bool(re.fullmatch(r"[\w.-]+\.md:\d+-\d+", answer.basis)) == answer.documented


@pytest.mark.parametrize("name", RELEASES)
def test_every_call_says_how_it_is_made(name: str) -> None:
    """Each operation and each support call has a method, a path and where they are known from."""
    release = load(name)
    calls = [*release.operations.values(), *release.support.values()]
    assert [call.name for call in calls if not (call.method and call.path.startswith("/") and call.basis)] == []


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [
        ("create-workflow", "POST", "/workflow/workflow"),
        ("start-task", "POST", "/workflow/workflowtask"),
        ("cancel-task", "DELETE", "/workflow/workflowtask/id/:id/pipelines/:pipeline"),
        ("restart-task", "POST", "/workflow/workflowtask/id/:id/pipelines/:pipeline/restart"),
    ],
)
def test_the_operations_of_1_7_0(operation: str, method: str, path: str) -> None:
    found = load("1.7.0").operations[operation]
    assert (found.method, found.path) == (method, path)


@pytest.mark.parametrize(
    ("operation", "answer", "code", "description"),
    [
        ("create-workflow", "already-exists", 6540, "workflow [{name}] 在项目 [{project}] 中已经存在!"),
        ("cancel-task", "no-such-task", 6163, "mongo: no documents in result"),
        ("restart-task", "no-such-task", 6164, "获取工作流任务失败"),
    ],
)
def test_the_documented_errors_of_1_7_0(operation: str, answer: str, code: int, description: str) -> None:
    found = load("1.7.0").operations[operation].answers[answer]
    assert (found.documented, found.status, found.code, found.description) == (True, 400, code, description)


@pytest.fixture
def fresh() -> Release:
    """Release 1.7.0 as its data has it, read anew."""
    return load.__wrapped__("1.7.0")


def error(code: int, description: str, message: str) -> dict[str, object]:
    return {"code": code, "description": description, "extra": {}, "message": message, "type": "error"}


JSON_TYPE = "application/json; charset=utf-8"
SERVERS = "running servers v1.7.0 to v1.9.0"
NO_TASK = error(6163, "mongo: no documents in result", "取消工作流任务失败")
NO_ENVIRONMENT = error(6160, "找不到 nginx 的 qa 环境 ", "创建工作流任务失败")
TASK = {
    "task_id": 1,
    "pipeline_name": "zadig-test-workflow-qa",
    "status": "created",
    "task_creator": "admin",
    "task_revoker": "",
}
ONE_OF_EACH = {
    "documented": Answer(
        *("cancel-task", "no-such-task", 400, "json", JSON_TYPE, True, f"{PAGE}:71-79"),
        code=6163,
        description="mongo: no documents in result",
        sample=NO_TASK,
        schema_file="schemas/aslan/1.7.0/cancel-task/no-such-task.json",
    ),
    "observed": Answer(
        *("start-task", "no-environment", 400, "json", JSON_TYPE, False, SERVERS),
        code=6160,
        description="找不到 {project} 的 {env} 环境 ",
        sample=NO_ENVIRONMENT,
        schema_file="schemas/aslan/1.7.0/start-task/no-environment.json",
    ),
    "with-a-name": Answer(
        *("start-task", "queued", 200, "json", JSON_TYPE, False, f"later revision of the page; {SERVERS}"),
        values={"pipeline_name": "{name}"},
        sample={"pipeline_name": "zadig-test-workflow-qa", "task_id": 16},
        schema_file="schemas/aslan/1.7.0/start-task/queued.json",
    ),
    "of-every-operation": Answer(
        *("", "wrong-method", 405, "text", "text/plain", False, SERVERS),
        text="Method not allowed: {method} {prefix}{path}",
        also=(401, 403, 404),
    ),
    "without-a-body": Answer("", "unauthorized", 401, "empty", None, False, "public source of Zadig v1.7.0"),
}


@pytest.mark.parametrize("wanted", [pytest.param(answer, id=name) for name, answer in ONE_OF_EACH.items()])
def test_an_answer_is_as_its_data_says(wanted: Answer, fresh: Release) -> None:
    """Of each kind of answer one is as page, observed.toml and schemas have it, in all that is checked or shown."""
    found = fresh.operations[wanted.operation or "cancel-task"].answers[wanted.name]
    file = catalog.ROOT / wanted.schema_file
    schema = json.loads(file.read_text(encoding="utf-8")) if wanted.schema_file else None
    assert found == replace(wanted, schema=schema, described="description", envelope=found.envelope)
    failures = {("type", "error"), ("code", 6163), ("message", "取消工作流任务失败")}
    assert found.envelope.done == {("message", "success")}
    assert found.envelope.failed > failures


def test_an_operation_is_as_its_page_says(fresh: Release) -> None:
    """An operation of the page has its line, its sample, what servers want besides, and the answers of them all."""
    found = fresh.operations["create-workflow"]
    page = json.loads((catalog.data_of("1.7.0") / "documented.json").read_text(encoding="utf-8"))
    stages = [f"$.{stage}.modules[*].target.key" for stage in ("build_stage", "artifact_stage")]
    assert found == Operation(
        *("create-workflow", "POST", "/workflow/workflow", f"{PAGE}:80"),
        sample=page["operations"]["create-workflow"]["body"]["sample"],
        answers=found.answers,
        usual={"hook_ctl": {"enabled": False, "items": []}},
        not_kept=("$.notify_ctl.weChat_webHook", *stages),
        parameters=tuple(page["operations"]["create-workflow"]["parameters"]),
    )
    shared = {"unauthorized", "forbidden", "unknown-path", "wrong-method", "no-method", "trailing-slash"}
    assert set(found.answers) == shared | {"success", "already-exists", "no-stage", "lost-race", "bad-request"}


def test_an_operation_that_no_page_has_names_its_source(fresh: Release) -> None:
    """An operation that was only observed has its source in place of a line, and one without a body no facts of one."""
    found = fresh.operations["start-task"]
    assert (found.basis, found.usual, found.not_kept) == ("later revision of the page", {}, ())
    assert found.sample is not None
    found = fresh.operations["cancel-task"]
    assert (found.sample, found.usual, found.not_kept) == (None, {}, ())


def test_a_support_call_is_as_observed(fresh: Release) -> None:
    """A call that only arranges and watches has its answers from observed.toml, and nothing of a page."""
    answer = Answer(
        *("get-task", "found", 200, "json", JSON_TYPE, False, SERVERS), values={"pipeline_name": "{name}"}, sample=TASK
    )
    answer = replace(answer, described="description")
    found = fresh.support["get-task"]
    path = "/workflow/workflowtask/id/:id/pipelines/:name"
    assert found == Operation("get-task", "GET", path, SERVERS, None, found.answers, parameters=found.parameters)
    assert (found.named("path"), found.named("query"), found.unbound) == (("id", "name"), ("projectName",), ())
    assert (list(found.answers), found.answers["found"]) == (["found", "no-such-task"], answer)
    assert (found.answers["no-such-task"].code, fresh.support["list-projects"].answers["found"].code) == (6161, None)


def test_an_unknown_release_is_named_with_those_there_are() -> None:
    with pytest.raises(CatalogError, match=r"no release '9\.9\.9'; available: 1\.7\.0"):
        load("9.9.9")


def test_releases_are_in_their_order(copy: Path) -> None:
    """1.10.0 comes after 1.9.0, though not in the order of letters."""
    shutil.copytree(copy / "apis/aslan/1.9.0", copy / "apis/aslan/1.10.0")
    order = releases()
    assert order.index("1.10.0") == order.index("1.9.0") + 1


def remove(path: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).unlink()


def write(path: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).write_text(text, encoding="utf-8") and None


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(remove(SCHEMA), "cancel-task/success.json", id="schema-missing"),
        pytest.param(write(SCHEMA, "{"), "python -m contracts derive", id="schema"),
        pytest.param(write("apis/aslan/1.7.0/observed.toml", "x ="), "release 1.7.0: ", id="observed-no-toml"),
        pytest.param(
            write("apis/aslan/1.7.0/observed.toml", 'release = "1.7.0"'), "release 1.7.0: ", id="observed-empty"
        ),
        pytest.param(write("apis/aslan/1.7.0/documented.json", "{"), "release 1.7.0: ", id="documented-no-json"),
        pytest.param(remove("apis/aslan/1.7.0/documented.json"), "release 1.7.0: ", id="documented-missing"),
    ],
)
def test_data_that_does_not_hold_together_is_one_line(copy: Path, spoil: Callable[[Path], None], says: str) -> None:
    """The line names the file or the release, and there is no traceback of the reader's own."""
    spoil(copy)
    with pytest.raises(CatalogError) as error:
        catalog.load("1.7.0")
    assert says in str(error.value)
    assert "\n" not in str(error.value)
