"""Rows become cases, and the shipped table is whole, unambiguous and harmless to a live target."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from contracts.catalog import cases as casetable
from contracts.catalog.cases import Case, CatalogError, cases
from contracts.catalog.givens import GIVENS
from contracts.catalog.release import load, releases
from contracts.http.exchange import SAFE_METHODS, Request
from contracts.safety.guard import Guard
from contracts.safety.journal import Journal, Names
from contracts.target.requests import operation_call
from contracts.target.target import Target, Workspace, open_subject

ALL = [pytest.param(name, id=name) for name in releases()]
OF_STATES = {f"{call}/{given}" for call in ("cancel-task", "restart-task") for given in GIVENS if given != "workflow"}
"""The cases that the lifecycle has."""
ROW = {"given": "workflow", "answer": "success", "basis": "documented"}


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reads cases from a table of its own instead of the shipped one."""
    (tmp_path / "1.7.0").mkdir()
    monkeypatch.setattr(casetable, "files_of", lambda release, name: [tmp_path / release.name / name])

    def read(text: str) -> tuple[Case, ...]:
        (tmp_path / "1.7.0" / "cases.toml").write_text(text, encoding="utf-8")
        return tuple(case for case in cases.__wrapped__("1.7.0") if case.id not in OF_STATES)

    return read


CANCEL = '[cancel-task.queued]\ngiven = "queued-task"\nanswer = "success"\nbasis = "documented"\n'


def test_a_row_is_a_case(table: Any) -> None:
    """A row names given, operation, answer and basis; what it leaves out is the usual."""
    (case,) = table(CANCEL)
    assert (case.id, case.operation, case.given, case.answer.name) == (
        "cancel-task/queued",
        "cancel-task",
        "queued-task",
        "success",
    )
    assert (case.documented, case.level, case.after, case.request.credential) == (
        True,
        "regression",
        "cancelled",
        "main",
    )


def test_after_an_error_nothing_has_changed(table: Any) -> None:
    """A row whose answer is an error expects the state to be as before, unless it says otherwise."""
    (case,) = table(CANCEL.replace('"success"', '"invalid-id"'))
    assert case.after == "unchanged"
    (case,) = table(CANCEL + 'after = "any"')
    assert case.after == "any"


def test_each_makes_one_case_per_item(table: Any) -> None:
    """The keys of an item fill the row's name and texts; a text that is only a key becomes the value itself."""
    row = CANCEL.replace("queued]", '"id-{kind}"]') + 'request.id = "{id}"\nrequest.pad = "{pad}"\n'
    found = table(row + 'each = [{ kind = "a", id = "x{y}", pad = 3 }, { kind = "b", id = "", pad = 5 }]')
    assert [(case.id, case.request.id, case.request.pad) for case in found] == [
        ("cancel-task/id-a", "x{y}", 3),
        ("cancel-task/id-b", "", 5),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[cancel-task", "is not TOML", id="no-toml"),
        pytest.param(CANCEL.replace("cancel-task", "stop-task"), "no operation 'stop-task'", id="operation"),
        pytest.param(
            CANCEL.replace('"success"', '"done"'), "cancel-task/queued: answer 'done' is not one of", id="answer"
        ),
        pytest.param(CANCEL.replace('answer = "success"\n', ""), "answer None is not one of", id="no-answer"),
        pytest.param(
            CANCEL.replace('"documented"', '"guessed"'), "queued: basis should be documented or observed", id="basis"
        ),
        pytest.param(CANCEL + 'level = "daily"', "queued: level should be one of smoke", id="level"),
        pytest.param(CANCEL + "gven = 1", "queued: unknown key 'gven'", id="key"),
        pytest.param(CANCEL + "request.boddy = 1", "queued.request: unknown key 'boddy'", id="request-key"),
        pytest.param(
            CANCEL + "request.used = true", "queued: request.used is only for requests that are refused", id="used"
        ),
        pytest.param(CANCEL.replace('given = "queued-task"\n', ""), "queued: given is missing", id="no-given"),
        pytest.param(CANCEL + 'after = "gone"', "queued: after should be one of stored", id="after"),
    ],
)
def test_a_row_that_does_not_hold_together_is_named(table: Any, text: str, says: str) -> None:
    with pytest.raises(CatalogError) as error:
        table(text)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("release", ALL)
def test_ids_are_told_apart(release: str) -> None:
    """No id stands twice, and none of an operation is part of another, so that pytest -k runs each case alone."""
    ids = [case.id for case in cases(release)]
    assert sorted(set(ids)) == sorted(ids)
    alike = [(a, b) for a, b in itertools.permutations(ids, 2) if a.partition("/")[0] == b.partition("/")[0]]
    assert [(a, b) for a, b in alike if a in b] == []
    assert [name for name in ids if not re.fullmatch(r"[a-z-]+/[a-z0-9_-]+", name)] == []


@pytest.mark.parametrize("release", ALL)
def test_every_case_can_be_arranged_and_judged(release: str) -> None:
    """Each case has a given that can be arranged, and calls documented only what the page promises."""
    for case in cases(release):
        assert case.given in GIVENS
        assert case.answer.documented or not case.documented
        assert "{" not in case.id


def test_every_documented_answer_has_a_case() -> None:
    promised = {(answer.operation, answer.name) for answer in load("1.7.0").answers if answer.documented}
    tried = {(case.operation, case.answer.name) for case in cases("1.7.0") if case.documented}
    assert promised - tried == set()


@pytest.fixture
def live(tmp_path: Path) -> Target:
    """A live target that is never sent anything."""
    return Target(
        client=Mock(),
        release=load("1.7.0"),
        workspace=Workspace("shop", "test", "web", "web", "web", "main", "fails", "hangs", "other"),
        names=Names("run", "main"),
        journal=Journal(tmp_path / "journal.jsonl"),
    )


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in cases("1.7.0") if case.only != "stand-in"])
def test_the_guard_lets_each_live_case_through(case: Case, live: Target) -> None:
    """What the table sends to a live target touches nothing but the case's own workflow."""
    request = live_request(case, live)
    if request.method not in SAFE_METHODS:
        Guard(live.journal, {"shop", "other"}, live.release, stand_in=False)(request)


def live_request(case: Case, live: Target) -> Request:
    subject = open_subject(live, case.request.name, case.request.length)
    return operation_call(live, live.release.operations[case.operation], subject, case.request)


def test_no_sample_name_goes_to_a_live_target(live: Target) -> None:
    """No request of the table holds a name of the documented sample; the target's own stand there."""
    sample = tomllib.loads("names = ['zadig-test-workflow-qa', 'nginx']")["names"]
    for case in cases("1.7.0"):
        sent = live_request(case, live)
        text = f"{sent.path} {dict(sent.query)} {(sent.body or b'').decode()}"
        assert [name for name in sample if name in text] == [], case.id


def test_states_are_cases_by_the_lifecycle(table: Any) -> None:
    """What cancel and restart answer in each state needs no row: the lifecycle says it, and what is left afterwards."""
    table("")
    found = {case.id: case for case in cases.__wrapped__("1.7.0")}
    assert found.keys() == {
        f"{call}/{given}"
        for call in ("cancel-task", "restart-task")
        for given in GIVENS
        if given not in ("workflow", "waiting-task") and not given.startswith("two-")
    }
    passed, failed = found["restart-task/passed-task"], found["restart-task/failed-task"]
    assert (passed.answer.name, passed.documented, passed.after) == ("already-passed", False, "unchanged")
    assert (failed.answer.name, failed.documented, failed.after) == ("success", True, "created")
