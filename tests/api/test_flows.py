"""Flows: several operations on one workflow, one after the other."""

import pytest

from contracts.case.flow import Flow
from contracts.catalog.cases import Overrides

LARGE = str(2**31)
"""An id that is as missing as any other, and shows too whether a server reads ids beyond 32 bits."""


@pytest.mark.case("flows/one-life", level="smoke", roles=("start", "cancel", "restart"))
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


@pytest.mark.case("flows/cancel-restart-cancel", level="regression", roles=("start", "cancel", "restart"))
def test_cancel_restart_cancel(flow: Flow) -> None:
    """One task is cancelled, restarted and cancelled again, under the same id all along."""
    flow.does("create")
    flow.does("start")
    flow.only_task_is("queued")
    flow.does("cancel")
    flow.only_task_is("cancelled")
    flow.does("restart")
    flow.only_task_is("queued")
    flow.does("cancel")
    flow.only_task_is("cancelled")
    flow.deletes()


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
    """A start without targets fails and uses an id up all the same."""
    flow.does("create")
    flow.does("start", Overrides(set={"targets": []}), answer="no-targets")
    flow.does("start")
    flow.has_id(2)


@pytest.mark.case("flows/without-a-name", level="regression", only="stand-in", api="aslan")
def test_without_a_name(flow: Flow) -> None:
    """A workflow without a name is stored if it has a stage; one at a time, as they would be duplicates."""
    flow.does("create", Overrides(raw="{}"), answer="no-stage")
    for nameless in (Overrides(set={"name": ""}), Overrides(drop=("name",)), Overrides(null=("name",))):
        flow.does("create", nameless, answer="success")
        flow.forgets("")
