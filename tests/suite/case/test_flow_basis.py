"""What a flow finds wrong is a breach only of what a page promises; of what servers were seen to do it is a drift."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.case.flow import Flow
from contracts.report.verdict_rules import Result
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from contracts.target.connect import find_workspace, open_target, probe


def starts(flow: Flow) -> None:
    """Expect another id than the one of a start, whose answer servers showed."""
    flow.does("create")
    flow.does("start")
    flow.has_id(7)


def cancels(flow: Flow) -> None:
    """Expect another state than the one of a cancel, whose answer the page promises."""
    flow.does("create")
    flow.does("start")
    flow.does("cancel")
    flow.only_task_is("queued")


@pytest.mark.parametrize(("script", "result"), [(starts, Result.DRIFT), (cancels, Result.BREACH)])
def test_a_state_is_as_documented_as_the_answer_before_it(
    script: Callable[[Flow], None], result: Result, tmp_path: Path
) -> None:
    with serve_in_thread(create_app()) as url:
        settings = load({"base_url": url})
        look = probe(settings, url)
        place = find_workspace(settings, look)
        target = open_target(settings, look, place, release="1.7.0", run_id="r", worker="main", run_dir=tmp_path)
        flow = Flow("flows/told")
        outcome = flow.play(target, lambda: script(flow))
        target.client.close()
    assert (outcome.result, [breach.drift for breach in outcome.breaches]) == (result, [result is Result.DRIFT])
