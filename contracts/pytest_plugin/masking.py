"""Puts the register of secrets in front of whatever pytest, its plugins and logging write, and stops CI commands."""

import logging
from pathlib import Path
from typing import Any

import pytest
from _pytest._io import TerminalWriter  # no hook sees all that is written: usage errors, crashes, what Ctrl-C shows

from contracts.pytest_plugin import streams
from contracts.text import atomic
from contracts.text.nested import rewrite
from contracts.text.printable import printable, without_commands
from contracts.text.redact import register


def mask_output() -> None:
    """Mask all that pytest writes to a terminal or makes of a traceback, from now on and in all of this process.

    What takes no more ends no run.
    """
    plain, plain_flush = TerminalWriter.write_raw, TerminalWriter.flush
    if getattr(plain, "masks", False):
        return

    def masked(self: TerminalWriter, msg: str, *, flush: bool = False) -> None:
        try:
            plain(self, shown(msg), flush=flush)
        except OSError as error:
            streams.lose(error)

    def flush(self: TerminalWriter) -> None:
        try:
            plain_flush(self)
        except OSError as error:
            streams.lose(error)

    masked.masks = True  # type: ignore[attr-defined]
    TerminalWriter.write_raw = masked  # type: ignore[method-assign]
    TerminalWriter.flush = flush  # type: ignore[method-assign]


def mask_logs() -> None:
    """Mask every log record of this process as it is made, before any handler sees it."""
    plain = logging.getLogRecordFactory()
    if getattr(plain, "masks", False):
        return

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = plain(*args, **kwargs)
        record.msg, record.args = _line(record.getMessage()), None
        if record.exc_info:
            record.exc_text = _line(logging.Formatter().formatException(record.exc_info))
        record.stack_info = _line(record.stack_info) if record.stack_info else None
        return record

    masked.masks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(masked)


def _line(text: str) -> str:
    return printable(register.mask(text), keep="\n\t")


def shown(text: str) -> str:
    """Return a text as a sink of pytest gets it."""
    return without_commands(register.mask(text))


def mask_report(report: Any) -> None:
    """Mask a report of pytest: what went wrong or why it was skipped, what was captured, and what a test noted."""
    report.longrepr = rewrite(report.longrepr, shown)
    report.sections = rewrite(report.sections, shown)
    if hasattr(report, "wasxfail"):
        report.wasxfail = shown(report.wasxfail)
    for place, (name, value) in enumerate(getattr(report, "user_properties", ())):
        text = str(value)  # it may be of any type; a file gets no more of it than its text
        report.user_properties[place] = shown(str(name)), value if shown(text) == text else shown(text)


def mask_name(item: pytest.Item) -> None:
    """Mask the name of a test, which may have been made of its parameters."""
    if register.may_hide(item.nodeid):
        masked = register.mask(item.nodeid)
        item.name = register.mask(item.name)
        if hasattr(item, "_id"):  # as pytest keeps it since 9.2
            item._id = type(item._id).parse(masked)
        else:
            item._nodeid = masked  # type: ignore[attr-defined]


def mask_file(path: str | None) -> None:
    """Mask a file that pytest has written past its reports, as junit.xml with the properties of the whole run."""
    file = Path(path or "")
    if file.is_file() and register.may_hide(text := file.read_text(encoding="utf-8", errors="surrogateescape")):
        atomic.write(file, [register.mask(text)])
