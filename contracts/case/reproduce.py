"""A line for a shell that shows a case again: it arranges the given, repeats the request, and removes what it made.

Also what a repaired server makes of it, and not only what the server at hand did.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from contracts.check.breach import Breach, Kind
from contracts.http.curl import curl
from contracts.http.exchange import Request
from contracts.http.trace import Phase, Trace, Wait
from contracts.safety.request_names import HiddenError, Places
from contracts.target.requests import role_call
from contracts.target.target import Subject, Target
from contracts.text.redact import register

_LOOK = "echo; "
"""What begins a look at the state that the request left, on a line of its own."""
LOOKS, PAUSE = 200, "sleep 3"
"""How often the line looks at a task that is to get into a state, and what it does in between on a live target."""


def reproduction(
    target: Target,
    log: Trace,
    request: Request,
    subjects: Iterable[Subject],
    breaches: Iterable[Breach] = (),
    *,
    lasting: bool = False,
) -> str:
    """Return a line that sends what was sent before `request` and after it, and shows what comes back to `request`.

    Where one of `breaches` is of the state that it left, it shows what was read of that, too. It ends with the removal
    of those of `subjects` that it creates; `lasting`: only a stand-in's own call removes them.
    """
    place = next((i for i, (_, entry) in enumerate(log.sent) if entry is request), len(log.sent))
    before = [entry for phase, entry in log.sent[:place] if phase is not Phase.CLEANUP]
    after = [entry for phase, entry in log.sent if phase is Phase.CLEANUP]
    if not lasting:
        created, started = (_named(target, [*before, request], role) for role in ("create", "start"))
        left = {*created} - {*_named(target, after, "delete")}
        for subject in (each for each in subjects if each.name in left):
            after += _removal(target, subject, started.count(subject.name))
    shown = [*(_quiet(target, entry) for entry in before), curl(target.client, request)]
    if request.changes and any(breach.kind is Kind.STATE for breach in breaches):  # else it is such a look itself
        shown += [_LOOK + curl(target.client, look, "-sSg") for look in log.looks]
    shown += [_quiet(target, entry) for entry in after]
    if lasting and target.control is not None:
        shown += [target.control.forget_line(subject.name) for subject in subjects]
    line = "; ".join(shown)
    if target.control is not None:  # its tokens are its own, no setting of the user's
        variables = dict.fromkeys(re.findall(r"\bZADIG_\w*TOKEN\b", line))
        line = "; ".join([*filter(None, map(target.control.token_line, variables)), line])
    return register.mask(line)


def looks(line: str) -> list[str]:
    """Return what of such a line shows the state that the request left."""
    return [part.partition("; ")[0] for part in line.split(f"; {_LOOK}")[1:]]


def _named(target: Target, sent: Sequence[Request | Wait], role: str) -> list[str | None]:
    """Return the names in all requests of a role, but for those that only a stand-in gets since they may hide some."""
    places, plays = Places(target.release), target.release.binding.plays
    names: list[str | None] = []
    for entry in sent:
        if isinstance(entry, Request) and plays(entry.call) == role:
            with suppress(HiddenError):
                names += places.names_in(entry).names
    return names


def _removal(target: Target, subject: Subject, started: int) -> Iterator[Request]:
    """Yield what cancels so many tasks of a workflow, and deletes it."""
    if not target.release.lacks(["cancel"]):
        yield from (role_call(target, "cancel", replace(subject, task_id=number + 1)) for number in range(started))
    yield role_call(target, "delete", subject)


def _quiet(target: Target, entry: Request | Wait) -> str:
    if isinstance(entry, Request):
        return f"{curl(target.client, entry, '-sSg')} -o /dev/null"
    watch = role_call(target, "get-task", Subject(entry.workflow, target.workspace.project, entry.task_id))
    key = target.release.binding.roles["get-task"].key("state")
    reached = f'{curl(target.client, watch, "-sSg")} | grep -q \'"{key}": *"{entry.state}"\' && break'
    by_hand = target.control if target.stands_still else None
    pause = by_hand.advance_line(entry.workflow, entry.seconds) if by_hand else PAUSE
    return f"for i in $(seq {LOOKS}); do {reached}; {pause}; done"
