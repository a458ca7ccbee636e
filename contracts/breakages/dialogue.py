"""Changes whose example is told line by line: what a caller asks, and what he is answered without and with it."""

from contracts.breakages.answer_edits import answering, on
from contracts.breakages.breakage import Act, Breakage

QUEUED = "create-workflow a | 200 \n start-task a | 200 task 1 of a \n"
CANCELLED = f"{QUEUED} cancel-task a 1 | 200 \n"
PASSED = f"{QUEUED} clock a 20 | 200 \n"
"""Lines with which an example may begin."""
LIST = "\n list-tasks a | 200 1"
"""The begin of a last line about task 1: its state follows."""
NO_DOCUMENTS = "mongo: no documents in result"
UNCHANGED = "An error says that nothing was changed."


def told(name: str, says: str, kinds: str, act: Act, lines: str, *, live: bool = True) -> Breakage:
    """Return a change. Each of `lines` is `what is asked | answer without it | answer with it`, the last if another."""
    family, operation, answer = [*name.split("/")[:-1], "*", "*"][:3]
    columns = [[part.strip() for part in line.split("|")] for line in lines.splitlines() if line.strip()]
    return Breakage(
        name=name,
        family=family,
        operation=operation,
        answer="*" if answer == "any" else answer,
        says=says,
        kinds=frozenset(kinds.split()),
        act=act,
        before=tuple(f"{asked} → {rest[0]}" for asked, *rest in columns),
        after=tuple(f"{asked} → {rest[-1]}" for asked, *rest in columns),
        live=live,
    )


def says_success(operation: str, answer: str, says: str, lines: str) -> Breakage:
    """Return a change that only says success where an error is due; `lines` end with the error."""
    act = on(operation, answer, answering(operation, "success"))
    return told(f"state/{operation}/{answer}/says-success", says, "status", act, f"{lines} | 200")
