"""Signals that end a run: they let it clean up, and whoever insists is heard."""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

PATIENCE = 5
"""Interrupts after which the run ends at once, whatever it would still remove."""


@dataclass
class Interrupts:
    """The interrupts of a run.

    heard: how many there were.
    only_counted: they break off nothing any more, as the rest is short: the verdict, which tells what stays.
    """

    heard: int = 0
    only_counted: bool = False


def end_on_signals(last_words: Callable[[], str]) -> Interrupts:
    """Let SIGTERM and SIGHUP end the run as Ctrl-C does, so that it cleans up; after PATIENCE of them it ends at once.

    `last_words` returns what is said then: what stays, and how it is removed. A SIGHUP that is ignored, as nohup does,
    stays so.
    """
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        return interrupts
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        interrupts.heard += 1
        if interrupts.heard >= PATIENCE:
            try:
                os.write(2, f"\n{last_words()}\n".encode("utf-8", "backslashreplace"))
            finally:
                os._exit(2)
        if not interrupts.only_counted:
            raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, interrupt)
    return interrupts
