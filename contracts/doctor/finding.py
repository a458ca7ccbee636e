"""What one check found, and what to do about it."""

from dataclasses import asdict
from enum import StrEnum

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import localized
from contracts.text.frozen import dataclass
from contracts.text.message import msg
from contracts.text.printable import printable
from contracts.text.redact import mask_all

WIDTH = 12
"""Characters of the column with the check's name."""


class Status(StrEnum):
    """How serious a finding is: a run would miss nothing, may miss something, would not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One finding of one check; a text of the target may stand in it, so it is masked where it is shown."""

    check: str
    status: Status
    finding: str
    advice: str = ""

    def to_json(self) -> dict[str, str]:
        """Return it as plain data, secrets masked."""
        masked: dict[str, str] = mask_all(asdict(self))
        return masked

    def line(self, lang: str = ENGLISH) -> str:
        """Return it as one line in a language, secrets masked."""
        plain = self.to_json()
        finding, advice = plain["finding"], plain["advice"]
        text = msg("{finding}; {advice}", finding, advice) if advice else finding
        return printable(f"{self.status:<4}  {self.check:<{WIDTH}}  {' '.join(localized(text, lang).split())}")


def ok(check: str, finding: str, advice: str = "") -> Finding:
    """Return a finding that a run can live with."""
    return Finding(check, Status.OK, finding, advice)


def warn(check: str, finding: str, advice: str) -> Finding:
    """Return a finding that may matter to a run."""
    return Finding(check, Status.WARN, finding, advice)


def fail(check: str, finding: str, advice: str) -> Finding:
    """Return a finding that a run would fail on."""
    return Finding(check, Status.FAIL, finding, advice)
