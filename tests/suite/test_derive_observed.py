"""observed.toml is read strictly: every fact has a source, every slip is one line, and a release builds on its base."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.derive.contract import combine
from contracts.derive.error import DeriveError
from contracts.derive.names import load_names
from contracts.derive.observed import load

RELEASES = Path(__file__).parents[2] / "contracts/releases"
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


CAN_NAME = "it can name name, project, env, id, method, prefix, path"
SLIPS = {
    "misspelled-key": (
        'means = "Not',
        'meens = "Not',
        "answers.forbidden: unknown key meens: did you mean means?",
    ),
    "unknown-key": (
        "status = 403",
        "status = 403\ncolour = 1",
        "answers.forbidden: unknown key colour: remove it",
    ),
    "unknown-top-table": (
        "[task_states]",
        "[tasc_states]",
        "unknown key tasc_states: did you mean task_states?",
    ),
    "no-source": (
        'source = "a server"\nmeans = "Not',
        'means = "Not',
        "answers.forbidden: source is missing: add it",
    ),
    "empty-source": (
        'source = "a server"\nmeans',
        'source = " "\nmeans',
        "answers.forbidden: source is empty: fill it in",
    ),
    "no-status": (
        "status = 403\n",
        "",
        "answers.forbidden: status is missing: add it",
    ),
    "status-as-text": (
        "status = 403",
        'status = "403"',
        "answers.forbidden: status must be a whole number",
    ),
    "status-as-truth": (
        "status = 403",
        "status = true",
        "answers.forbidden: status must be a whole number",
    ),
    "two-bodies": (
        'body = "empty"',
        'body = "empty"\ntext = "x"',
        "answers.forbidden: give it exactly one of documented, sample, body and text",
    ),
    "no-body": (
        'body = "empty"\n',
        "",
        "answers.forbidden: give it exactly one of documented, sample, body and text",
    ),
    "unknown-body": (
        'body = "empty"',
        'body = "full"',
        "answers.forbidden: body = 'full': it can be empty or any",
    ),
    "answer-is-no-table": (
        '[answers.forbidden]\nstatus = 403\nbody = "empty"\nsource = "a server"\nmeans = "Not allowed."',
        "[answers]\nforbidden = 1",
        "answers.forbidden: must be a table",
    ),
    "operation-without-path": (
        'path = "/stop/:id"\n',
        "",
        "operations.stop: path is missing: add it",
    ),
    "operation-without-source": (
        'required = true }]\nsource = "a server"',
        "required = true }]",
        "operations.stop: source is missing: add it",
    ),
    "parameter-without-type": (
        'type = "integer", ',
        "",
        "operations.stop.parameters: type is missing: add it",
    ),
    "misspelled-parameter-key": (
        "required = true",
        "requierd = true",
        "operations.stop.parameters: unknown key requierd: did you mean required?",
    ),
    "unknown-name-in-a-template": (
        "no task {id}",
        "no task {task}",
        "operations.stop.answers.missing: the template has {task}: " + CAN_NAME,
    ),
    "broken-template": (
        "no task {id}",
        "no task {id",
        "operations.stop.answers.missing: the template 'no task {id' cannot be read "
        "(expected '}' before end of string)",
    ),
    "sample-unlike-its-template": (
        "no task 7",
        "no task x",
        "operations.stop.answers.missing: description is 'no task x' in the sample, "
        "which is not of the form 'no task {id}'",
    ),
    "final-state-that-is-none": (
        'final = ["passed"]',
        'final = ["gone"]',
        "task_states: final has 'gone', which states has not: add it there",
    ),
    "states-that-are-no-texts": (
        'final = ["passed"]',
        "final = [1]",
        "task_states: final must be a list of texts",
    ),
    "parameter-nowhere": (
        'in = "path"',
        'in = "cookie"',
        "operations.stop.parameters: in = 'cookie': it can be body or path or query",
    ),
    "sample-with-a-date": (
        "extra = {}",
        "extra = 2022-02-02",
        "operations.stop.answers.missing: sample has a date or a number that JSON has not",
    ),
    "value-that-is-no-template": (
        'description = "no task {id}"',
        "values = { message = 1 }",
        "operations.stop.answers.missing.values: message must be text",
    ),
    "release-of-another-folder": (
        '"9.9.0"',
        '"9.9.1"',
        "release = '9.9.1' stands in the folder 9.9.0: make them the same",
    ),
    "base-that-is-itself": (
        '"9.9.0"',
        '"9.9.0"\nbase = "9.9.0"',
        "base = '9.9.0' leads back to this release: name an earlier one",
    ),
    "meaning-as-a-number": (
        'means = "Not allowed."',
        "means = 3",
        "answers.forbidden: means must be text",
    ),
    "table-that-is-a-text": (
        "[task_states]\nsource",
        "task_states = 1\n[other]\nsource",
        "task_states: must be a table",
    ),
    "support-that-is-no-table": (
        "[task_states]",
        "support = 3\n[task_states]",
        "support: must be a table",
    ),
    "parameters-that-are-no-list": (
        'parameters = [{ name = "id", in = "path", type = "integer", required = true }]',
        'parameters = "id"',
        "operations.stop: parameters must be a list",
    ),
    "parameter-that-is-no-table": (
        '[{ name = "id", in = "path", type = "integer", required = true }]',
        '["id"]',
        "operations.stop.parameters: must be a table",
    ),
    "parameter-of-no-type": (
        'type = "integer"',
        'type = "int"',
        "operations.stop.parameters: type = 'int': it can be array or boolean or integer or number or object or string",
    ),
    "parameter-required-by-a-text": (
        "required = true",
        'required = "yes"',
        "operations.stop.parameters: required must be true or false",
    ),
    "parameter-without-a-name": (
        'name = "id", ',
        "",
        "operations.stop.parameters: name is missing: add it",
    ),
    "parameter-with-a-date": (
        "required = true",
        "required = true, default = 2022-02-02",
        "operations.stop.parameters: default has a date or a number that JSON has not",
    ),
    "unlike-any-key": (
        "status = 403",
        "status = 403\nstatusses_of_it = 1",
        "answers.forbidden: unknown key statusses_of_it: remove it",
    ),
    "minimum-that-is-a-text": (
        'description = "no task {id}"',
        'minimum = { code = "1" }',
        "operations.stop.answers.missing.minimum: code must be a whole number",
    ),
    "minimum-that-is-no-table": (
        'description = "no task {id}"',
        "minimum = 1",
        "operations.stop.answers.missing.minimum: must be a table",
    ),
    "sample-below-its-minimum": (
        'description = "no task {id}"',
        "minimum = { code = 6164 }",
        "operations.stop.answers.missing: code is 6163 in the sample, which is not a number from 6164 on",
    ),
    "sample-without-its-number": (
        'description = "no task {id}"',
        "minimum = { number = 1 }",
        "operations.stop.answers.missing: number is None in the sample, which is not a number from 1 on",
    ),
    "sample-without-its-value": (
        'description = "no task {id}"',
        'values = { name = "{name}" }',
        "operations.stop.answers.missing: name is None in the sample, which is not of the form '{name}'",
    ),
    "sample-that-has-no-keys": (
        'sample = { code = 6163, description = "no task 7", extra = {}, message = "failed", type = "error" }',
        'sample = "no task 7"',
        "operations.stop.answers.missing: description is None in the sample, which is not of the form 'no task {id}'",
    ),
    "also-that-is-no-list": (
        "status = 403",
        "status = 403\nalso = 404",
        "answers.forbidden: also must be a list",
    ),
    "documented-in-another-way": (
        'body = "empty"',
        'documented = "failure"',
        "answers.forbidden: documented = 'failure': it can be success or error",
    ),
    "nameless-place-in-a-template": (
        "no task {id}",
        "no task {}",
        "operations.stop.answers.missing: the template has {}: " + CAN_NAME,
    ),
    "text-with-a-stray-name": (
        'body = "empty"',
        'text = "{colour} {path}"',
        "answers.forbidden: the template has {colour}: " + CAN_NAME,
    ),
    "value-with-a-stray-name": (
        'description = "no task {id}"',
        'values = { message = "{colour}" }',
        "operations.stop.answers.missing: the template has {colour}: " + CAN_NAME,
    ),
    "body-without-a-source": (
        "[operations.stop.answers.missing]",
        "[operations.stop.body]\nsample = 1\n[operations.stop.answers.missing]",
        "operations.stop.body: source is missing: add it",
    ),
    "body-with-an-unknown-key": (
        "[operations.stop.answers.missing]",
        '[operations.stop.body]\nsource = "s"\nsampel = 1\n[operations.stop.answers.missing]',
        "operations.stop.body: unknown key sampel: did you mean sample?",
    ),
    "keys-not-kept-that-are-no-texts": (
        "[operations.stop.answers.missing]",
        '[operations.stop.body]\nsource = "s"\nnot_kept = "x"\n[operations.stop.answers.missing]',
        "operations.stop.body: not_kept must be a list",
    ),
    "undocumented-keys-that-are-no-table": (
        "[operations.stop.answers.missing]",
        '[operations.stop.body]\nsource = "s"\nundocumented = 1\n[operations.stop.answers.missing]',
        "operations.stop.body: undocumented must be a table",
    ),
    "undocumented-date": (
        "[operations.stop.answers.missing]",
        '[operations.stop.body]\nsource = "s"\nundocumented = { a = 2022-02-02 }\n[operations.stop.answers.missing]',
        "operations.stop.body: undocumented has a date or a number that JSON has not",
    ),
    "unknown-key-of-an-operation": (
        'method = "DELETE"',
        'method = "DELETE"\nverb = 1',
        "operations.stop: unknown key verb: remove it",
    ),
    "states-without-a-source": (
        '[task_states]\nsource = "a server"',
        "[task_states]",
        "task_states: source is missing: add it",
    ),
    "unknown-key-of-states": (
        'final = ["passed"]',
        'final = ["passed"]\nfirst = 1',
        "task_states: unknown key first: remove it",
    ),
    "sample-that-json-has-not": (
        "extra = {}",
        "extra = nan",
        "operations.stop.answers.missing: sample has a date or a number that JSON has not",
    ),
    "release-that-is-empty": (
        '"9.9.0"',
        '""',
        "release is empty: fill it in",
    ),
    "base-that-is-a-number": (
        '"9.9.0"',
        '"9.9.0"\nbase = 9',
        "base must be text",
    ),
    "misspelled-release": (
        'release = "9.9.0"',
        'releese = "9.9.0"',
        "unknown key releese: did you mean release?",
    ),
}


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
