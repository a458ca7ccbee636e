"""How tests come by the outcome of their case, which may have been worked out ahead, and say it in pytest's words."""

import inspect
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Literal, NamedTuple, cast

import pytest

from contracts.case.outcome import Outcome
from contracts.case.scenario import Scenario
from contracts.catalog.cases import Case
from contracts.i18n.translate import localized, say, word
from contracts.pytest_plugin import masking
from contracts.pytest_plugin.collection import SCENARIOS, SESSION, asks_for_case, planned_for
from contracts.report.verdict_rules import CANNOT_TELL, Result
from contracts.run.executor import Job
from contracts.run.outcomes import chain_job, row_job, scenario_job, text
from contracts.run.session import Session
from contracts.text.printable import printable

OUTCOME = pytest.StashKey[Outcome]()
AT = pytest.StashKey[int]()
"""From where on tests of the session are still to come."""
NO_KEYWORDS: dict[str, Literal[1]] = {}
AT_ONCE = 1000
"""Tests among which cases are looked for that share a workflow."""


@pytest.fixture
def verify(request: pytest.FixtureRequest) -> Callable[[Case], None]:
    """Run a case and say in pytest's words what became of it."""
    run = request.config.stash[SESSION]
    return lambda case: _report(request.node, row_job(run, case))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Open the target, and let cases begin ahead in the order in which they will be asked for."""
    run = session.config.stash.get(SESSION, None)
    if run is not None and not run.idle:
        run.open()
        run.pool.expect(_jobs(run, session.items))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Let the next case begin too, as in a worker of xdist no more is known of what comes; else forget this one."""
    run = item.config.stash.get(SESSION, None)
    if run is not None and run.worker:
        run.pool.expect(filter(None, (_job(each) for each in (item, nextitem) if each is not None)))
    done = yield
    if run is not None and not run.worker and asks_for_case(item):
        _forget(item)
    return done


class Over(NamedTuple):
    """What is left of a test that is over: who looks through a session's tests may ask for its name and place."""

    nodeid: str
    location: tuple[str, int | None, str]


def _forget(item: pytest.Item) -> None:
    """Let a test go that is over: pytest keeps each to the end of the run, which takes more than all else of it."""
    items = cast(list[object], item.session.items)
    with suppress(ValueError):  # whoever runs others than the session's
        at = items.index(item, item.config.stash.get(AT, 0))
        items[at], item.config.stash[AT] = Over(item.nodeid, item.location), at + 1
        item.keywords = {}  # they know their item, and nobody looks for such circles


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Do not call a test that tells a case step by step: that is the work of its case, maybe in another thread."""
    job = _job(pyfuncitem) if isinstance(planned_for(pyfuncitem), Scenario) else None
    if job is None:
        return None
    _report(pyfuncitem, job)
    return True


def _jobs(run: Session, items: Sequence[pytest.Item]) -> Iterator[Job]:
    """Yield the work of all cases in turn, that of cases which share a workflow where the first of them stands."""
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        chains = run.chains(case for case in map(planned_for, some) if isinstance(case, Case))
        chain_of, begun = {case.id: chain for chain in chains for case in chain}, set[str]()
        for item, case in zip(some, map(planned_for, some), strict=True):
            if not (isinstance(case, Case) and case.id in chain_of):
                yield from filter(None, [_job(item)])
            elif case.id not in begun:
                begun.update(each.id for each in chain_of[case.id])
                yield chain_job(run, case, chain_of[case.id])


def _job(item: pytest.Item) -> Job | None:
    """Return the work of a test's case; None where it has no case, or is called with more than is there yet."""
    planned = planned_for(item)
    if isinstance(planned, Case):
        return row_job(item.config.stash[SESSION], planned)
    if planned is None or not isinstance(item, pytest.Function):
        return None
    known = {name: planned for name in SCENARIOS if name in item.fixturenames} | item.funcargs
    names = inspect.signature(item.obj).parameters
    if not known.keys() >= names.keys():
        return None
    script = partial(item.obj, **{name: known[name] for name in names})
    return scenario_job(item.config.stash[SESSION], planned, script)


def _report(item: pytest.Item, job: Job) -> None:
    run = item.config.stash[SESSION]
    outcome = item.stash[OUTCOME] = run.pool.outcome(job)
    _end_as(outcome, run)


def _end_as(outcome: Outcome, run: Session) -> None:
    """End a test as its case did."""
    if outcome.result is Result.BREACH or (outcome.result is Result.DRIFT and run.settings.drift == "fail"):
        pytest.fail(text(run, outcome), pytrace=False)
    lang = run.settings.language
    if outcome.result in CANNOT_TELL:
        pytest.fail(printable(f"{word(lang, outcome.result)}: {localized(outcome.reason, lang)}"), pytrace=False)
    if outcome.result is Result.KNOWN:
        pytest.xfail(say(lang, "known deviation {id}", outcome.deviation))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the outcome along with the report; that is how it comes from a worker to the controller."""
    report = yield
    masking.mask_report(report)
    outcome = item.stash.get(OUTCOME, None)
    if asks_for_case(item):
        report.keywords = NO_KEYWORDS  # pytest keeps every report to the end, and nobody asks again what a case is
    if outcome is None:
        return report
    if report.when == "call":
        report.duration = max(report.duration, outcome.seconds)  # it may have been worked out ahead
    if report.when == "call" or (report.when == "setup" and not report.passed):
        report.zadig = outcome.to_json()  # type: ignore[attr-defined]
    if report.when == "call" and outcome.result in CANNOT_TELL:
        report.when = "setup"  # what pytest calls an error: such a case has neither failed nor been left out
    if report.when == "teardown":
        del item.stash[OUTCOME]  # pytest keeps every item to the end of the run
    return report
