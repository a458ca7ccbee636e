"""Cases that are worked out ahead: in order, within a window, alone where they must be, and ended in order."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from contracts.breakages.catalog import breakages
from contracts.breakages.proxy.proxy import fault_proxy
from contracts.case.outcome import Outcome
from contracts.catalog.cases import Case, cases
from contracts.report.verdict_rules import Result
from contracts.run.executor import WINDOW, CasePool, Job
from contracts.safety.journal import left_open
from contracts.standin.app import create_app
from contracts.target.sharing import SharedLock
from helpers.processes import HANG
from helpers.whole_runs import run

ROWS = cases("1.7.0")
THREADS = 3


def held(case: Case) -> Outcome:
    return Outcome(case.id, case.operation, case.answer.name, Result.HELD)


class Begun:
    """Work that notes which cases were begun, and goes on only when it may."""

    def __init__(self) -> None:
        self.cases: list[str] = []
        self.may_end = threading.Event()
        self.at_once = self.most = 0
        self._changed = threading.Condition()

    def __call__(self, case: Case) -> Outcome:
        """Work a case out."""
        with self._changed:
            self.cases.append(case.id)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self._changed.notify_all()
        assert self.may_end.wait(HANG)
        with self._changed:
            self.at_once -= 1
        return held(case)

    def wait_for(self, number: int) -> None:
        """Wait until so many are under way."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.at_once >= number, HANG)


def jobs(work: Callable[[Case], Outcome], rows: Sequence[Case] = ROWS) -> list[Job]:
    return [Job(case.id, partial(one, work, case)) for case in rows]


def one(work: Callable[[Case], Outcome], case: Case) -> list[Outcome]:
    return [work(case)]


def expecting(plan: Sequence[Job], threads: int = THREADS) -> CasePool:
    """Return a pool that has heard of a plan."""
    pool = CasePool(threads)
    pool.expect(plan)
    return pool


def test_each_test_gets_the_outcome_of_its_case() -> None:
    """Whatever is ready first, the outcome of a case is its own, and every case is worked out once."""
    work = Begun()
    work.may_end.set()
    plan = jobs(work)
    pool = expecting(plan)
    cases = [pool.outcome(job).case for job in plan]
    pool.stop()
    assert cases == [case.id for case in ROWS]
    assert sorted(work.cases) == sorted(cases)


def test_never_more_at_once_than_threads_nor_further_ahead_than_a_window() -> None:
    """When the first case is over, no more are under way than there are threads, and only the next ones begin."""
    work, others = Begun(), {*threading.enumerate()}
    plan = [*jobs(held, ROWS[:1]), *jobs(work, ROWS[1:])]
    pool = expecting(plan)
    pool.outcome(plan[0])
    threads = {*threading.enumerate()} - others
    work.wait_for(len(threads))
    work.may_end.set()
    pool._threads.shutdown()  # type: ignore[union-attr] - what was begun ends, and is not called off
    assert len(threads) == work.most == THREADS
    assert sorted(work.cases) == sorted(case.id for case in ROWS[1 : THREADS * WINDOW])


def test_nothing_begins_before_the_first_case_is_asked_for() -> None:
    """What is only expected is not begun: a run that ends before its first case sends nothing."""
    work = Begun()
    pool = expecting(jobs(work))
    pool.stop()
    assert (work.cases, pool.busy) == ([], False)


def test_one_thread_works_when_it_is_asked() -> None:
    """With one, nothing is begun before it is asked for."""
    work = Begun()
    work.may_end.set()
    plan = jobs(work)
    expecting(plan, threads=1).outcome(plan[0])
    assert work.cases == [ROWS[0].id]


def test_a_worker_hears_of_one_case_at_a_time() -> None:
    """Where the same cases are named again and again, as a worker of xdist hears of them, each is worked out once."""
    work = Begun()
    work.may_end.set()
    plan = jobs(work, ROWS[:9])
    pool = CasePool(2)
    for job, following in zip(plan, [*plan[1:], None], strict=True):
        pool.expect(filter(None, (job, following)))
        assert pool.outcome(job).case == job.id
    assert sorted(work.cases) == sorted(job.id for job in plan)
    assert not pool.busy


def test_a_mistake_comes_out_where_it_is_asked_for() -> None:
    """What goes wrong in a thread is raised in the test of its case, and in no other."""

    def work(case: Case) -> Outcome:
        if case is ROWS[1]:
            raise ZeroDivisionError
        return held(case)

    plan = jobs(work, ROWS[:3])
    pool = expecting(plan)
    assert pool.outcome(plan[0]).case == ROWS[0].id
    with pytest.raises(ZeroDivisionError):
        pool.outcome(plan[1])
    assert pool.outcome(plan[2]).case == ROWS[2].id


@pytest.mark.parametrize("threads", [1, THREADS])
def test_cases_that_are_done_together_are_each_asked_for(threads: int) -> None:
    """They are worked out once, where the first of them is asked for, and the others have theirs when asked."""
    together, begun = [ROWS[0], ROWS[3], ROWS[5]], list[str]()

    def work() -> Iterator[Outcome]:
        for case in together:
            begun.append(case.id)
            yield held(case)

    job = Job(ROWS[0].id, work, {each.id: each.work for each in jobs(held, together)})
    plan = [job, *jobs(held, [case for case in ROWS[:8] if case not in together])]
    pool = expecting(plan, threads)
    asked = jobs(held, ROWS[:8])
    assert [pool.outcome(each).case for each in asked] == [each.id for each in asked]
    assert begun == [case.id for case in together]
    assert not pool.busy
    pool.stop()


@pytest.mark.parametrize("fails", [True, False])
@pytest.mark.parametrize("threads", [1, THREADS])
def test_what_is_left_of_what_is_done_together_is_done_alone(threads: int, fails: bool) -> None:
    """Cases of which nothing came, by a mistake or not, are each worked out by themselves, side by side."""
    there = threading.Barrier(threads)

    def work() -> Iterator[Outcome]:
        yield replace(held(ROWS[0]), reason="together")
        if fails:
            raise ZeroDivisionError

    def together(case: Case) -> Outcome:
        there.wait(HANG)
        return held(case)

    rows = ROWS[: 1 + threads]
    pool = expecting([Job(ROWS[0].id, work, {each.id: each.work for each in jobs(together, rows)})], threads)
    assert [pool.outcome(job).reason for job in jobs(held, rows)] == ["together", *[""] * threads]
    pool.stop()


@pytest.mark.parametrize("threads", [1, THREADS])
def test_a_mistake_in_what_is_left_reaches_whoever_asks(threads: int) -> None:
    """Where a case fails together and alone, so does whoever asks for it, and nobody waits for it in vain."""
    pool = expecting([Job(ROWS[0].id, lambda: [], {each.id: each.work for each in jobs(_fails, ROWS[:1])})], threads)
    with pytest.raises(ZeroDivisionError):
        pool.outcome(jobs(held, ROWS[:1])[0])
    pool.stop()


def _fails(_: Case) -> Outcome:
    raise ZeroDivisionError


def test_whoever_is_alone_waits_for_the_others_and_holds_them_off() -> None:
    """While one is alone nobody shares, and those who shared before have ended."""
    quiet, events, gone = SharedLock(), [], threading.Event()

    def share(name: str, then: Callable[[], object]) -> None:
        with quiet.shared():
            events.append(f"{name} in")
            then()
            events.append(f"{name} out")

    def be_alone() -> None:
        with quiet.exclusive():
            events.append("alone in")
            gone.wait(HANG)
            events.append("alone out")

    entered, leave = threading.Event(), threading.Event()
    first = threading.Thread(target=share, args=("first", lambda: (entered.set(), leave.wait(HANG))))
    first.start()
    entered.wait(HANG)
    alone = threading.Thread(target=be_alone)
    alone.start()
    later = threading.Thread(target=share, args=("later", lambda: None))
    leave.set()
    first.join(HANG)
    later.start()
    gone.set()
    alone.join(HANG)
    later.join(HANG)
    order = [event for event in events if event.startswith(("first", "alone"))]
    assert order == ["first in", "first out", "alone in", "alone out"]
    assert not events.index("alone in") < events.index("later in") < events.index("alone out")


def test_company_is_noticed() -> None:
    """Whoever shares can tell whether others were there meanwhile."""
    quiet = SharedLock()
    with quiet.shared() as had_company:
        assert not had_company()
        with quiet.shared() as too:
            assert too()
    assert had_company()


@pytest.mark.parametrize("behaviour", ["perfect", "1.7.0"])
def test_results_do_not_depend_on_how_many_are_under_way(tmp_path: Path, behaviour: str) -> None:
    """One after the other, each on its own workflow, or twelve at once: the same results, and nothing is left."""
    options = ("--behaviour", behaviour, "--deviations", "none")
    alone = run(tmp_path / "alone", "--in-flight", "1", "--isolate", *options)
    ran = run(tmp_path / "many", "--in-flight", "12", *options)
    assert ran.results == alone.results
    assert left_open(Path(ran.folder) / "journal.jsonl") == {}


@pytest.mark.parametrize("options", [pytest.param((), id="one-process"), pytest.param(("-n", "2"), id="two-workers")])
def test_a_run_that_stops_at_the_first_breach_leaves_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    """With -x what was begun ahead is ended, is no outcome, and is removed from the target."""
    wrong = breakages()["envelope/cancel-task/no-such-task/code-changed"]
    with fault_proxy(wrong, create_app()) as served:
        ran = run(tmp_path, "--base-url", served.base_url, "-x", *options)
    verdict = ran.verdict
    assert (ran.code, verdict["verdict"]) in {(1, "rejected"), (2, "rejected")}
    assert verdict["counts"]["run"] + verdict["counts"]["not_run"] == verdict["counts"]["planned"]
    assert verdict["counts"]["not_run"] > 0
    assert verdict["leaks"] == []
    assert left_open(Path(ran.folder) / "journal.jsonl") == {}


def test_a_case_that_ran_ahead_says_how_long_it_took(tmp_path: Path) -> None:
    """The time of a test is that of its case, not of fetching what was ready."""
    ran = run(tmp_path, "--durations", "0", "--durations-min", "0", "-k", "cancel-task")
    lines = re.findall(r"^([\d.]+)s call .*\[(\S+)\]$", ran.output, re.MULTILINE)
    shown = {case: float(seconds) for seconds, case in lines}
    assert shown.keys() == ran.results.keys()
    assert [case["case"] for case in ran.verdict["cases"] if shown[case["case"]] < case["seconds"] - 0.01] == []
