"""Flows: several operations on one workflow, one after the other."""

import pytest

from contracts.case.flow import Flow
from contracts.catalog.cases import Overrides

LARGE = str(2**31)
"""An id that is as missing as any other, and shows too whether a server reads ids beyond 32 bits."""


@pytest.mark.case("flows/one-life", level="smoke", roles=("start", "cancel", "restart"), but="openapi")
def test_one_life(flow: Flow) -> None:
    """A workflow lives once through every operation; when it is deleted, every operation says that it is gone."""
    flow.does("create")
    flow.does("create")  # it is there already
    flow.does("start")
    flow.has_id(1)
    flow.only_task_is("queued")
    flow.does("cancel")
    flow.only_task_is("cancelled")
    flow.does("restart")
    flow.only_task_is("queued")
    flow.deletes()
    flow.does("start")
    flow.does("cancel", Overrides(id=LARGE))
    flow.does("restart", Overrides(id=LARGE))


PLAIN = "# a comment\nname: {name}\ndisplay_name: {name}\nproject: {project}\nconcurrency_limit: 1\nzct_unknown: 1\n"
"""The least of a definition, as YAML, with a key that nobody knows."""
UNREAD = {"projectKey": "zct-nonsense-{name}"}
OLDER = {"task_id": "1", "workflow_name": "{name}"}
"""What calls of a task do not read: a project, which nobody has, and the keys of older calls."""


@pytest.mark.case("flows/one-life", level="smoke", roles=("update", "start", "cancel", "restart"), api="openapi")
def test_one_custom_life(flow: Flow) -> None:
    """A workflow lives once through every operation, and each is asked once for what is not there."""
    flow.does("create", Overrides(raw=PLAIN, content_type="text/plain"))
    flow.does("create")  # it is there already
    flow.does("update")
    flow.asks("workflow-detail", "found")
    flow.does("start")
    flow.does("start", Overrides(set={"inputs": []}), answer="nothing-to-run")  # it names the id that it uses up
    flow.only_task_is("queued")
    flow.does("restart")  # it waits
    flow.does("approve")
    flow.asks("manual-exec", "nothing-waits")
    flow.does("cancel", Overrides(query_set=UNREAD))
    flow.task_is("cancelled")
    flow.does("restart", Overrides(query_set=UNREAD, raw="{"))
    flow.only_task_is("queued")
    flow.deletes()
    flow.does("update")
    flow.does("start")
    flow.does("cancel", Overrides(id=LARGE, query_set=OLDER))
    flow.does("restart", Overrides(id=LARGE))
    flow.asks("get-task", "no-such-task", Overrides(id=LARGE, query_set=OLDER))


@pytest.mark.case("flows/again-and-again", level="regression", roles=("start", "cancel", "restart"))
def test_again_and_again(flow: Flow) -> None:
    """The second restart does what the first one did, and so do the third cancel and those after it."""
    flow.does("create")
    flow.does("start")
    for _ in range(2):
        flow.does("cancel")
        flow.only_task_is("cancelled")
        flow.does("restart")
        flow.only_task_is("queued")
    for _ in range(3):
        flow.does("cancel")
        flow.only_task_is("cancelled")
    flow.deletes()


@pytest.mark.case("flows/errors-twice", level="regression", roles=("start", "cancel", "restart"))
def test_errors_twice(flow: Flow) -> None:
    """The same wrong request gets the same error, as often as it is sent."""
    for _ in range(2):
        flow.does("start")
    for role in ("create", "create", "create", "cancel", "cancel", "restart", "restart"):
        flow.does(role)
    flow.does("start")
    for _ in range(2):
        flow.does("restart")
    flow.only_task_is("queued")
    flow.deletes()


@pytest.mark.case("flows/start-after-cancel", level="regression", roles=("start", "cancel"))
def test_start_after_cancel(flow: Flow) -> None:
    """A task that is started after a cancel has an id of its own, and so has the third."""
    flow.does("create")
    flow.does("start")
    flow.does("cancel")
    flow.does("start")
    flow.has_id(2)
    flow.tasks_are("cancelled", "queued")
    flow.does("start")
    flow.has_id(3)
    flow.tasks_are("cancelled", "queued", "queued")
    flow.deletes()


@pytest.mark.case("flows/eleven-tasks", level="nightly", roles=("start",))
def test_eleven_tasks(flow: Flow) -> None:
    """Ids of two digits are ids like any other."""
    flow.does("create")
    for number in range(1, 12):
        flow.does("start")
        flow.has_id(number)
    flow.tasks_are(*["queued"] * 11)
    flow.deletes()


@pytest.mark.case("flows/neighbours", level="regression", roles=("start", "cancel", "restart", "list"), alone=True)
def test_neighbours(flow: Flow) -> None:
    """What is done to one workflow leaves the others of its project alone, and all of them are listed."""
    flow.does("create")
    flow.does("start")
    flow.has_neighbour()
    for role in ("create", "start", "cancel", "restart"):
        flow.does(role)
        flow.leaves_the_others()


@pytest.mark.case("flows/ids-start-again", level="regression", roles=("start",))
def test_ids_start_again(flow: Flow) -> None:
    """The ids of a workflow that was deleted and created again start at 1 again."""
    flow.does("create")
    flow.does("start")
    flow.does("start")
    flow.has_id(2)
    flow.deletes()
    flow.creates_again()
    flow.does("start")
    flow.has_id(1)


@pytest.mark.case("flows/id-used-up", level="regression", api="aslan")
def test_id_used_up(flow: Flow) -> None:
    """A start without targets fails and uses an id up all the same, each time."""
    flow.does("create")
    flow.does("start")
    flow.does("start", Overrides(set={"targets": []}), answer="no-targets")
    flow.does("start", Overrides(set={"targets": []}), answer="no-targets")
    flow.does("start")
    flow.has_id(4)


@pytest.mark.case("flows/without-a-name", level="regression", only="stand-in", api="aslan")
def test_without_a_name(flow: Flow) -> None:
    """A workflow without a name is stored if it has a stage; one at a time, as they would be duplicates.

    One that a killed run left would be a duplicate, too.
    """
    flow.forgets("")
    flow.does("create", Overrides(raw="{}"), answer="no-stage")
    for nameless in (Overrides(set={"name": ""}), Overrides(drop=("name",)), Overrides(null=("name",))):
        flow.does("create", nameless, answer="success")
        flow.forgets("")


@pytest.mark.case("flows/update-keeps-the-name", level="regression", roles=("update",), api="openapi")
def test_update_keeps_the_name(flow: Flow) -> None:
    """The path says which workflow is updated, so it keeps its name, whatever the body has."""
    flow.does("create")
    flow.does("update", Overrides(set={"name": flow.other_name()}))
    flow.is_there()
    flow.deletes()


@pytest.mark.case("flows/key-used-again", level="regression", roles=("start", "cancel"), api="openapi")
def test_key_used_again(flow: Flow) -> None:
    """A cancel is about the task of the workflow that is there, and not about one of the same id before it."""
    flow.does("create")
    flow.does("start")
    flow.does("cancel")
    flow.deletes()
    flow.creates_again()
    flow.does("start")
    flow.has_id(1)
    flow.does("cancel")
    flow.only_task_is("cancelled")
    flow.deletes()


@pytest.mark.case("flows/second-task-waits", level="regression", roles=("start", "cancel"), api="openapi")
def test_second_task_waits(flow: Flow) -> None:
    """With a limit of one, the second task waits, and is cancelled there without a word of the first."""
    flow.does("create")
    flow.does("start")
    flow.does("start")
    flow.has_id(2)
    flow.does("cancel")
    flow.does("restart")
    flow.does("cancel")
    flow.deletes()


@pytest.mark.case("flows/page-of-tasks", level="nightly", roles=("start",), api="openapi")
def test_page_of_tasks(flow: Flow) -> None:
    """A list that asks for no size has up to fifty tasks on its page."""
    flow.does("create")
    for _ in range(11):
        flow.does("start")
    flow.lists(11, Overrides(query_drop=("pageSize",)))
    flow.deletes()


@pytest.mark.case("flows/two-pages-of-tasks", level="regression", roles=("start",), api="openapi")
def test_two_pages_of_tasks(flow: Flow) -> None:
    """Two pages of one task each show both tasks."""
    flow.does("create")
    flow.does("start")
    flow.does("start")
    flow.pages(*(Overrides(query_set={"pageSize": "1", "pageNum": number}) for number in ("1", "2")))
    flow.deletes()


@pytest.mark.case("flows/id-used-up-by-nothing", level="regression", roles=("start",), api="openapi")
def test_id_used_up_by_nothing(flow: Flow) -> None:
    """A start with nothing to run fails and uses an id up all the same."""
    flow.does("create")
    flow.does("start")
    flow.does("start", Overrides(set={"inputs": []}), answer="nothing-to-run")
    flow.does("start")
    flow.has_id(3)
    flow.deletes()


@pytest.mark.case("flows/updated-between-tasks", level="regression", roles=("update", "start"), api="openapi")
def test_updated_between_tasks(flow: Flow) -> None:
    """An update leaves tasks and their ids alone."""
    flow.does("create")
    flow.does("start")
    flow.does("cancel")
    flow.does("update", Overrides(set={"description": "changed"}))
    flow.only_task_is("cancelled")
    flow.does("start")
    flow.has_id(2)
    flow.deletes()
    flow.does("update")


@pytest.mark.case("flows/stage-without-an-approval", level="regression", api="openapi")
def test_stage_without_an_approval(flow: Flow) -> None:
    """A stage needs no approval for its workflow to be shown."""
    flow.does("create", Overrides(set={"stages": [{"name": "stage", "parallel": True, "jobs": []}]}))
    flow.does("find", answer="found")
    flow.deletes()


@pytest.mark.case(
    "flows/queue-of-a-deleted-workflow", level="regression", roles=("start",), only="stand-in", api="openapi"
)
def test_queue_of_a_deleted_workflow(flow: Flow) -> None:
    """A task that waits does not run once its workflow is deleted."""
    flow.does("create")
    flow.does("start")
    flow.deletes()
    flow.later(60)
    flow.task_is("queued")


@pytest.mark.case("flows/running-when-deleted", level="regression", roles=("start",), only="stand-in", api="openapi")
def test_running_when_deleted(flow: Flow) -> None:
    """A task that runs when its workflow is deleted is listed no more, whatever becomes of it."""
    flow.does("create")
    flow.does("start")
    flow.later(4)
    flow.task_is("running")
    flow.deletes()
    flow.later(60)
    flow.lists(0)
