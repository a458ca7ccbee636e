"""observed.toml is read strictly: every fact has a source, every slip is one line, and a release builds on its base."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.derive.contract.contract import combine
from contracts.derive.errors import DeriveError
from contracts.derive.observed import load
from contracts.derive.page.names import load_names
from contracts.text import toml

RELEASES = Path(__file__).parents[3] / "contracts/apis/aslan"
SLIPS = toml.read(Path(__file__).with_name("slips.toml"))
DOCUMENTED: dict[str, Any] = json.loads((RELEASES / "1.7.0/documented.json").read_text(encoding="utf-8"))

SMALL = """
release = "9.9.0"

[task_states]
source = "a server"
states = ["created", "passed"]
final = ["passed"]

[answers.forbidden]
status = 403
body = "empty"
source = "a server"
means = "Not allowed."

[operations.stop]
method = "DELETE"
path = "/stop/:id"
parameters = [{ name = "id", in = "path", type = "integer", required = true }]
source = "a server"

[operations.stop.answers.missing]
status = 400
sample = { code = 6163, description = "no task 7", extra = {}, message = "failed", type = "error" }
description = "no task {id}"
source = "a server"
means = "There is no such task."
"""


def release(folder: Path, name: str, text: str) -> Path:
    """Write the observed facts of a release and return the file."""
    path = folder / name / "observed.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_documented_sample_has_a_row_with_its_status():
    """Each answer of the 1.7.0 page has an HTTP status and a meaning of ours."""
    contract = combine(DOCUMENTED, load(RELEASES / "1.7.0/observed.toml"))
    names = [operation.name for operation in contract.operations]
    assert names == ["cancel-task", "create-workflow", "restart-task", "start-task"]
    for operation in contract.operations:
        assert {answer.status == 200 for answer in operation.answers} == {True, False}
        assert all(answer.status for answer in operation.answers)
        if operation.line:
            assert sum(answer.lines is not None for answer in operation.answers) == 2


def test_answers_keep_their_body_kind_and_content_type(tmp_path: Path):
    """JSON is the rule; an empty body has no content type."""
    observed = load(release(tmp_path, "9.9.0", SMALL))
    assert (observed.answers["forbidden"].body, observed.answers["forbidden"].content_type) == ("empty", None)
    missing = observed.operations["stop"].answers["missing"]
    assert (missing.body, missing.content_type) == ("json", "application/json; charset=utf-8")


@pytest.mark.parametrize(("old", "new", "expected"), SLIPS.values(), ids=SLIPS)
def test_slip_is_one_line_with_file_and_row(tmp_path: Path, old: str, new: str, expected: str):
    """A slip of the hand names its row and, where there is one, the right word."""
    assert old in SMALL
    with pytest.raises(DeriveError) as error:
        load(release(tmp_path, "9.9.0", SMALL.replace(old, new, 1)))
    assert str(error.value) == f"9.9.0/observed.toml: {expected}"


def test_file_that_is_no_toml_is_one_line(tmp_path: Path):
    """Whatever the reader of TOML says of it stands between what happened and what to do."""
    with pytest.raises(DeriveError) as error:
        load(release(tmp_path, "9.9.0", SMALL.replace("[task_states]", "[task_states", 1)))
    text = str(error.value)
    assert text.startswith("9.9.0/observed.toml: cannot be read (")
    assert text.endswith("): it must be a TOML file")
    assert "\n" not in text


def test_base_that_does_not_exist_is_named(tmp_path: Path):
    """A release on top of nothing says which file is missing."""
    with pytest.raises(DeriveError, match=r"^9\.8\.0/observed\.toml: cannot be read"):
        load(release(tmp_path, "9.9.0", 'release = "9.9.0"\nbase = "9.8.0"'))


def test_bases_in_a_circle_are_refused(tmp_path: Path):
    """Two releases cannot each be the base of the other."""
    release(tmp_path, "9.8.0", 'release = "9.8.0"\nbase = "9.9.0"')
    with pytest.raises(DeriveError, match="leads back to this release"):
        load(release(tmp_path, "9.9.0", 'release = "9.9.0"\nbase = "9.8.0"'))


def test_release_takes_over_what_it_does_not_say_itself(tmp_path: Path):
    """A row on top replaces the answer of its name whole; everything else is the base's."""
    release(tmp_path, "9.9.0", SMALL)
    row = '[operations.stop.answers.missing]\nstatus = 404\nbody = "empty"\nsource = "b server"\nmeans = "Gone."\n'
    later = load(release(tmp_path, "9.10.0", f'release = "9.10.0"\nbase = "9.9.0"\n{row}'))
    assert later.lineage == ("9.10.0", "9.9.0")
    assert later.operations["stop"].path == "/stop/:id"
    assert later.operations["stop"].release == "9.9.0"
    missing = later.operations["stop"].answers["missing"]
    assert (missing.status, missing.description, missing.release) == (404, None, "9.10.0")
    assert later.answers["forbidden"].release == "9.9.0"
    assert later.task_states is not None


CONTRADICTIONS = {
    "page-without-the-sample": ('documented = "error"', "the page has no error sample of cancel-task"),
    "sample-unlike-the-page": (
        'documented = "success"\ndescription = "x"',
        "(zadig-1.7.0-workflow-api.md:66): description is None in the sample",
    ),
}


@pytest.mark.parametrize(("row", "expected"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction_with_the_page_names_the_row(tmp_path: Path, row: str, expected: str):
    """A row that refers to the page must fit what the page has."""
    text = f'release = "1.7.0"\n[operations.cancel-task.answers.a]\nstatus = 1\n{row}\nsource = "s"\nmeans = "m"\n'
    cancel = DOCUMENTED["operations"]["cancel-task"]
    page = {
        **DOCUMENTED,
        "operations": {"cancel-task": {**cancel, "answers": {"success": cancel["answers"]["success"]}}},
    }
    with pytest.raises(DeriveError) as error:
        combine(page, load(release(tmp_path, "1.7.0", text)))
    assert str(error.value).startswith("1.7.0/observed.toml: operations.cancel-task.answers.a")
    assert expected in str(error.value)


def test_operation_that_nobody_describes_is_refused(tmp_path: Path):
    """Answers alone do not make an operation."""
    text = 'release = "9.9.0"\n[operations.stop.answers.a]\nstatus = 200\nsample = {}\nsource = "s"\nmeans = "m"\n'
    with pytest.raises(DeriveError, match=r"operations\.stop: no page documents it"):
        combine(None, load(release(tmp_path, "9.9.0", text)))


def test_documented_answer_without_a_row_is_kept(tmp_path: Path):
    """What a page promises is never dropped: it keeps the name of its kind, and its status is unknown."""
    contract = combine(DOCUMENTED, load(release(tmp_path, "1.7.0", 'release = "1.7.0"')))
    cancel = contract.operations[0]
    assert [(answer.name, answer.status, answer.lines) for answer in cancel.answers] == [
        ("error", None, (71, 79)),
        ("success", None, (66, 68)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('a = "GET /x/:id', "cannot be read", id="not-toml"),
        pytest.param('a = "/x"', 'a: write the operation as "METHOD /path/{}"', id="no-method"),
        pytest.param('a = "GET /x"\nb = "GET /x"', "b and a name the same operation", id="one-operation-twice"),
    ],
)
def test_names_file_is_checked(tmp_path: Path, text: str, expected: str):
    """operations.toml says in one line what is wrong with it."""
    path = tmp_path / "operations.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeriveError) as error:
        load_names(path)
    assert expected in str(error.value)
