"""What only custom workflows can break is a breach of the case that meets it, and never a crash of the suite."""

from pathlib import Path

import pytest

from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.case.runner import run_case
from contracts.catalog.cases import cases
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.target.connect import find_workspace, open_target, probe

pytestmark = pytest.mark.usefixtures("bare")

CASES = {case.id: case for case in cases("5.0.0")}
SHOWN = {
    "yaml/create-workflow/success/no-anchors": ("create-workflow/yaml-with-an-anchor", "status:400"),
    "state/get-task/found/unknown-state": ("get-task/unfinished-task", "state:shown-dreaming"),
    "state/list-tasks/none/listed-after-delete": ("list-tasks/nothing-for-deleted-workflow", "state:tasks"),
    "paging/list-tasks/found/size-ignored": ("list-tasks/page-size-one", "state:tasks"),
    "paging/list-tasks/found/total-one-more": ("list-tasks/one-task", "state:total"),
    "state/update-workflow/success/forgets-who-created": (
        "update-workflow/same-definition",
        "state:workflow:created_by",
    ),
    "state/update-workflow/success/cancels-the-tasks": (
        "update-workflow/with-queued-task",
        "state:task-waiting-cancelled",
    ),
    "state/approve-task/success/turns-the-decision": ("approve-task/job-that-waits", "state:task-reject"),
    "state/manual-exec/success/executes-nothing": ("manual-exec/stage-that-waits", "state:task-pause"),
    "authorization/update-workflow/forbidden/done-all-the-same": (
        "update-workflow/another-definition-by-viewer",
        "state:workflow:description",
    ),
}
"""Breakage to the case that meets it, and what shows there."""


@pytest.mark.parametrize("name", SHOWN)
def test_the_case_that_meets_it_tells(name: str, tmp_path: Path) -> None:
    """A breakage is reported by the case, with what differs."""
    case, signature = SHOWN[name]
    with fault_proxy(breakages()[f"openapi/{name}"], create_app("perfect-5.0")) as served:
        settings = load({"base_url": served.base_url, "release": "5.0.0"})
        found = probe(settings, served.base_url)
        place = find_workspace(settings, found)
        target = open_target(settings, found, place, release="5.0.0", run_id="r", worker="main", run_dir=tmp_path)
        outcome = run_case(CASES[case], target)
        target.client.close()
    assert signature in {breach.signature for breach in outcome.breaches}
