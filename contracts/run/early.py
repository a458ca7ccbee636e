"""The first look at a live target, in threads of its own; whoever waits for it loads what the run needs later."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from contracts.target.connect import Probe
from contracts.target.target import Workspace

Made = TypeVar("Made")


class Early:
    """What is under way: a look at the target, then a search for where the cases may work there.

    `find` returns None where the look found trouble, so that nothing more is asked of that target.
    """

    def __init__(self, look: Callable[[], Probe], find: Callable[[Probe], Workspace | None]) -> None:
        self._later = _later()
        self._look = _begin(look)
        self._place = _begin(lambda: find(self._look.result()))

    def probe(self) -> Probe:
        """Return what the look showed; raises what it raised."""
        return self._wait(self._look)

    def workspace(self) -> Workspace | None:
        """Return where the cases may work; raises SettingsError where that is not settled."""
        return self._wait(self._place)

    def _wait(self, made: Future[Made]) -> Made:
        with suppress(Exception):  # a module that cannot be loaded is missed by whoever needs it
            while not made.done() and next(self._later, False):
                pass
        return made.result()


def _begin(work: Callable[[], Made]) -> Future[Made]:
    """Begin `work` in a thread, and return what becomes of it; an interrupted run does not wait for it."""
    made: Future[Made] = Future()

    def do() -> None:
        try:
            made.set_result(work())
        except BaseException as error:  # raised where the result is asked for
            made.set_exception(error)

    threading.Thread(target=do, name="early", daemon=True).start()
    return made


def _later() -> Iterator[bool]:
    """Load, one at each step, what nobody needs before the first answer has come; each takes as long as an exchange."""
    import contracts.report.html.page

    yield True
    import contracts.report.export.junit
    import contracts.report.summary.markdown  # noqa: F401 - all of them are loaded once

    yield True
