"""A pytest plugin that ends a run at one point: `-p tests.suite.helpers.kill_plugin`, with KILL_AT in the environment.

KILL_AT is `who:signal:when:what`: who is main (a run of one process), worker (the one that comes there first), every
(each of the first two workers, once) or parent (of that worker: the controller); when is before or after the first
request of the kind `what`, or that part of the run. A signal such as 5×SIGINT comes so many times, each after the one
before was heard. KILL_MARK is a path for files that say that somebody was there.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from contracts.breakages.proxy.recognise import recognise
from contracts.http.client import Client
from contracts.http.exchange import Request
from contracts.pytest_plugin import hooks
from contracts.run.session import Session
from contracts.target import connect

KINDS = ("create", "start", "cancel", "restart", "delete", "find", "list-tasks")

PARTS = {"connect": (Session, "connect"), "clean-up": (hooks, "clean_up"), "reports": (hooks, "finish")}
"""Parts of a run of one process, each a function."""
HEARD: list[Any] = []
"""What counts the interrupts, once something does."""


def kind_of(request: Request) -> str:
    """Return the kind of a request, one of KINDS, or another text."""
    call = recognise(request.method, request.path).operation
    return call.removesuffix("-workflow").removesuffix("-task")


def pytest_addoption() -> None:
    """Put the point in front of a part of the run, which may begin before other plugins are configured."""
    plain_end = hooks.end_on_signals

    def end_on_signals(last_words: Any) -> Any:
        HEARD.append(plain_end(last_words))
        return HEARD[0]

    hooks.end_on_signals = end_on_signals
    _, number, when, what = os.environ["KILL_AT"].split(":")
    if what in PARTS:
        _put(*PARTS[what], when, lambda _: _end(os.getpid(), number))


def pytest_configure(config: Any) -> None:
    """Put the point in front of the client of each process that is meant; the one that reaches it first is hit."""
    who, number, when, what = os.environ["KILL_AT"].split(":")
    if who in ("worker", "every"):  # the rest of the run waits for what they may have under way
        connect.PATIENCE, connect.LEAST_PATIENCE = 0, 2.0
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    if (worker == "main") != (who == "main") or (who == "every" and worker not in ("gw0", "gw1")):
        return
    mark = Path(os.environ["KILL_MARK"] + (worker if who == "every" else ""))
    victim = os.getppid() if who == "parent" else os.getpid()

    def end(words: Sequence[Any]) -> None:
        if kind_of(words[1]) == what and _first(mark):
            _end(victim, number)

    _put(Client, "send", when, end)


def _put(owner: Any, name: str, when: str, end: Callable[[Sequence[Any]], None]) -> None:
    """Let `end` be called before or after each call of a function, with its arguments."""
    plain = getattr(owner, name)

    def called(*words: Any) -> Any:
        if when == "before":
            end(words)
        result = plain(*words)
        if when == "after":
            end(words)
        return result

    setattr(owner, name, called)


def _end(victim: int, signals: str) -> None:
    times, _, name = signals.rpartition("×")
    if not times:
        os.kill(victim, signal.Signals[name])
        if victim == os.getpid() and signal.getsignal(signal.Signals[name]) is signal.SIG_DFL:
            threading.Event().wait()  # this thread may be told later than others that all is over
        return
    insists = threading.Thread(target=_insist, args=(int(times), signal.Signals[name]))
    insists.start()
    insists.join()


def _insist(times: int, number: int) -> None:
    for heard in range(times):
        os.kill(os.getpid(), number)
        while HEARD[0].heard <= heard:  # two that come at once are one
            time.sleep(0.01)


def _first(mark: Path) -> bool:
    """Whether nobody was here before."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
