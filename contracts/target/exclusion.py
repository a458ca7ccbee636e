"""Who may talk to the target at the same time: many cases together, or one alone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class SharedLock:
    """A lock that many may share; whoever wants to be alone goes before those who come later."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._sharing = self._waiting = self._entered = 0
        self._alone = False

    @contextmanager
    def shared(self) -> Iterator[Callable[[], bool]]:
        """Be one of many; yields what tells whether others were there too since then."""
        with self._change:
            self._change.wait_for(lambda: not (self._alone or self._waiting))
            self._sharing += 1
            self._entered += 1
            entered, company = self._entered, self._sharing > 1
        try:
            yield lambda: company or self._entered > entered
        finally:
            with self._change:
                self._sharing -= 1
                self._change.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Be the only one."""
        with self._change:
            self._waiting += 1
            try:
                self._change.wait_for(lambda: not (self._alone or self._sharing))
                self._alone = True
            finally:
                self._waiting -= 1
                self._change.notify_all()
        try:
            yield
        finally:
            with self._change:
                self._alone = False
                self._change.notify_all()
