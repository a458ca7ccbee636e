"""What tests of cases are given, and how what became of a case is said in pytest's words."""

from collections.abc import Callable, Generator
from typing import TypeVar

import pytest

from contracts import sinks
from contracts.casetable import Case
from contracts.collection import SESSION, STORIES, coming
from contracts.crowd import Crowd
from contracts.flow import Flow
from contracts.outcome import Outcome, Result
from contracts.session import Session
from contracts.story import Story, StoryEndedError

OUTCOME = pytest.StashKey[Outcome]()
AnyStory = TypeVar("AnyStory", bound=Story)


@pytest.fixture
def verify(request: pytest.FixtureRequest) -> Callable[[Case], None]:
    """Run a case and say in pytest's words what became of it."""
    run = request.config.stash[SESSION]

    def verify_case(case: Case) -> None:
        outcome = run.run_case(case, coming(request.node))
        request.node.stash[OUTCOME] = outcome
        _tell(outcome, run)

    return verify_case


@pytest.fixture
def flow(request: pytest.FixtureRequest) -> Flow:
    """Several operations on one workflow, one after the other."""
    return _story(request, Flow)


@pytest.fixture
def crowd(request: pytest.FixtureRequest) -> Crowd:
    """Many requests at once."""
    return _story(request, Crowd)


def _story(request: pytest.FixtureRequest, kind: type[AnyStory]) -> AnyStory:
    run = request.config.stash[SESSION]
    if run.trouble:
        outcome = run.not_tried(request.param, kind.operation, request.param.partition("/")[2])
        request.node.stash[OUTCOME] = outcome
        _tell(outcome, run)
    marker = request.node.get_closest_marker("case")
    return kind(run.target, request.param, marker.kwargs["level"])


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Turn what became of a story into pytest's words, and clean up after it."""
    story = next((pyfuncitem.funcargs[name] for name in STORIES if name in pyfuncitem.funcargs), None)
    if not isinstance(story, Story):
        return (yield)
    run = pyfuncitem.config.stash[SESSION]
    with run.target.quiet.alone():  # a crowd measures what happens at once, and a flow what it says itself
        try:
            result = yield
        except StoryEndedError:
            result = True
        finally:
            outcome = pyfuncitem.stash[OUTCOME] = run.judged(story.outcome())
    _tell(outcome, run)
    return result


def _tell(outcome: Outcome, run: Session) -> None:
    if outcome.result is Result.BREACH or (outcome.result is Result.DRIFT and run.settings.drift == "fail"):
        pytest.fail(run.text(outcome), pytrace=False)
    if outcome.result in (Result.BLOCKED, Result.UNREACHABLE):
        pytest.skip(f"{outcome.result}: {outcome.reason}")
    if outcome.result is Result.KNOWN:
        pytest.xfail(f"known deviation {outcome.deviation}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the outcome along with the report; that is how it comes from a worker to the controller."""
    sinks.mask_error(call.excinfo.value if call.excinfo else None)
    report = yield
    sinks.mask_report(report)
    outcome = item.stash.get(OUTCOME, None)
    if outcome is not None and report.when == "call":
        report.duration = max(report.duration, outcome.seconds)  # it may have been worked out ahead
    if outcome is not None and (report.when == "call" or (report.when == "setup" and not report.passed)):
        report.zadig = outcome.to_json()  # type: ignore[attr-defined]
    return report
