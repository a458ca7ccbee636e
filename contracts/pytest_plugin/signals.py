"""Signals that end a run: they let it clean up, and whoever insists is heard."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

PATIENCE = 5
"""Interrupts after which the run ends at once, whatever it would still remove."""


def end_on_signals(last_words: Callable[[], str]) -> None:
    """Let SIGTERM and SIGHUP end the run as Ctrl-C does, so that it cleans up; after PATIENCE of them it ends at once.

    `last_words` returns what is said then: what stays, and how it is removed. A SIGHUP that is ignored, as nohup does,
    stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    heard = 0

    def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
        nonlocal heard
        heard += 1
        if heard >= PATIENCE:
            try:
                os.write(2, f"\n{last_words()}\n".encode("utf-8", "backslashreplace"))
            finally:
                os._exit(2)
        raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, interrupt)
