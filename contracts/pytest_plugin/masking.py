"""Puts the register of secrets in front of what pytest writes itself."""

import logging
from typing import Any

from contracts.text.redact import register


def mask_logs() -> None:
    """Mask every log record of this process as it is made, before any handler sees it."""
    plain = logging.getLogRecordFactory()
    if getattr(plain, "masks", False):
        return

    def masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = plain(*args, **kwargs)
        record.msg, record.args = register.mask(record.getMessage()), None
        return record

    masked.masks = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(masked)


def mask_error(error: BaseException | None) -> None:
    """Mask the texts that an exception carries: allure asks it for them, not the report."""
    if error is not None:
        masked = tuple(register.mask(part) if isinstance(part, str) else part for part in error.args)
        BaseException.__setattr__(error, "args", masked)  # an exception may forbid the plain way


def mask_report(report: Any) -> None:
    """Mask a report of pytest: what went wrong, with its traceback and locals, and what was captured."""
    if report.failed and report.longrepr is not None:
        text = str(report.longrepr)
        if register.mask(text) != text:
            report.longrepr = register.mask(text)
    report.sections = [(title, register.mask(content)) for title, content in report.sections]
