"""Every breakage and harmless change does what it says, and is about an answer that cases ask for."""

import asyncio
import json
import re
from functools import cache
from pathlib import Path

import pytest
from test_import_rule import PACKAGE, named, outside

from contracts.breakages import catalog
from contracts.breakages.apis import APIS
from contracts.breakages.breakage import Breakage, Memory, Request, Response
from contracts.breakages.catalog import benign, breakages, read
from contracts.breakages.known_answers import ENVIRONMENT, KNOWN, NAME, PROJECT, TASK, name_of
from contracts.breakages.proxy.recognise import compact, line_of, recognise, usual
from contracts.catalog.cases import cases
from contracts.catalog.release import load
from contracts.check.breach import Kind
from contracts.standin.app import create_app
from helpers.dialogue import seen

BREAKAGES, BENIGN = breakages(), benign()
ALL = {**BREAKAGES, **BENIGN}
FAMILIES = {
    *("envelope", "body", "status", "headers", "state", "descriptions"),
    *("authorization", "concurrency", "robustness", "flaky", "neighbours", "refused", "later", "lives", "bodies"),
}
OF_OPENAPI = {"licence", "yaml", "query", "paging"}
"""Families of what only custom workflows have."""
RELEASES = {"aslan": "1.7.0", "openapi": "5.0.0"}
SELDOM = {"lost-race", "not-found", "unreadable-query"}
"""Answers that some operations have, and no case of them gets."""
ANSWERS_TOLD = [change for change in ALL.values() if isinstance(change.before, Response)]
TALES_TOLD = [change for change in ALL.values() if isinstance(change.before, tuple)]


@pytest.mark.parametrize("change", ANSWERS_TOLD, ids=str)
def test_the_example_of_an_answer_is_what_it_does(change: Breakage) -> None:
    """Acting on the answer of the example gives the other one of the example."""

    async def forward(_: Request) -> Response:
        assert isinstance(change.before, Response)
        return change.before

    asked = [example_request(change.api, *key) for key in shown_by(change)]
    assert change.after in [asyncio.run(change.act(one, forward, Memory())) for one in asked]
    assert change.after != change.before


def shown_by(change: Breakage) -> list[tuple[str, str]]:
    """Return the operation and the answer that the example of a change may be of: several have an equal one."""
    if change.operation != "*":
        return [(change.operation, change.answer)]
    return [key for key, known in KNOWN[change.api].items() if known.example == change.before]


@pytest.mark.parametrize("change", TALES_TOLD, ids=str)
def test_the_example_of_a_tale_is_what_a_caller_sees(change: Breakage) -> None:
    """Who asks all this of a stand-in is answered as the example says, without the change and with it."""
    assert isinstance(change.before, tuple)
    asked = tuple(line.partition(" → ")[0] for line in change.before)
    api = APIS[change.api]
    assert unchanged(change.api, asked) == change.before
    assert seen(change, create_app(api.behaviour), asked, api) == change.after
    assert change.before != change.after


@cache
def unchanged(api: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a stand-in answers by itself, which many tales begin with."""
    return seen(None, create_app(APIS[api].behaviour), asked, APIS[api])


ROW = '{ name = "x", says = "X.", kinds = "status", edit.status = 201 }'
FILE = 'family = "status"\n[[group]]\non = ["cancel-task/success"]\nrows = [%s]\n'


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param("says =", "say =", r"x.toml, group 1: .*'say'", id="unknown-key"),
        pytest.param("edit.status", "edit.state", "x.toml, cancel-task/success, x: 'state'", id="unknown-edit"),
        pytest.param(
            "edit.status = 201", 'act = "sleeps"', "x.toml, cancel-task/success, x: 'sleeps'", id="unknown-act"
        ),
        pytest.param('"X."', '"$why"', "x.toml, cancel-task/success, x: 'why'", id="unknown-text"),
        pytest.param("task/success", "task/done", "x.toml, cancel-task/done, x: .*'done'", id="unknown-answer"),
        pytest.param("[[group]]", "more = 1\n[[group]]", "x.toml: unknown: more", id="unknown-table"),
        pytest.param("rows", "row", "x.toml, group 1: it has no rows", id="no-rows"),
        pytest.param("[[group]]", "[[group", "x.toml: ", id="no-toml"),
    ],
)
def test_a_row_that_says_nothing_is_refused(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    """A key, edit, act, text or answer that does not exist is named, with the file and the row it stands in."""
    path = tmp_path / "x.toml"
    path.write_text(FILE % ROW, encoding="utf-8")
    assert [each.name for each in read(path)] == ["status/cancel-task/success/x"]
    path.write_text((FILE % ROW).replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=f"^{complaint}"):
        list(read(path))


def test_two_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who adds a row under a name that is there is told so."""
    (tmp_path / "status.toml").write_text(FILE % f"{ROW}, {ROW}", encoding="utf-8")
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="two breakages are named status/cancel-task/success/x"):
        breakages.__wrapped__()


GOLDEN = {
    "envelope/cancel-task/no-such-task/code-missing": '{"description":D,"extra":{},"message":M,"type":"error"}',
    "envelope/cancel-task/no-such-task/code-null": (
        '{"code":null,"description":D,"extra":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/code-of-other-type": (
        '{"code":"6163","description":D,"extra":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/code-with-a-fraction": (
        '{"code":6163.0,"description":D,"extra":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/extra-renamed": (
        '{"code":6163,"description":D,"extras":{},"message":M,"type":"error"}'
    ),
    "envelope/cancel-task/no-such-task/nested": (
        '{"data":{"code":6163,"description":D,"extra":{},"message":M,"type":"error"}}'
    ),
    "envelope/start-task/queued/task_id-of-other-type": '{"pipeline_name":"zct-a","task_id":"1"}',
    "envelope/restart-task/success/message-changed": '{"message":"ok"}',
    "body/restart-task/success/truncated": '{"message":"success"',
    "body/cancel-task/success/trailing-text": '{"message":"success"} ok',
    "body/create-workflow/success/nan": '{"took":NaN,"message":"success"}',
    "body/cancel-task/success/array": '[{"message":"success"}]',
    "body/restart-task/success/string": r'"{\"message\":\"success\"}"',
    "descriptions/cancel-task/already-passed/other-id": "task: zct-a:11 is passed, cannot cancel",
    "descriptions/create-workflow/already-exists/names-swapped": "workflow [nginx] 在项目 [zct-a] 中已经存在!",
    "descriptions/start-task/no-environment/other-environment": "找不到 nginx 的 dev 环境 ",
}
"""What some changes make of their examples, written out; D and M are the texts of cancelling no task."""


@pytest.mark.parametrize("name", GOLDEN)
def test_it_does_what_its_name_says(name: str) -> None:
    """The example of a change is what anybody would expect of its name."""
    after = BREAKAGES[name].after
    assert isinstance(after, Response)
    wanted = GOLDEN[name].replace(":D", ':"mongo: no documents in result"').replace(":M", ':"取消工作流任务失败"')
    came = after.body.decode()
    assert came == wanted if wanted[0] in '{["' else json.loads(came)["description"] == wanted


def test_there_are_enough_of_every_family() -> None:
    """The catalogue has 150 breakages or more in all families, and 35 harmless changes or more."""
    assert len(BREAKAGES) >= 150
    assert len(BENIGN) >= 35
    assert {change.family for change in BREAKAGES.values()} == FAMILIES | OF_OPENAPI
    assert {change.family for change in BENIGN.values()} == {"benign"}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_is_about_all_operations(family: str) -> None:
    """Each way to break the contract is tried on every operation."""
    of_family = {change.operation for change in BREAKAGES.values() if change.family == family and change.api == "aslan"}
    assert of_family == set(APIS["aslan"].operations) - (
        {"cancel-task", "restart-task"} if family == "bodies" else set()
    )


def test_names_say_what_they_are_about() -> None:
    """A name is made of the family, the operation, the answer and a few words."""
    for change in BREAKAGES.values():
        family, operation, answer, what = change.name.removeprefix("openapi/").split("/")
        assert (family, operation, answer.replace("any", "*")) == (change.family, change.operation, change.answer)
        assert re.fullmatch(r"[a-z0-9_]+([-.][a-z0-9_]+)*", what), change.name
    for name in BENIGN:
        assert re.fullmatch(r"(openapi/)?benign/[a-z0-9]+([-.][a-z0-9]+)*", name)


def test_each_says_one_sentence_and_a_kind() -> None:
    """Each change says in one sentence what it breaks, and breakages as which kinds of breach that must be reported."""
    for change in ALL.values():
        assert re.fullmatch(r"[A-Z][^\n]*\.", change.says), change.name
        assert ". " not in change.says, change.name
        assert change.kinds <= set(Kind), change.name
        assert bool(change.kinds) == (change.name in BREAKAGES)


def test_no_two_are_the_same() -> None:
    """No two breakages make the same of the same answer."""
    shown = [(change.api, change.operation, change.answer, change.after) for change in BREAKAGES.values()]
    assert [one[:3] for one in shown if shown.count(one) > 1] == []


def test_every_answer_that_cases_ask_for_is_broken() -> None:
    """Each operation's answer that a case of a live target asks for has a breakage."""
    asked = {(case.operation, case.answer.name) for case in cases("1.7.0") if case.only != "stand-in"}
    assert asked - {(change.operation, change.answer) for change in BREAKAGES.values()} == set()


@pytest.mark.parametrize(("api", "release"), RELEASES.items())
def test_the_answers_are_those_of_the_release(api: str, release: str) -> None:
    """The answers as they are written down here are answers of the release, and all of those that it describes."""
    own = {(op.name, name): answer for op in load(release).operations.values() for name, answer in op.answers.items()}
    missing = {answer for operation, answer in own.keys() - KNOWN[api].keys() if operation in APIS[api].operations}
    assert missing <= SELDOM
    names = {"name": NAME, "project": PROJECT, "env": ENVIRONMENT, "id": TASK}
    for key, known in KNOWN[api].items():
        promised = own[key]
        assert known.status in (promised.status, *promised.also)
        assert known.code == promised.code
        assert known.error is None or known.message == promised.sample["message"]
        if not known.like:
            assert known.description == (promised.description or known.description).format_map(names)


def example_request(api: str, operation: str, answer: str) -> Request:
    """Return a request that could get this answer."""
    known = APIS[api]
    method, target = line_of(operation, known, name=NAME, id=TASK, project=PROJECT)
    path, _, query = target.partition("?")
    method = {"wrong-method": "PATCH", "no-method": "OPTIONS"}.get(answer, method)
    path += "/" if answer == "trailing-slash" else ""
    has_body = operation in known.bodies and (api, operation, answer) != ("aslan", "start-task", "bad-request")
    body = compact(usual(known, operation, NAME, PROJECT)) if has_body else b""
    query = query or f"projectName={PROJECT}"
    return recognise(method, known.prefix + path, query, (("authorization", "Bearer x"),), body)


AMBIGUOUS = {"openapi": {"wrong-method", "no-method"}}
"""Answers to what does not tell which operation was meant, where several have one path."""
EVERY_ANSWER = [
    (api, *key)
    for api, known in KNOWN.items()
    for key in known
    if key[1] not in AMBIGUOUS.get(api, ())
    or key[0] in ("create-workflow", "restart-task", "list-tasks", "manual-step")
]


@pytest.mark.parametrize(("api", "operation", "answer"), EVERY_ANSWER)
def test_every_answer_is_recognised(api: str, operation: str, answer: str) -> None:
    """An answer is told from all others of its operation by what came, and by what was asked."""
    asked = example_request(api, operation, answer)
    example = KNOWN[api][operation, answer].example
    assert (asked.api, asked.operation, name_of(asked, example)) == (api, operation, answer)


@pytest.mark.parametrize("path", named(sorted((PACKAGE / "breakages").rglob("*.py"))))
def test_breakages_know_only_the_stand_in(path: Path) -> None:
    """What breaks the contract shares nothing with what checks it."""
    assert outside(path, ["contracts.standin", "contracts.breakages", "contracts.text"]) == []
