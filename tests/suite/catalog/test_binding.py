"""The tables of an API: which call plays which role, where names stand, what each role answers in each state."""

from typing import Any

import pytest

from contracts.catalog.binding import LIFE, ROLES, Binding, read_binding
from contracts.catalog.givens import GIVENS, given_of
from contracts.catalog.lifecycle import MEANINGS, NOT_THERE, OTHER, Lifecycle, read_lifecycle
from contracts.catalog.pointer import first, pointed
from contracts.catalog.release import CatalogError, Release, data_of, load, releases
from contracts.derive import observed

each_release = pytest.mark.parametrize("release", [pytest.param(load(name), id=name) for name in releases()])

TABLE: dict[str, Any] = {
    "always": ["group"],
    "path": {"flow": "{name}"},
    "query": {"group": "{scope}"},
    "body": {"/task/number": "{id}", "flow": "{name}"},
    "calls": {"run": {"body": {"flow": "{name}-run"}, "yaml": True}},
    "roles": {"start": {"call": "run", "id": ["/task/number", "/number"]}},
    "releases": {
        "2.0.0": {"query": {"group": "{project}"}, "roles": {"start": {"call": "launch"}}},
        "3.0.0": {"always": []},
    },
}
STATES: dict[str, Any] = {
    "states": {"waits": "queued", "lined-up": "queued", "works": "running", "done": "passed", "stopped": "cancelled"},
    "goes-on": {"queued": ["running", "passed"]},
    "cancel": {
        "queued": {"answer": "ok", "next": "cancelled", "basis": "observed"},
        "*": {"answer": "no", "race": ["busy"]},
    },
}


def binding(*lineage: str) -> Binding:
    return read_binding(TABLE, lineage, "binding.toml", CatalogError)


def lifecycle(**tables: Any) -> Lifecycle:
    return read_lifecycle({**STATES, **tables}, (), "lifecycle.toml", CatalogError)


def test_a_call_is_sent_what_all_are_and_what_it_alone_is() -> None:
    """Rows of one call stand over those of every call."""
    found = binding("1.0.0")
    assert found.places("other").body == {"/task/number": "{id}", "flow": "{name}"}
    assert found.places("run").body == {"/task/number": "{id}", "flow": "{name}-run"}
    assert (found.places("run").path, found.places("run").yaml, found.places("other").yaml) == (
        {"flow": "{name}"},
        True,
        False,
    )
    assert found.keys("query", "{scope}") == {"group"}


def test_a_release_says_what_is_otherwise_from_it_on() -> None:
    """A later release has the rows of those that it builds on, and changes single ones."""
    first_one, later = binding("1.0.0"), binding("1.0.0", "2.0.0", "3.0.0")
    assert (first_one.roles["start"].call, later.roles["start"].call) == ("run", "launch")
    assert later.roles["start"].at == first_one.roles["start"].at
    assert (first_one.places("run").query["group"], later.places("run").query["group"]) == ("{scope}", "{project}")
    assert (first_one.always, later.always) == (("group",), ())
    assert (later.plays("launch"), later.plays("run")) == ("start", "")


@pytest.mark.parametrize(
    ("answer", "number"),
    [({"task": {"number": 3}}, 3), ({"number": 4}, 4), ({"task": {}, "number": 5}, 5), ({}, None), ([], None)],
)
def test_of_several_places_the_first_counts_that_is_there(answer: Any, number: int | None) -> None:
    assert binding("1.0.0").roles["start"].get(answer, "id") == number


def test_pointers_lead_into_objects_and_lists() -> None:
    value = {"a": [{"b": 1}, {"b": 2}, {}], "x/y": {"~": 3}, "": 4}
    assert pointed(value, "/a/*/b") == [1, 2]
    assert pointed(value, "/a/1/b") == [2]
    assert pointed(value, "/x~1y/~0") == [3]
    assert (pointed(value, ""), pointed(value, "/")) == ([value], [4])
    assert (pointed(value, "/a/b"), pointed(value, "/a/7"), first(value, ["/no", "/a/0/b"])) == ([], [], 1)


def test_words_for_a_state_are_told_by_what_they_mean() -> None:
    """Words of one meaning are as good as each other; a task may go on by itself, and not back."""
    life = lifecycle()
    assert life.word("queued") == "waits"
    assert life.means("lined-up", "waits")
    assert not life.means("works", "waits")
    assert life.went_on("waits", "done")
    assert not life.went_on("works", "waits")
    assert not life.went_on("waits", "lined-up")
    assert life.means(None, None)
    assert not life.means(None, "waits")
    assert not life.means("lost", "waits")
    assert not life.means("lost", "strange")
    assert not life.went_on("waits", "lost")
    assert (life.final, life.unfinished) == ({"done", "stopped"}, {"waits", "lined-up", "works"})


def test_a_state_without_a_row_has_that_of_any_other() -> None:
    life = lifecycle()
    assert (life.move("cancel", "queued").next, life.move("cancel", "passed").answer) == ("cancelled", "no")
    assert life.move("restart", "queued").answer == ""
    assert life.answers("cancel") == ("ok", "no", "busy")
    assert life.answers("cancel", MEANINGS) == ("ok",)
    assert (life.leaves("cancel"), life.leaves("restart")) == ("cancelled", "")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        pytest.param({"roles": {"steal": {"call": "x"}}}, "roles.steal: no such role; available:", id="role"),
        pytest.param({"roles": {"start": {}}}, "roles.start: call is missing", id="no-call"),
        pytest.param({"pth": {}}, "unknown key pth: did you mean path?", id="misspelt"),
        pytest.param({"query": {"a": 1}}, "query: a must be text", id="no-text"),
        pytest.param({"newer": {"release": "1.0.0"}}, "newer: call is missing", id="newer"),
    ],
)
def test_a_row_of_a_binding_that_does_not_hold_together_is_named(table: dict[str, Any], says: str) -> None:
    with pytest.raises(CatalogError) as error:
        read_binding(table, (), "binding.toml", CatalogError)
    assert says in str(error.value)
    assert str(error.value).startswith("binding.toml: ")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        pytest.param({"states": {"waits": "idle"}}, "no state means 'idle'; available: queued", id="meaning"),
        pytest.param({"goes-on": {"queued": ["gone"]}}, "no state means 'gone'", id="goes-on"),
        pytest.param({"by-now": {"gone": ["ended"]}}, "no such state; available: ", id="by-now"),
        pytest.param({"cancel": {"waits": {"answer": "x"}}}, "cancel.waits: no such state", id="state"),
        pytest.param({"cancel": {"queued": {"next": "cancelled"}}}, "cancel.queued: answer is missing", id="answer"),
        pytest.param({"cancel": {"queued": {"answer": "x", "basis": "y"}}}, "basis = 'y': it can be", id="basis"),
        pytest.param({"stop": {}}, "unknown key stop", id="role"),
    ],
)
def test_a_row_of_a_lifecycle_that_does_not_hold_together_is_named(table: dict[str, Any], says: str) -> None:
    with pytest.raises(CatalogError) as error:
        lifecycle(**table)
    assert says in str(error.value)


@each_release
def test_every_role_is_played_by_a_call_that_is_there(release: Release) -> None:
    """What the shipped tables name exists: calls, answers, parameters that are needed, and states."""
    assert release.binding.roles.keys() <= {*ROLES}
    for call in (*release.operations.values(), *release.support.values()):
        known = any(answer.operation == call.name for answer in call.answers.values())
        assert call.unbound == () or not known, call.name
    for role in release.binding.roles.values():
        answers = release.call(role.name).answers
        assert {role.absent, *release.lifecycle.answers(role.name)} - {""} <= answers.keys()


@each_release
def test_the_states_of_a_lifecycle_are_those_that_were_observed(release: Release) -> None:
    """The lifecycle says what each state means that observed.toml lists, and those are final that it calls so."""
    facts = observed.load(data_of(release.name) / "observed.toml").task_states
    assert facts is not None
    assert (set(release.lifecycle.words), release.lifecycle.final) == (set(facts.states), set(facts.final))


@each_release
def test_every_given_can_be_walked(release: Release) -> None:
    """From state to state the lifecycle has an answer for each step of a given, and it ends where the given says."""
    for name, given in GIVENS.items():
        state = NOT_THERE
        for role in given.steps:
            move = release.lifecycle.move(role, state)
            assert move.answer, (name, role, state)
            state = move.next or state
        assert given.waits or given_of(state) in (name, "queued-task", "cancelled-task")


@each_release
def test_no_state_is_left_open(release: Release) -> None:
    """Each role that changes a task says what it answers in every state."""
    for role in set(LIFE) & release.binding.roles.keys():
        rows = release.lifecycle.moves[role]
        assert OTHER in rows or rows.keys() >= {*release.lifecycle.words.values(), NOT_THERE}
