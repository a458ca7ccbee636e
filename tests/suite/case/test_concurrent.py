"""Requests at once: what their answers say in words may be another request's, and is held to no order."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.breakages.answer_edits import edits, on
from contracts.breakages.breakage import Forward, Memory, Request, Response
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.case.again import MOST
from contracts.case.concurrent import CLIENTS, ConcurrentScenario
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.errors import RESTART_OF_PASSED
from contracts.target.connect import find_workspace, open_target, probe
from helpers.faults import fault
from helpers.in_process import in_process
from tests.api.test_concurrency import test_lives as lives
from tests.api.test_concurrency import test_own_descriptions as own_descriptions

pytestmark = pytest.mark.usefixtures("bare")


def test_words_of_another_error_of_the_same_code_break_no_order(tmp_path: Path) -> None:
    """Servers that share an error value say of a queued task at times that it has passed: that names no task."""
    mixed_up = on("restart-task", "still-queued", edits({"set": {"description": RESTART_OF_PASSED.description}}))
    with fault_proxy(fault(mixed_up), create_app()) as served:
        settings = load({"base_url": served.base_url})
        found = probe(settings, served.base_url)
        workspace = find_workspace(settings, found)
        target = open_target(settings, found, workspace, release="1.7.0", run_id="x", worker="main", run_dir=tmp_path)
        scenario = ConcurrentScenario("concurrency/lives")
        outcome = scenario.play(target, lambda: lives(scenario))
        target.client.close()
    assert served.applied
    assert (outcome.result, outcome.breaches) == ("held", ())


def test_no_client_goes_on_where_an_answer_is_waited_for_in_vain(tmp_path: Path) -> None:
    """Of 320 requests some are answered never: each client waits once, in each of the runs that the case may take."""
    waits = 0

    async def act(request: Request, forward: Forward, _: Memory) -> Response:
        nonlocal waits
        response = await forward(request)
        if (request.operation, response.status) != ("create-workflow", 400):
            return response
        waits += 1
        return replace(response, wire="silent")

    with in_process("perfect", tmp_path, act) as target:
        scenario = ConcurrentScenario("concurrency/own-descriptions")
        outcome = scenario.play(target, lambda: own_descriptions(scenario))
    assert [str(breach.kind) for breach in outcome.breaches] == ["deadline"]
    assert 1 <= waits <= (1 + MOST) * CLIENTS
