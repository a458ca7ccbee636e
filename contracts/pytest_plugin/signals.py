"""Signals that end a run: they let it clean up, and whoever insists is heard."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

PATIENCE = 5
"""Interrupts after which the run ends at once, whatever it would still remove."""


_heard = 0
_deaf = False


def interrupted() -> bool:
    """Whether anybody interrupted this run."""
    return _heard > 0


def finish_undisturbed() -> None:
    """From now on let interrupts only count: what is left to do, the verdict, is short and tells what stays."""
    global _deaf
    _deaf = True


def end_on_signals(last_words: Callable[[], str]) -> None:
    """Let SIGTERM and SIGHUP end the run as Ctrl-C does, so that it cleans up; after PATIENCE of them it ends at once.

    `last_words` returns what is said then: what stays, and how it is removed. A SIGHUP that is ignored, as nohup does,
    stays so.
    """
    global _heard, _deaf
    _heard, _deaf = 0, False
    if threading.current_thread() is not threading.main_thread():
        return
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        global _heard
        _heard += 1
        if _heard >= PATIENCE:
            try:
                os.write(2, f"\n{last_words()}\n".encode("utf-8", "backslashreplace"))
            finally:
                os._exit(2)
        if not _deaf:
            raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, interrupt)
