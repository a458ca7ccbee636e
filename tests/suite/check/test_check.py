"""Every answer of release 1.7.0 is held to its word: the good one has no breach, and each way to spoil it is caught."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from contracts.catalog.release import load
from contracts.check.breach import Kind
from contracts.check.check import MOST_UNKNOWN, check, fill, promise
from contracts.check.schema import errors
from contracts.http.exchange import Exchange, Failure
from helpers.checked_answers import ANSWERS, JSON_ANSWERS, PAGE, SENT, WRONG_TYPES, exchange, found, good, held


@pytest.mark.parametrize("name", ANSWERS)
def test_the_promised_answer_has_no_breach(name: str) -> None:
    checked = held(ANSWERS[name], exchange(ANSWERS[name]))
    assert (found(checked), checked.unknown) == ([], ())


def spoiled_keys() -> Iterator[Any]:
    for name, answer in JSON_ANSWERS.items():
        for key, rule in (answer.schema or {})["properties"].items():
            kind = Kind.CONSTANT if "const" in rule else Kind.TYPE
            value = WRONG_TYPES["integer" if isinstance(rule.get("const"), int) else rule.get("type", "string")]
            yield pytest.param(name, key, value, kind, id=f"{name}-{key}-wrong-type")
            yield pytest.param(name, key, None, kind, id=f"{name}-{key}-null")
            if isinstance(rule.get("const"), int):
                for label, wrong in (("plus-one", rule["const"] + 1), ("float", float(rule["const"]))):
                    yield pytest.param(name, key, wrong, Kind.CONSTANT, id=f"{name}-{key}-{label}")
                yield pytest.param(name, key, str(rule["const"]), Kind.CONSTANT, id=f"{name}-{key}-as-text")
            elif "const" in rule:
                yield pytest.param(name, key, "failed to do it", Kind.CONSTANT, id=f"{name}-{key}-translated")
            elif rule.get("type") == "integer":
                yield pytest.param(name, key, 16.0, Kind.TYPE, id=f"{name}-{key}-float")
                yield pytest.param(name, key, True, Kind.TYPE, id=f"{name}-{key}-boolean")
                yield pytest.param(name, key, 0, Kind.SCHEMA, id=f"{name}-{key}-below-minimum")
        for key in answer.values:
            yield pytest.param(name, key, "zct-run-main-8", Kind.CONSTANT, id=f"{name}-{key}-of-another")


@pytest.mark.parametrize(("name", "key", "value", "kind"), [*spoiled_keys()])
def test_a_wrong_value_is_caught(name: str, key: str, value: object, kind: Kind) -> None:
    """A value of another type, or another constant, is one breach at its JSON path."""
    answer = JSON_ANSWERS[name]
    assert found(held(answer, exchange(answer, good(answer) | {key: value}))) == [(kind, f"$.{key}")]


@pytest.mark.parametrize(
    ("task_id", "wrong"),
    [(16, []), (1016, [("wrong-constant", "$.task_id", "16", "1016")]), ("16", []), (True, [])],
    ids=["its-own", "another", "a-text", "a-boolean"],
)
def test_an_answer_repeats_the_id_that_was_asked_for(task_id: object, wrong: list[tuple[str, ...]]) -> None:
    """As a number; a value of another type is one breach, which the schema tells."""
    answer = replace(load("5.0.0").operations["get-task"].answers["found"], schema=None)
    came = exchange(answer, {"workflow_key": SENT["name"], "task_id": task_id})
    told = [(str(each.kind), each.where, each.promised, each.came) for each in held(answer, came).breaches]
    assert told == wrong
    assert json.loads(promise(answer, SENT).body)["task_id"] == 16


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, True),
        ({"type": "integer"}, 1.0),
        ({"const": 1}, True),
        ({"const": 1}, 1.0),
        ({"const": True}, 1),
        ({"properties": {"a": {"const": 1}}}, {"a": 1.0}),
        ({"items": {"type": "string"}}, ["a", 1]),
    ],
)
def test_no_value_passes_for_another(schema: dict[str, Any], value: object) -> None:
    """A schema is held as a typed client would: neither a float nor true is an integer, or equal to one."""
    assert len(errors(value, schema)) == 1


@pytest.mark.parametrize(
    ("name", "key"),
    [pytest.param(name, key, id=f"{name}-{key}") for name, answer in JSON_ANSWERS.items() for key in good(answer)],
)
def test_a_missing_key_is_caught(name: str, key: str) -> None:
    """A promised key that is not there is one breach that names it, and a drift where the page does not promise it."""
    answer = JSON_ANSWERS[name]
    body = good(answer)
    del body[key]
    checked = held(answer, exchange(answer, body))
    assert found(checked) == [(Kind.MISSING, f"$.{key}")]
    assert [breach.drift for breach in checked.breaches] == [not answer.documented]


def around(change: Callable[[bytes], bytes]) -> Callable[[Exchange], dict[str, Any]]:
    return lambda came: {"body": change(came.body)}


JSON_SPOILT: dict[str, tuple[Callable[[Exchange], dict[str, Any]], Kind, str]] = {
    "text-html": (lambda _: {"headers": {"Content-Type": "text/html"}}, Kind.CONTENT_TYPE, "Content-Type"),
    "other-charset": (
        lambda _: {"headers": {"Content-Type": "application/json; charset=gbk"}},
        Kind.CONTENT_TYPE,
        "Content-Type",
    ),
    "no-content-type": (lambda _: {"headers": {}}, Kind.CONTENT_TYPE, "Content-Type"),
    "key-twice": (around(lambda body: body[:-1] + b', "twice": 1, "twice": 1}'), Kind.NOT_JSON, "body"),
    "nan": (around(lambda body: body[:-1] + b', "more": NaN}'), Kind.NOT_JSON, "body"),
    "text-behind": (around(lambda body: body + b" more"), Kind.NOT_JSON, "body"),
    "value-behind": (around(lambda body: body * 2), Kind.NOT_JSON, "body"),
    "byte-order-mark": (around(lambda body: b"\xef\xbb\xbf" + body), Kind.NOT_JSON, "body"),
    "not-utf-8": (around(lambda body: body[:-1] + b', "x": "\xff"}'), Kind.NOT_JSON, "body"),
    "cut-off": (around(lambda body: body[:-1]), Kind.NOT_JSON, "body"),
    "single-quotes": (around(lambda body: body.replace(b'"', b"'")), Kind.NOT_JSON, "body"),
    "html-page": (around(lambda _: PAGE), Kind.NOT_JSON, "body"),
    "empty-body": (around(lambda _: b""), Kind.EMPTY, "body"),
    "blank-body": (around(lambda _: b" \r\n"), Kind.EMPTY, "body"),
    "array": (around(lambda body: b"[" + body + b"]"), Kind.TYPE, "$"),
    "null": (around(lambda _: b"null"), Kind.TYPE, "$"),
}


@pytest.mark.parametrize("spoil", JSON_SPOILT)
@pytest.mark.parametrize("name", JSON_ANSWERS)
def test_a_spoilt_json_answer_is_caught(name: str, spoil: str) -> None:
    """A body that is not strict JSON of the promised type, or is called something else, is one breach."""
    answer = JSON_ANSWERS[name]
    change, kind, where = JSON_SPOILT[spoil]
    whole = exchange(answer)
    assert found(held(answer, replace(whole, **change(whole)))) == [(kind, where)]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param(name, status, id=f"{name}-{status}")
        for name, answer in ANSWERS.items()
        for status in (200, 400, 404, 500, 502)
        if status not in (answer.status, *answer.also)
    ],
)
def test_another_status_is_caught(name: str, status: int) -> None:
    """Any other status is a breach that names it, of the server's own errors never only a drift.

    Where the body says the opposite, in words that only the other kind of answer has, that is a contradiction too.
    """
    answer = ANSWERS[name]
    checked = held(answer, exchange(answer, status=status))
    opposite = answer.succeeds != (status == 200) and (answer.code is not None or "message" in (answer.sample or {}))
    assert found(checked) == [(Kind.CONTRADICTION, "body")] * opposite + [(Kind.STATUS, "status")]
    assert checked.breaches[0].signature == f"status:{status}"
    assert checked.breaches[0].drift == (status < 500)


@pytest.mark.parametrize("name", [name for name, answer in ANSWERS.items() if answer.body in ("empty", "text")])
def test_a_text_answer_with_another_body_is_caught(name: str) -> None:
    """Where a text or nothing is promised, any other body is one breach."""
    assert found(held(ANSWERS[name], exchange(ANSWERS[name], body=b"Welcome")))[-1] == (Kind.TEXT, "body")


DESCRIBED = {name: answer for name, answer in JSON_ANSWERS.items() if answer.description is not None}


@pytest.mark.parametrize("name", DESCRIBED)
def test_another_description_is_caught(name: str) -> None:
    answer = DESCRIBED[name]
    came = exchange(answer, good(answer) | {"description": "something else"})
    assert found(held(answer, came)) == [(Kind.DESCRIPTION, "$.description")]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        pytest.param(name, other, id=f"{name}-says-{other}")
        for name, answer in DESCRIBED.items()
        for other, another in DESCRIBED.items()
        if answer.code == another.code and answer.description != another.description
    ],
)
def test_cross_talk_is_its_own_breach(name: str, other: str) -> None:
    """The description of another answer of the same code is cross-talk, and the line names whose it is."""
    answer, another = DESCRIBED[name], DESCRIBED[other]
    description = fill(another.description or "", SENT)
    checked = held(answer, exchange(answer, good(answer) | {"description": description}))
    assert found(checked) == [(Kind.CROSS_TALK, "$.description")]
    owners = [owner for owner in DESCRIBED.values() if fill(owner.description or "", SENT) == description]
    assert any(f"{owner.operation}/{owner.name}" in checked.breaches[0].came for owner in owners)


def test_the_sample_of_an_answer_without_a_promised_text_is_cross_talk_too() -> None:
    """Of a malformed body 1.8.0 says what nobody promises; an empty one that is told so hears of another request."""
    release = load("1.8.0")
    answer = release.operations["start-task"].answers["bad-request"]
    came = exchange(answer, good(answer) | {"description": "unexpected EOF"})
    assert found(check(came, answer, SENT, release.answers)) == [(Kind.CROSS_TALK, "$.description")]


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        pytest.param("zct-another-gw3-12", Kind.CROSS_TALK, id="of-another-case"),
        pytest.param("release-pipeline", Kind.DESCRIPTION, id="of-a-foreign-workflow"),
        pytest.param("", Kind.DESCRIPTION, id="of-no-name"),
    ],
)
def test_a_duplicate_that_names_another_workflow(other: str, kind: Kind) -> None:
    """A duplicate's description with the name of another case is cross-talk; with a foreign name it is just wrong."""
    answer = ANSWERS["create-workflow/already-exists"]
    description = fill(answer.description or "", SENT | {"name": other})
    came = exchange(answer, good(answer) | {"description": description})
    assert found(held(answer, came)) == [(kind, "$.description")]


@pytest.mark.parametrize("name", JSON_ANSWERS)
def test_an_unknown_key_is_listed_and_no_breach(name: str) -> None:
    """An undocumented response key is told by its JSON path; clients get along with it."""
    checked = held(JSON_ANSWERS[name], exchange(JSON_ANSWERS[name], good(JSON_ANSWERS[name]) | {"requestID": "x"}))
    assert (found(checked), checked.unknown) == ([], ("$.requestID",))


def test_keys_are_listed_in_depth() -> None:
    """Inside objects and arrays too, a key is told by its path once: that it came, or that nobody documented it."""
    item = {"properties": {"id": {}, "owner": {"properties": {"name": {}}}, "state": {}}}
    schema = {"properties": {"data": {"items": item}, "total": {}}}
    answer = replace(ANSWERS["cancel-task/success"], schema=schema)
    first, second = {"id": 1, "size": 2}, {"id": 2, "owner": {"name": "qa", "team": "x"}}
    checked = held(answer, exchange(answer, {"data": [first, second], "total": 2}))
    assert checked.unknown == ("$.data[*].size", "$.data[*].owner.team")
    assert checked.seen == ("$.data", "$.data[*].id", "$.data[*].owner", "$.data[*].owner.name", "$.total")


def test_no_more_unknown_keys_than_a_reader_can_use() -> None:
    """Of an answer with very many undocumented response keys the first are listed, so that it swells no report."""
    answer = ANSWERS["cancel-task/success"]
    checked = held(answer, exchange(answer, good(answer) | {f"key{number}": 0 for number in range(99)}))
    assert checked.unknown == tuple(f"$.key{number}" for number in range(MOST_UNKNOWN))


@pytest.mark.parametrize("name", ANSWERS)
def test_what_came_is_kept(name: str) -> None:
    """An answer's JSON value and the documented keys that it has are handed on; what is no JSON has none."""
    answer = ANSWERS[name]
    body = good(answer) if answer.body == "json" else None
    checked = held(answer, exchange(answer))
    assert (checked.value, checked.seen) == (body, tuple(f"$.{key}" for key in body or ()))


def test_all_problems_of_an_exchange_are_reported() -> None:
    """Status, content type, a missing key, a wrong type, constants and the description are told all at once."""
    answer = ANSWERS["cancel-task/no-such-task"]
    body = {"code": 1, "description": "no", "message": "cancelling failed", "extra": []}
    came = exchange(answer, body, status=200, headers={"Content-Type": "text/plain"})
    assert found(held(answer, came)) == sorted(
        [
            (Kind.STATUS, "status"),
            (Kind.CONTRADICTION, "body"),
            (Kind.CONTENT_TYPE, "Content-Type"),
            (Kind.CONSTANT, "$.code"),
            (Kind.CONSTANT, "$.message"),
            (Kind.TYPE, "$.extra"),
            (Kind.MISSING, "$.type"),
            (Kind.DESCRIPTION, "$.description"),
        ]
    )


@pytest.mark.parametrize("release", ["1.7.0", "5.0.0"])
def test_an_answer_that_says_done_and_failed_is_a_contradiction(release: str) -> None:
    """Of every operation: a word of failure beside a success, and one of success in what no page says anything of."""
    for answer in load(release).answers:
        if answer.body != "json" or not isinstance(answer.sample, dict):
            continue
        said = [{"type": "error"}, {"code": 6163}] if answer.succeeds else [{"extra": {"message": "success"}}]
        for more in [more for more in said if more.keys() <= answer.sample.keys() or answer.succeeds]:
            checked = held(answer, exchange(answer, answer.sample | more))
            assert (Kind.CONTRADICTION, "body") in found(checked), answer
            assert not any(breach.drift for breach in checked.breaches if breach.kind is Kind.CONTRADICTION)


@pytest.mark.parametrize(
    ("name", "more", "status", "line", "signature"),
    [
        pytest.param(
            "cancel-task/success",
            {"type": "error", "code": "6163"},
            200,
            "no failure reported with HTTP 200, got $.type 'error', $.code '6163'",
            "contradiction:$.type",
            id="failed-and-done",
        ),
        pytest.param(
            "cancel-task/no-such-task",
            {"extra": {"message": "success"}},
            400,
            "no success reported with HTTP 400, got $.extra.message 'success'",
            "contradiction:$.extra.message",
            id="done-and-failed",
        ),
    ],
)
def test_a_contradiction_says_what_stands_where(
    name: str, more: dict[str, object], status: int, line: str, signature: str
) -> None:
    """All words of the opposite are told in one line, each with its path; the first of them is in the signature."""
    answer = ANSWERS[name]
    checked = held(answer, exchange(answer, answer.sample | more, status=status))
    (breach,) = [breach for breach in checked.breaches if breach.kind is Kind.CONTRADICTION]
    assert (str(breach).removeprefix("body: expected "), breach.signature) == (line, signature)


def test_what_stands_in_a_documented_object_is_not_its_answers_word() -> None:
    """Keys that a page describes in an object are about that object, whatever they are called."""
    answer = ANSWERS["cancel-task/no-such-task"]
    schema = answer.schema or {}
    inner = {"type": "object", "properties": {"message": {"type": "string"}}}
    documented = replace(answer, schema=schema | {"properties": schema["properties"] | {"extra": inner}})
    came = exchange(answer, answer.sample | {"extra": {"message": "success"}})
    assert not any(breach.kind is Kind.CONTRADICTION for breach in held(documented, came).breaches)


@pytest.mark.parametrize("more", [{"code": 0}, {"code": 200}, {"type": "info"}, {"error": ""}])
def test_what_is_only_added_is_no_contradiction(more: dict[str, object]) -> None:
    """An undocumented response key is a note, as long as it does not say the opposite."""
    answer = ANSWERS["cancel-task/success"]
    checked = held(answer, exchange(answer, answer.sample | more))
    assert (found(checked), checked.unknown) == ([], tuple(f"$.{key}" for key in more))


def test_keys_in_an_object_of_which_nothing_is_documented_are_notes() -> None:
    answer = ANSWERS["cancel-task/no-such-task"]
    checked = held(answer, exchange(answer, answer.sample | {"extra": {"trace": "1", "code": {}}}))
    assert (found(checked), checked.unknown) == ([], ("$.extra.trace", "$.extra.code"))


def test_several_missing_keys_are_told_one_by_one() -> None:
    """Each missing key is a breach of its own, so that a deviation can name it."""
    answer = ANSWERS["cancel-task/no-such-task"]
    assert [breach.signature for breach in held(answer, exchange(answer, {})).breaches] == [
        f"missing-key:$.{key}" for key in ("code", "description", "extra", "message", "type")
    ]


def test_an_html_page_asks_for_the_address() -> None:
    """A page of a console in place of an answer is named by its title, with the question that helps."""
    answer = ANSWERS["cancel-task/success"]
    came = exchange(answer, body=PAGE, headers={"Content-Type": "text/html"})
    text = str(held(answer, came).breaches[-1])
    assert "Zadig Login" in text
    assert "address and prefix" in text


def test_a_redirect_names_where_it_points() -> None:
    answer = ANSWERS["cancel-task/success"]
    came = exchange(answer, status=302, headers={"Location": "https://login.example.com/x?token=y"}, body=b"")
    assert "a redirect to login.example.com, not followed" in str(held(answer, came).breaches[0])


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ("no-answer", Kind.NO_ANSWER),
        ("refused", Kind.NO_ANSWER),
        ("deadline", Kind.DEADLINE),
        ("too-large", Kind.TOO_LARGE),
        ("garbled", Kind.GARBLED),
    ],
)
def test_no_whole_answer_is_one_breach_and_never_a_drift(failure: str, kind: Kind) -> None:
    """An exchange without a whole answer is one breach, even where the answer is only observed."""
    answer = ANSWERS["cancel-task/invalid-id"]
    checked = held(answer, exchange(answer, failure=Failure(failure, "it broke off")))
    assert found(checked) == [(kind, "answer")]
    assert not checked.breaches[0].drift


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json;charset=utf-8", "Application/JSON; Charset=UTF-8"],
    ids=["no-charset", "no-blank", "capitals"],
)
def test_content_types_that_say_the_same(content_type: str) -> None:
    answer = ANSWERS["cancel-task/success"]
    assert found(held(answer, exchange(answer, headers={"Content-Type": content_type}))) == []


def test_a_text_that_nobody_promised_may_be_any_and_what_stands_around_it_may_not() -> None:
    """A template with {any} holds whatever a server says there, and still tells another request's description."""
    answer = replace(JSON_ANSWERS["cancel-task/no-such-task"], description="cannot read: {any}")
    body = good(answer)
    for text, kinds in (("cannot read: line 1\nx", []), ("can read: line 1", [(Kind.DESCRIPTION, "$.description")])):
        assert found(held(answer, exchange(answer, body | {"description": text}))) == kinds
