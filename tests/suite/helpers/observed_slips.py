"""Slips in observed.toml, each with the row and the words that tell of it.

Long because it is one table.
"""

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
