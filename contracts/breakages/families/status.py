"""Breakages of the HTTP status: an answer that is otherwise as promised."""

from collections.abc import Iterator
from itertools import product

from contracts.breakages.answer_edits import Row, spoiled, status
from contracts.breakages.breakage import Breakage
from contracts.breakages.known_answers import ANSWERS, ERROR, SUCCESS

_OF_SUCCESS = (201, 400, 500)
_OF_DOCUMENTED_ERROR = (200, 404, 500)
_OF_OTHERS = {
    "no-stage": (422,),
    "bad-request": (415,),
    "no-environment": (404,),
    "no-targets": (200,),
    "malformed-body": (422,),
    "already-passed": (409,),
    "still-queued": (409,),
    "invalid-id": (404,),
    "unauthorized": (403,),
    "forbidden": (401,),
    "unknown-path": (200,),
    "wrong-method": (200,),
    "no-method": (500,),
    "trailing-slash": (200,),
}
"""For each answer what it comes with instead; never what something in front of a server may answer too."""
_TEXTS = frozenset(product(("create-workflow", "cancel-task"), ("unknown-path", "wrong-method")))
"""Answers whose text is changed instead, in the family of descriptions."""


def changes() -> Iterator[Breakage]:
    """Yield all of this family."""
    for (operation, answer), known in ANSWERS.items():
        if SUCCESS[operation] == answer:
            wrong: tuple[int, ...] = _OF_SUCCESS
        else:
            wrong = _OF_DOCUMENTED_ERROR if ERROR[operation] == answer else _OF_OTHERS[answer]
        for number in wrong if (operation, answer) not in _TEXTS else ():
            says = f"This answer has the status {known.status}."
            yield spoiled("status", operation, answer, Row(str(number), says, "status", status(number)))
