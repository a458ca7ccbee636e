"""What only exploring shows: no row of the table and no flow sees it, whatever the profile."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.breakages.apis import APIS
from contracts.breakages.breakage import Act, Breakage
from contracts.breakages.catalog import breakages
from contracts.campaign.plan import EXPLORED
from contracts.case.flow import Flow
from contracts.case.outcome import Outcome
from contracts.case.runner import run_case
from contracts.catalog.cases import cases
from contracts.catalog.release import Release
from contracts.catalog.stories import Story
from contracts.report.verdict_rules import Result
from contracts.target.target import Target
from helpers.fuzzing import LONGER
from helpers.in_process import in_process
from tests.api import test_flows as flows

pytestmark = pytest.mark.usefixtures("bare")

OURS = [change for change in breakages().values() if change.family in EXPLORED]


def told(release: Release) -> Iterator[tuple[str, Callable[[Flow], None]]]:
    """Yield the flows of a release, with their names."""
    for _, script in inspect.getmembers(flows, inspect.isfunction):
        for mark in getattr(script, "pytestmark", ()):
            story = Story(*mark.args, **mark.kwargs)
            if story.is_of(release) and not story.lacks(release):
                yield story.id, script


def played(target: Target) -> Iterator[Outcome]:
    """Yield what becomes of each row and each flow, those of nightly included."""
    for case in cases(target.release.name):
        if not case.lacks:
            yield run_case(case, target)
    for name, script in told(target.release):
        flow = Flow(name)
        yield flow.play(target, lambda script=script, flow=flow: script(flow))  # type: ignore[misc]


def seen(api: str, act: Act | None, folder: Path) -> tuple[int, dict[str, str]]:
    """Return how many cases were played, and what those say that did not hold."""
    with in_process(APIS[api].behaviour, folder, act) as target:
        outcomes = list(played(target))
    return len(outcomes), {each.case: each.reason for each in outcomes if each.result is not Result.HELD}


def test_there_are_many_breakages_that_are_for_exploring_alone() -> None:
    """There are forty at least, of lives and of bodies, in both APIs."""
    assert len(OURS) >= 40
    assert {(change.api, change.family) for change in OURS} == {(api, family) for api in APIS for family in EXPLORED}


@pytest.mark.parametrize("change", OURS if LONGER > 1 else OURS[::31], ids=str)
def test_no_row_and_no_flow_sees_what_is_for_exploring(change: Breakage, tmp_path: Path) -> None:
    """With it in front of a stand-in every row and every flow holds."""
    count, wrong = seen(change.api, change.act, tmp_path)
    assert count > 200
    assert wrong == {}


def test_a_flow_sees_what_is_not(tmp_path: Path) -> None:
    """What no row shows, but a flow that restarts a task twice, is seen here."""
    act = breakages()["later/restart-task/success/second-does-nothing"].act
    assert [*seen("aslan", act, tmp_path)[1]] == ["flows/again-and-again"]
