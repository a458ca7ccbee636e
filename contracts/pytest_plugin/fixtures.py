"""What tests of cases are given, and how what became of a case is said in pytest's words."""

from collections.abc import Callable, Generator, Mapping

import pytest

from contracts.case.concurrent import ConcurrentScenario
from contracts.case.flow import Flow
from contracts.case.outcome import Outcome
from contracts.case.scenario import Scenario
from contracts.catalog.cases import Case
from contracts.i18n.translate import localized, say, word
from contracts.pytest_plugin import masking as sinks
from contracts.pytest_plugin.collection import ORDER, SESSION, asks_for_case
from contracts.pytest_plugin.jobs import row, story
from contracts.report.verdict_rules import Result
from contracts.run.executor import Job
from contracts.run.session import Session
from contracts.text.message import to_plain

OUTCOME = pytest.StashKey[Outcome]()
STORIES: Mapping[str, type[Scenario]] = {"flow": Flow, "crowd": ConcurrentScenario}


@pytest.fixture
def verify(request: pytest.FixtureRequest) -> Callable[[Case], None]:
    """Run a case and say in pytest's words what became of it."""
    run = request.config.stash[SESSION]
    return lambda case: _report(request.node, row(run, case))


@pytest.fixture
def flow(request: pytest.FixtureRequest) -> str:
    """Give a test several operations on one workflow, one after the other: its Flow is made where it is told."""
    return str(request.param)


@pytest.fixture
def crowd(request: pytest.FixtureRequest) -> str:
    """Give a test many requests at once: its ConcurrentScenario is made where it is told."""
    return str(request.param)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Tell a story in place of calling its test: it may have been told ahead, in another thread."""
    job = _story(pyfuncitem, pyfuncitem.funcargs)
    if job is None:
        return None
    _report(pyfuncitem, job)
    return True


def _report(item: pytest.Item, job: Job) -> None:
    run = item.config.stash[SESSION]
    later = (found for each in item.session.stash[ORDER].after(item) if (found := _ahead_of_time(each)))
    outcome = item.stash[OUTCOME] = run.outcome(job, later)
    _tell(outcome, run)


def _ahead_of_time(item: pytest.Item) -> Job | None:
    """Return the job of a test before it is set up; None where it has none, or needs more than that."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    if isinstance(params.get("case"), Case):
        return row(item.config.stash[SESSION], params["case"])
    names = [name for name in getattr(item, "fixturenames", ()) if name != "request"]
    return _story(item, params) if isinstance(item, pytest.Function) and names == list(params) else None


def _story(item: pytest.Function, values: Mapping[str, object]) -> Job | None:
    name = next((name for name in STORIES if name in values), None)
    marker = item.get_closest_marker("case")
    if name is None or marker is None:
        return None
    others = {key: values[key] for key in item._fixtureinfo.argnames if key != name}

    def script(told: Scenario) -> None:
        item.obj(**others, **{name: told})

    return story(item.config.stash[SESSION], STORIES[name], str(values[name]), marker.kwargs["level"], script)


def _tell(outcome: Outcome, run: Session) -> None:
    if outcome.result is Result.BREACH or (outcome.result is Result.DRIFT and run.settings.drift == "fail"):
        pytest.fail(run.text(outcome), pytrace=False)
    lang = run.settings.language
    if outcome.result in (Result.BLOCKED, Result.UNREACHABLE):
        pytest.skip(f"{word(lang, outcome.result)}: {localized(outcome.reason, lang)}")
    if outcome.result is Result.KNOWN:
        pytest.xfail(say(lang, "known deviation {id}", outcome.deviation))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the outcome along with the report; that is how it comes from a worker to the controller."""
    sinks.mask_error(call.excinfo.value if call.excinfo else None)
    report = yield
    sinks.mask_report(report)
    outcome = item.stash.get(OUTCOME, None)
    if asks_for_case(item):
        report.keywords = {}  # pytest keeps every report to the end of the run, and nobody asks again what a case is
    if outcome is not None and report.when == "call":
        report.duration = max(report.duration, outcome.seconds)  # it may have been worked out ahead
    if outcome is not None and (report.when == "call" or (report.when == "setup" and not report.passed)):
        report.zadig = to_plain(outcome.to_json())  # type: ignore[attr-defined]
    if outcome is not None and report.when == "teardown":
        del item.stash[OUTCOME]  # pytest keeps every item to the end of the run
    return report
