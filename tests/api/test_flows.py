"""Flows: several operations on one workflow, one after the other."""

import pytest

from contracts.flow import Flow


@pytest.mark.case("flows/one-life", level="smoke")
def test_one_life(flow: Flow) -> None:
    """A workflow lives once through every operation; when it is deleted, every operation says that it is gone."""
    flow.does("create-workflow", "success")
    flow.does("create-workflow", "already-exists")
    flow.does("start-task", "queued")
    flow.task_is("created")
    flow.does("cancel-task", "success")
    flow.task_is("cancelled")
    flow.does("restart-task", "success")
    flow.task_is("created")
    flow.deletes()
    flow.does("start-task", "no-such-workflow")
    flow.does("cancel-task", "no-such-task")
    flow.does("restart-task", "no-such-task")


@pytest.mark.case("flows/cancel-restart-cancel", level="regression")
def test_cancel_restart_cancel(flow: Flow) -> None:
    """One task is cancelled, restarted and cancelled again, under the same id all along."""
    flow.does("create-workflow", "success")
    flow.does("start-task", "queued")
    flow.task_is("created")
    flow.does("cancel-task", "success")
    flow.task_is("cancelled")
    flow.does("restart-task", "success")
    flow.task_is("created")
    flow.does("cancel-task", "success")
    flow.task_is("cancelled")
    flow.deletes()
