"""What is told of a task besides its state: what may change with a request, and what is wrong whatever was done."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts.catalog.release import load
from contracts.check.effects import StateChange, effect
from contracts.check.marks import ID, marks_of
from contracts.check.snapshot import STATE, Snapshot
from contracts.target.target import Subject

RELEASE = load("1.7.0")
SUBJECT = Subject("zct-run-main-1", "nginx", 2)
USUAL: Mapping[str, Any] = {"owner": SUBJECT.name, "creator": "qa", "revoker": "", "restarted": False, "created": 1000}
OK: list[str] = []
NOTE, LEFT, ENDED = "task-note", "task-waiting-cancelled", ("waiting", "cancelled")


def held(state: str = "created", other: Mapping[str, Any] | None = None, **marks: Any) -> Snapshot:
    """Return a workflow with two tasks; what is special is told of the second, in this state, or of the `other`."""
    told = {1: {**USUAL, **(other or {})}, 2: {**USUAL, **marks}}
    return Snapshot({"name": SUBJECT.name}, {1: "created", 2: state}, told)


def read(after: Snapshot, **marks: Any) -> Snapshot:
    """Return the same, and what reading the second task says."""
    return Snapshot(after.workflow, after.tasks, after.marks, {STATE: after.tasks[2], **after.marks[2], **marks})


def called(name: str, by: str) -> Snapshot:
    """Return a workflow that is called so, with tasks that say `by`."""
    task = {**USUAL, "display_name": by}
    return Snapshot({"name": SUBJECT.name, "display_name": name}, {1: "created", 2: "created"}, {1: USUAL, 2: task})


CALLED = called("a", by="a")
ANONYMOUS = Snapshot({"name": SUBJECT.name}, {1: "created"}, {1: {"creator": "qa"}})
AGAIN = held(started=1500, ended=1200, restarted=True)
ROWS: list[tuple[str, str, str, Snapshot, Snapshot, list[str]]] = [
    # name, operation, effect, before, after, what is told
    ("all-as-before", "cancel-task", "unchanged", held(), read(held()), OK),
    ("other-revoked", "cancel-task", "unchanged", held(), held(other={"revoker": "qa"}), ["task-revoker"]),
    ("refused-and-counted", "restart-task", "unchanged", held(), held(restarted=True), ["task-restarted"]),
    ("created-changes", "cancel-task", "unchanged", held(), held(created=7), ["task-created"]),
    ("not-told-any-more", "cancel-task", "unchanged", held(), Snapshot(held().workflow, held().tasks), OK),
    ("owner-is-another", "cancel-task", "unchanged", held(owner="b"), held(owner="b"), ["task-owner"]),
    ("project-is-another", "cancel-task", "unchanged", held(project="b"), held(project="b"), ["task-project"]),
    ("project-is-its-own", "cancel-task", "unchanged", held(project="nginx"), held(project="nginx"), OK),
    ("called-as-its-workflow", "cancel-task", "unchanged", CALLED, CALLED, OK),
    ("called-as-it-was", "cancel-task", "unchanged", CALLED, called("b", by="a"), ["workflow:display_name"]),
    ("called-since", "cancel-task", "unchanged", held(), CALLED, ["workflow:display_name"]),
    (
        "called-otherwise-since",
        "cancel-task",
        "unchanged",
        held(),
        called("a", by="b"),
        ["workflow:display_name", "task-display_name"],
    ),
    ("called-otherwise", "cancel-task", "unchanged", called("a", by="b"), called("a", by="b"), ["task-display_name"]),
    ("owner-is-not-told", "cancel-task", "unchanged", ANONYMOUS, ANONYMOUS, OK),
    ("id-is-text", "cancel-task", "unchanged", held(), held(id="2"), ["task-id"]),
    ("ends-before-its-start", "cancel-task", "unchanged", held(), held(started=1500, ended=1200), ["task-ended"]),
    ("begun-at-once", "cancel-task", "unchanged", held(started=1000), held(started=1000), OK),
    ("begun-long-before", "cancel-task", "unchanged", held(started=1), held(started=1), ["task-started"]),
    ("restarted-after-its-end", "cancel-task", "unchanged", AGAIN, AGAIN, OK),
    ("neither-begun-nor-ended", "cancel-task", "unchanged", held(), held(started=0, ended=0), OK),
    ("read-in-another-state", "cancel-task", "unchanged", held(), read(held(), state="cancelled"), ["read-cancelled"]),
    ("read-as-running", "cancel-task", "unchanged", held(), read(held(), state="running"), ["read-running"]),
    ("read-as-anothers", "cancel-task", "unchanged", held(), read(held(), creator="b"), ["task-creator"]),
    ("cancelled-by-its-creator", "cancel-task", "cancelled", held(), held("cancelled", revoker="qa"), OK),
    ("cancelled-by-nobody", "cancel-task", "cancelled", held(), held("cancelled"), ["task-revoker"]),
    ("cancelled-by-another", "cancel-task", "cancelled", held(), held("cancelled", revoker="b"), ["task-revoker"]),
    ("restarted", "restart-task", "created", held("cancelled"), held(restarted=True, created=1100), OK),
    ("restarted-unsaid", "restart-task", "created", held("cancelled"), held(restarted=False), ["task-restarted"]),
    (
        "restarted-in-the-past",
        "restart-task",
        "created",
        held("failed"),
        held(restarted=True, created=1),
        ["task-created"],
    ),
    (
        "restarted-a-second-earlier",
        "restart-task",
        "created",
        held("failed"),
        held(restarted=True, created=999),
        ["task-created"],
    ),
    (
        "restarted-as-anothers",
        "restart-task",
        "created",
        held("failed"),
        held(restarted=True, creator="b"),
        ["task-creator"],
    ),
]


@pytest.mark.parametrize(
    ("operation", "name", "before", "after", "wanted"), [pytest.param(*row, id=label) for label, *row in ROWS]
)
def test_marks(operation: str, name: str, before: Snapshot, after: Snapshot, wanted: list[str]) -> None:
    """What a request leaves alone stays as it was told, and what it does is told rightly; it is never a breach."""
    call = RELEASE.operations[operation]
    change = StateChange(before, after, {}, None, SUBJECT, call, RELEASE, documented=True)
    breaches = list(effect(name, change))
    assert [breach.detail for breach in breaches] == wanted
    assert all(breach.drift for breach in breaches if breach.detail.startswith("task-"))


@pytest.mark.parametrize(
    ("special", "wanted"),
    [
        pytest.param({}, OK, id="as-the-others"),
        pytest.param({"creator": "b"}, ["task-creator"], id="started-by-another"),
        pytest.param({"revoker": "qa"}, OK, id="revoked-by-its-creator"),
        pytest.param({"revoker": "b"}, ["task-revoker"], id="revoked-by-another"),
        pytest.param({"restarted": True}, ["task-restarted"], id="counts-as-restarted"),
        pytest.param({"created": 950}, OK, id="clocks-of-two-servers"),
        pytest.param({"created": 940}, OK, id="clocks-just-near-enough"),
        pytest.param({"created": 939}, ["task-created"], id="older-than-the-first"),
    ],
)
def test_marks_of_a_new_task(special: Mapping[str, Any], wanted: list[str]) -> None:
    """A new task is told of as those that the same user started before it."""
    before = Snapshot({"name": SUBJECT.name}, {1: "created"}, {1: USUAL})
    call = RELEASE.operations["start-task"]
    change = StateChange(before, held(**special), {}, {"task_id": 2}, SUBJECT, call, RELEASE, documented=True)
    assert [breach.detail for breach in effect("started", change)] == wanted


def test_a_new_task_is_compared_only_with_what_is_told_of_the_others() -> None:
    """Where nobody says who started the first one, or when, the second one cannot differ from it."""
    before = Snapshot({"name": SUBJECT.name}, {1: "created"}, {1: {"owner": SUBJECT.name}})
    after = Snapshot({"name": SUBJECT.name}, {1: "created", 2: "created"}, {1: before.marks[1], 2: USUAL})
    call = RELEASE.operations["start-task"]
    change = StateChange(before, after, {}, {"task_id": 2}, SUBJECT, call, RELEASE, documented=True)
    assert list(effect("started", change)) == []


def test_who_else_cancels_is_another() -> None:
    """Where a case sends its request as somebody else, that the revoker is not the creator says nothing."""
    call = RELEASE.operations["cancel-task"]
    after = held("cancelled", revoker="admin")
    change = StateChange(held(), after, {}, None, SUBJECT, call, RELEASE, documented=True, credential="admin")
    assert list(effect("cancelled", change)) == []


CUSTOM = load("5.0.0")
NOTES = ({"note": "of the first"}, {"note": "old"})


def noted(*notes: Mapping[str, Any], states: tuple[str, str] = ("waiting", "waiting")) -> Snapshot:
    """Return a workflow with two tasks of which this is noted, or which it says of their times."""
    return Snapshot({"name": SUBJECT.name}, dict(enumerate(states, 1)), dict(enumerate(notes, 1)))


NOTE_ROWS: list[tuple[str, str, str, Snapshot, Snapshot, list[str]]] = [
    ("as-sent", "set-remark", "noted", noted(*NOTES), noted(NOTES[0], {"note": "new"}), OK),
    ("as-before", "set-remark", "noted", noted(*NOTES), noted(*NOTES), ["task-note"]),
    ("garbled", "set-remark", "noted", noted(*NOTES), noted(NOTES[0], {"note": "n?w"}), ["task-note"]),
    ("of-both", "set-remark", "noted", noted(*NOTES), noted({"note": "new"}, {"note": "new"}), ["task-note"]),
    ("untold", "set-remark", "noted", noted({}, {}), noted({}, {}), OK),
    ("told-first-now", "set-remark", "noted", noted({}, {}), noted({}, {"note": "n?w"}), ["task-note"]),
    ("and-cancelled", "set-remark", "noted", noted({}, {}), noted({}, {}, states=("waiting", "cancelled")), [LEFT]),
    ("refused-and-noted", "set-remark", "unchanged", noted(*NOTES), noted(NOTES[0], {"note": "new"}), ["task-note"]),
    ("kept", "cancel-task", "cancelled", noted(*NOTES), noted(*NOTES, states=ENDED), OK),
    ("forgotten", "cancel-task", "cancelled", noted(*NOTES), noted(NOTES[0], {"note": ""}, states=ENDED), [NOTE]),
    (
        "others-forgotten",
        "cancel-task",
        "cancelled",
        noted(*NOTES),
        noted({"note": ""}, NOTES[1], states=ENDED),
        [NOTE],
    ),
    ("not-told-any-more", "cancel-task", "cancelled", noted(*NOTES), noted(NOTES[0], {}, states=ENDED), OK),
]


@pytest.mark.parametrize(
    ("operation", "name", "before", "after", "wanted"), [pytest.param(*row, id=label) for label, *row in NOTE_ROWS]
)
def test_what_is_noted_of_a_task(
    operation: str, name: str, before: Snapshot, after: Snapshot, wanted: list[str]
) -> None:
    """What is sent is noted of the one task, and of no other; whatever else is done leaves it; it is never a breach."""
    call = CUSTOM.operations[operation]
    change = StateChange(before, after, {"remark": "new"}, None, SUBJECT, call, CUSTOM, documented=True)
    breaches = list(effect(name, change))
    assert [breach.detail for breach in breaches] == wanted
    assert all(breach.drift for breach in breaches if breach.detail == NOTE)


def test_what_was_sent_is_what_is_expected_to_be_noted() -> None:
    call = CUSTOM.operations["set-remark"]
    sides = noted(*NOTES), noted(NOTES[0], {"note": "n?w"})
    change = StateChange(*sides, {"remark": "new"}, None, SUBJECT, call, CUSTOM, documented=True)
    [wrong] = effect("noted", change)
    assert (wrong.promised, wrong.came, wrong.before) == ("task 2: note = 'new'", "'n?w'", "'old'")


@pytest.mark.parametrize(
    ("state", "marks", "wanted"),
    [
        pytest.param("waiting", {"started": 0, "ended": 0}, OK, id="waits"),
        pytest.param("waiting", {"started": 1500}, ["task-started"], id="waits-and-began"),
        pytest.param("waiting", {"ended": 1500}, ["task-ended"], id="waits-and-ended"),
        pytest.param("waiting", {"started": "2026-01-01"}, OK, id="in-a-form-nobody-knows"),
        pytest.param("queued", {"started": 1500}, OK, id="of-which-nothing-is-known"),
    ],
)
def test_times_of_a_new_task(state: str, marks: Mapping[str, Any], wanted: list[str]) -> None:
    """What has just been started has neither begun nor ended while it waits."""
    before, after = noted({}), noted({}, marks, states=("waiting", state))
    call = CUSTOM.operations["start-task"]
    change = StateChange(
        Snapshot(before.workflow, {1: "waiting"}), after, {}, {"task_id": 2}, SUBJECT, call, CUSTOM, documented=True
    )
    breaches = list(effect("started", change))
    assert [breach.detail for breach in breaches] == wanted
    assert all(breach.promised == f"task 2: {breach.detail.removeprefix('task-')} = 0" for breach in breaches)


@pytest.mark.parametrize(
    ("state", "marks", "wanted"),
    [
        pytest.param("passed", {"started": 1500, "ended": 1600}, OK, id="passed"),
        pytest.param("passed", {}, OK, id="times-not-told"),
        pytest.param("passed", {"started": 0, "ended": 0}, ["task-started", "task-ended"], id="passed-at-no-time"),
        pytest.param("failed", {"started": 1500, "ended": 0}, ["task-ended"], id="failed-at-no-time"),
        pytest.param("failed", {"started": 0, "ended": 0, "restarted": True}, OK, id="restarted"),
        pytest.param("passed", {"ended": False}, OK, id="in-a-form-nobody-knows"),
        pytest.param("cancelled", {"started": 0, "ended": 0}, OK, id="cancelled-before-it-began"),
        pytest.param("waiting", {"started": 1500, "restarted": True}, OK, id="waits-again"),
        pytest.param("waiting", {"started": 1500}, OK, id="waits-after-a-manual-step"),
    ],
)
def test_times_of_a_task(state: str, marks: Mapping[str, Any], wanted: list[str]) -> None:
    """Some states are stored with the time at which the task came to them; of others that is not known."""
    held = noted({}, marks, states=("waiting", state))
    change = StateChange(held, held, {}, None, SUBJECT, CUSTOM.operations["list-tasks"], CUSTOM, documented=True)
    breaches = list(effect("unchanged", change))
    assert [breach.detail for breach in breaches] == wanted
    told = {(f"task 2: {mark.removeprefix('task-')} = '> 0'", "0") for mark in wanted}
    assert all(breach.drift for breach in breaches)
    assert {(breach.promised, breach.came) for breach in breaches} == told


@pytest.mark.parametrize(("listed", "said"), [("created", "running"), ("running", "created")])
@pytest.mark.parametrize("agents", [True, False])
def test_a_task_may_move_between_the_list_and_its_read(listed: str, said: str, agents: bool) -> None:
    """Whichever of the two looks was first; where nothing moves by itself, one of them is wrong."""
    sides = held(listed), read(held(listed), state=said)
    change = StateChange(*sides, {}, None, SUBJECT, RELEASE.operations["cancel-task"], RELEASE, True, agents=agents)
    assert [breach.detail for breach in effect("unchanged", change)] == ([] if agents else [f"read-{said}"])


@pytest.mark.parametrize(("task_id", "odd"), [(3, {}), ("3", {ID: "3"}), (True, {ID: True})])
def test_an_id_is_kept_as_it_came_where_it_is_no_number(task_id: object, odd: dict[str, Any]) -> None:
    """What an answer does not have is no mark."""
    role = RELEASE.binding.roles["list-tasks"]
    assert marks_of(role, {"task_id": task_id, "status": "created", "task_creator": "qa"}) == {"creator": "qa", **odd}
