"""Changes of one answer on its way out: what recognises the answer, and what is done to it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from contracts.breakages.breakage import Act, Breakage, Forward, Memory, Request, Response
from contracts.breakages.known_answers import ANSWERS, ERROR, SUCCESS, name_of
from contracts.breakages.proxy.recognise import OPERATIONS, compact, header, value, with_header

Spoil = Callable[[Response], Response]


class Row(NamedTuple):
    """One way to spoil an answer: its name, the promise that it breaks, the kinds of breach, what is done."""

    what: str
    says: str
    kinds: str
    spoil: Spoil
    live: bool = True


def spoiled(family: str, operation: str, answer: str, row: Row) -> Breakage:
    """Return the change that spoils one answer of an operation as a row says."""
    before = ANSWERS[operation, answer].example
    return Breakage(
        name=f"{family}/{operation}/{answer}/{row.what}",
        family=family,
        operation=operation,
        answer=answer,
        says=row.says,
        kinds=frozenset(row.kinds.split()),
        act=on(operation, answer, row.spoil),
        before=before,
        after=row.spoil(before),
        live=row.live,
    )


def on(operation: str, answer: str, spoil: Spoil) -> Act:
    """Spoil one answer of an operation, and pass on everything else."""

    async def act(asked: Request, forward: Forward, _: Memory) -> Response:
        answered = await forward(asked)
        meant = asked.operation == operation and name_of(asked, answered) == answer
        return spoil(answered) if meant else answered

    return act


def in_turn(family: str, rows: Iterable[Row]) -> Iterator[Breakage]:
    """Yield every row for each operation, in turn on its success and on its documented error."""
    for number, row in enumerate(rows):
        for place, operation in enumerate(OPERATIONS):
            answer = (SUCCESS, ERROR)[(number + place) % 2][operation]
            yield spoiled(family, operation, answer, row)


def body(change: Callable[[bytes], bytes]) -> Spoil:
    """Change the bytes of the body."""
    return lambda answered: replace(answered, body=change(answered.body))


def text(wanted: str) -> Spoil:
    """Put another text in the place of the body."""
    return body(lambda _: wanted.encode())


def json(change: Callable[[Any], Any]) -> Spoil:
    """Change the JSON value of the body; one without is left as it is."""
    return body(lambda old: old if (was := value(old)) is None else compact(change(was)))


def keys(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Spoil:
    """Change the body's object; another body is left as it is."""
    return json(lambda old: change(old) if isinstance(old, dict) else old)


def holding(**values: Any) -> Spoil:
    """Put other values under keys of the body's object."""
    return keys(lambda old: old | values)


def status(number: int) -> Spoil:
    """Set the HTTP status."""
    return lambda answered: replace(answered, status=number)


def set_header(name: str, wanted: str | None) -> Spoil:
    """Set a header, or leave it out."""
    return lambda answered: replace(answered, headers=with_header(answered.headers, name, wanted))


def more(*headers: tuple[str, str]) -> Spoil:
    """Add headers, whether they are there or not."""
    return lambda answered: replace(answered, headers=answered.headers + headers)


def wire(form: str) -> Spoil:
    """Deliver it in another way."""
    return lambda answered: replace(answered, wire=form)


def answering(operation: str, answer: str) -> Spoil:
    """Answer what another answer of an operation says, with its status."""
    other = ANSWERS[operation, answer].example
    return lambda answered: replace(answered, status=other.status, body=other.body)


def both(*spoils: Spoil) -> Spoil:
    """Do one after the other."""

    def change(answered: Response) -> Response:
        for spoil in spoils:
            answered = spoil(answered)
        return answered

    return change


def is_json(answered: Response) -> bool:
    """Whether an answer says that it is JSON."""
    return "json" in (header(answered.headers, "content-type") or "").lower()
