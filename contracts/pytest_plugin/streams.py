"""Exit code 1 means rejected and nothing else: what pytest or one of its plugins cannot handle ends as 3, in one line.

A standard output that takes no more, because it is closed or its disk is full, ends no run early: what a run made is
removed, and the verdict is written, whether or not anybody reads along.
"""

import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

from contracts.i18n.translate import localized
from contracts.paths import ROOT
from contracts.text.errors import of_system
from contracts.text.message import Message, msg
from contracts.text.printable import printable
from contracts.text.redact import register

INTERNAL = 3
_lost: list[str] = []
"""Why standard output takes no more; empty while it does."""


def open_all() -> None:
    """Let whoever started this process without standard output or error have one that goes nowhere."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end of the process
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
            _lost.extend([msg("it is closed")] * (number == 1))


def lose(error: Exception) -> None:
    """Note that standard output takes no more, and let all that is still written to it go nowhere."""
    if not _lost:
        _lost.append(of_system(getattr(error, "strerror", None) or error))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def ended(code: int, lang: str) -> int:
    """Return the exit code of a run that is over: that of the run, unless what it said could not be read."""
    open_all()  # whoever captured it puts back what was there before
    try:
        sys.stdout.flush()
    except OSError as error:
        lose(error)
    if not _lost:
        return code
    _tell(msg("standard output cannot be written: {why}; the verdict is in the folder of the run", _lost[0]), lang)
    return INTERNAL


def failed(error: BaseException, lang: str) -> int:
    """Say in one line what nobody handled, and return the exit code of that."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = "".join(f"{frame.filename}:{frame.lineno}".removeprefix(f"{ROOT}/") for frame in last)
    what = "pytest, one of its plugins or the suite failed: {error}: {why} ({place}); no conclusion about the release"
    _tell(msg(what, type(error).__name__, error, place), lang)
    return INTERNAL


def hook(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """Be sys.excepthook: the interpreter would end with exit code 1."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, error.__traceback__)
        return
    raise SystemExit(failed(error, "en"))


def _tell(line: Message, lang: str) -> None:
    try:
        os.write(2, f"{printable(register.mask(localized(line, lang)))}\n".encode("utf-8", "backslashreplace"))
    except OSError:  # nobody is there to read it
        return
