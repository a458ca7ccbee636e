"""A release's data holds together, and what does not is said in one line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from contracts import catalog
from contracts.catalog import CatalogError, load, releases

RELEASES = releases()
PAGE = "zadig-1.7.0-workflow-api.md"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data that a test may spoil; what was loaded before does not count."""
    shutil.copytree(catalog.RELEASES, tmp_path / "releases")
    shutil.copytree(catalog.SCHEMAS, tmp_path / "schemas")
    monkeypatch.setattr(catalog, "RELEASES", tmp_path / "releases")
    monkeypatch.setattr(catalog, "SCHEMAS", tmp_path / "schemas")
    monkeypatch.setattr(catalog, "ROOT", tmp_path)
    monkeypatch.setattr(catalog, "load", load.__wrapped__)
    return tmp_path


@pytest.mark.parametrize("name", RELEASES)
def test_every_release_has_the_four_operations(name: str) -> None:
    """Each release knows the operations that the suite is about, and ends its lineage at the documented one."""
    release = load(name)
    assert set(release.operations) == {"create-workflow", "start-task", "cancel-task", "restart-task"}
    assert (release.lineage[0], release.lineage[-1], release.page) == (name, "1.7.0", PAGE)


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
        assert answer.basis.startswith(f"{PAGE}:") == answer.documented


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
    """Each operation is called as it is documented."""
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
    """Each documented error has its code and description."""
    found = load("1.7.0").operations[operation].answers[answer]
    assert (found.documented, found.status, found.code, found.description) == (True, 400, code, description)


def test_an_unknown_release_is_named_with_those_there_are() -> None:
    """The line says which release there is not, and which there are."""
    with pytest.raises(CatalogError, match=r"no release '9\.9\.9'; there are 1\.7\.0"):
        load("9.9.9")


def remove(path: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).unlink()


def write(path: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).write_text(text, encoding="utf-8") and None


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(remove("schemas/1.7.0/cancel-task/success.json"), "cancel-task/success.json", id="schema-missing"),
        pytest.param(write("schemas/1.7.0/cancel-task/success.json", "{"), "python -m contracts derive", id="schema"),
        pytest.param(write("releases/1.7.0/observed.toml", "x ="), "release 1.7.0: ", id="observed-no-toml"),
        pytest.param(
            write("releases/1.7.0/observed.toml", 'release = "1.7.0"'), "release 1.7.0: ", id="observed-empty"
        ),
        pytest.param(write("releases/1.7.0/documented.json", "{"), "release 1.7.0: ", id="documented-no-json"),
        pytest.param(remove("releases/1.7.0/documented.json"), "release 1.7.0: ", id="documented-missing"),
    ],
)
def test_data_that_does_not_hold_together_is_one_line(copy: Path, spoil: Callable[[Path], None], says: str) -> None:
    """The line names the file or the release, and there is no traceback of the reader's own."""
    spoil(copy)
    with pytest.raises(CatalogError) as error:
        catalog.load("1.7.0")
    assert says in str(error.value)
    assert "\n" not in str(error.value)
