"""Breakages of what starting a task does: of tasks and of their ids."""

from collections.abc import Iterator
from dataclasses import replace

from contracts.breakages.answer_edits import holding, on, status
from contracts.breakages.breakage import Breakage
from contracts.breakages.dialogue import told
from contracts.breakages.families import starts
from contracts.breakages.families.starts import FAILED, NO_TARGETS, START
from contracts.breakages.proxy.recognise import compact
from contracts.breakages.state_actions import GONE, ask, follow, remembering, shows

_TARGETS = [{"name": "nginx-test", "service_name": "nginx", "product_name": "nginx"}]
_SUCCESS = "A success says that the task is in the queue"
_ERROR = "An error says that no task was started"
_ONE = "create-workflow a | 200 \n start-task a | 200 task 1 of a \n"
_TWO = "start-task a | 200 task 2 of a \n list-tasks a | 200 2 created, 1 created"


def changes() -> Iterator[Breakage]:
    """Yield all of this operation."""
    yield told(
        "state/start-task/queued/starts-nothing",
        f"{_SUCCESS}.",
        "state",
        starts.starts_nothing,
        f"{_ONE} list-tasks a | 200 1 created | 200 no task",
    )
    yield told(
        "state/start-task/queued/loses-the-second",
        f"{_SUCCESS}, whichever it is.",
        "state",
        starts.loses_the_second,
        f"{_ONE} {_TWO} | 200 1 created",
    )
    yield told(
        "state/start-task/queued/starts-one-of-another",
        f"{_SUCCESS} of the workflow that was named.",
        "state",
        remembering(starts.starts_one_of_another),
        f"""
        create-workflow b | 200
        {_ONE}
        list-tasks a      | 200 1 created | 200 no task
        list-tasks b      | 200 no task | 200 1 created
        """,
    )
    yield told(
        "state/start-task/queued/starts-two",
        "One start starts one task.",
        "state",
        follow(START, "queued", ask(lambda asked: asked)),
        f"{_ONE} list-tasks a | 200 1 created | 200 2 created, 1 created",
    )
    yield told(
        "state/start-task/queued/cancelled-at-once",
        "A new task is in the queue.",
        "state",
        follow(START, "queued", starts.cancels_it),
        f"{_ONE} list-tasks a | 200 1 created | 200 1 cancelled",
    )
    yield told(
        "state/start-task/queued/cancels-the-others",
        "A start leaves the other tasks as they are.",
        "state",
        follow(START, "queued", starts.cancels_the_others),
        f"{_ONE} {_TWO} | 200 2 created, 1 cancelled",
    )
    yield told(
        "state/start-task/queued/listed-later-only",
        f"{_SUCCESS}, so it can be seen at once.",
        "state",
        shows(START, "queued", lambda _: GONE, reads=1),
        f"{_ONE} list-tasks a | 200 1 created | 200 no task \n list-tasks a | 200 1 created",
    )
    yield told(
        "state/start-task/queued/state-misspelt",
        "The state of a new task is created.",
        "state",
        shows(START, "queued", lambda _: "waiting"),
        f"{_ONE} list-tasks a | 200 1 created | 200 1 waiting",
    )
    yield told(
        "state/start-task/queued/id-of-another-task",
        "The answer has the id of the new task.",
        "state",
        on(START, "queued", holding(task_id=1)),
        f"{_ONE} start-task a | 200 task 2 of a | 200 task 1 of a \n list-tasks a | 200 2 created, 1 created",
    )
    yield told(
        "state/start-task/queued/skips-an-id",
        "Ids count from 1, one by one.",
        "state",
        starts.skips_an_id,
        "create-workflow a | 200 \n start-task a | 200 task 1 of a | 200 task 2 of a",
    )
    yield told(
        "state/start-task/queued/counts-on-after-delete",
        "The ids of a workflow that was deleted and created again start at 1 again.",
        "state",
        starts.counts_on,
        f"{_ONE} delete-workflow a | 200 \n {_ONE.rstrip()} | 200 task 2 of a",
    )
    yield told(
        "state/start-task/queued/says-error",
        "An operation that was done says success.",
        "status",
        on(START, "queued", lambda answered: replace(status(400)(answered), body=compact(FAILED))),
        f"""
        create-workflow a | 200
        start-task a      | 200 task 1 of a | 400 {NO_TARGETS}
        list-tasks a      | 200 1 created
        """,
    )
    yield told(
        "state/start-task/no-targets/starts",
        f"{_ERROR}.",
        "state",
        starts.all_the_same(targets=_TARGETS),
        f"""
        create-workflow a             | 200
        start-task a {{"targets":[]}} | 400 {NO_TARGETS}
        list-tasks a                  | 200 no task | 200 2 created
        """,
        live=False,
    )
    yield told(
        "state/start-task/no-targets/keeps-the-id",
        "A start without targets uses an id up.",
        "state",
        starts.keeps_the_id,
        f"""
        create-workflow a             | 200
        start-task a {{"targets":[]}} | 400 {NO_TARGETS}
        start-task a                  | 200 task 2 of a | 200 task 1 of a
        """,
    )
    yield told(
        "state/start-task/no-environment/starts",
        f"{_ERROR}.",
        "state",
        starts.all_the_same(namespace="qa"),
        """
        create-workflow a                 | 200
        start-task a {"namespace":"none"} | 400 找不到 nginx 的 none 环境
        list-tasks a                      | 200 no task | 200 1 created
        """,
        live=False,
    )
    yield told(
        "state/start-task/no-such-workflow/creates-it",
        "An error says that nothing was changed.",
        "state",
        follow(START, "no-such-workflow", starts.creates_it),
        """
        start-task a    | 400 mongo: no documents in result
        find-workflow a | 400 mongo: no documents in result | 200
        """,
        live=False,
    )
    yield told(
        "state/start-task/no-such-workflow/says-success",
        "A start of no workflow is refused.",
        "status",
        on(START, "no-such-workflow", lambda answered: replace(answered, status=200, body=b'{"task_id":1}')),
        "start-task a | 400 mongo: no documents in result | 200 task 1",
    )
