"""What a measurement ends in: a table, what its reader should know, and which bounds it missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from tabulate import tabulate


class BenchError(RuntimeError):
    """What was to be measured did not do its work; the text says what."""


@dataclass(frozen=True)
class Table:
    """Rows under a title; `missed` says in words which bounds do not hold."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[object]]
    notes: Sequence[str] = ()
    missed: Sequence[str] = ()

    def text(self) -> str:
        """Return it as it is shown on a terminal."""
        table = tabulate(self.rows, headers=self.head, disable_numparse=True)
        return "\n".join([self.title, "", table, "", *self.notes, *self._said, ""])

    def markdown(self) -> str:
        """Return it as it stands in a document."""
        table = tabulate(self.rows, headers=self.head, disable_numparse=True, tablefmt="github")
        notes = [f"- {note}" for note in [*self.notes, *self._said]]
        return "\n".join([f"## {self.title}", "", table, "", *notes, ""])

    @property
    def _said(self) -> list[str]:
        return [f"OUT OF BOUNDS: {text}" for text in self.missed]
