"""A line for a shell that shows a case again: it arranges the given, repeats the request, and removes what it made."""

import re

from contracts.http.client import Request
from contracts.http.curl import curl
from contracts.http.trace import Phase, Trace, Wait
from contracts.target.requests import role_call
from contracts.target.target import Subject, Target
from contracts.text.redact import register

LOOKS, PAUSE = 200, "sleep 3"
"""How often the line looks at a task that is to get into a state, and what it does in between on a live target."""


def reproduction(target: Target, log: Trace, request: Request) -> str:
    """Return a line that sends what was sent before `request` and after it, and shows what comes back to `request`."""
    place = next((i for i, (_, entry) in enumerate(log.sent) if entry is request), len(log.sent))
    before = [_quiet(target, entry) for phase, entry in log.sent[:place] if phase is not Phase.CLEANUP]
    after = [_quiet(target, entry) for phase, entry in log.sent if phase is Phase.CLEANUP]
    line = "; ".join([*before, curl(target.client, request), *after])
    if target.control is not None:  # its tokens are its own, no setting of the user's
        variables = dict.fromkeys(re.findall(r"\bZADIG_\w*TOKEN\b", line))
        line = "; ".join([*filter(None, map(target.control.token_line, variables)), line])
    return register.mask(line)


def _quiet(target: Target, entry: Request | Wait) -> str:
    if isinstance(entry, Request):
        return f"{curl(target.client, entry, '-sSg')} -o /dev/null"
    watch = role_call(target, "get-task", Subject(entry.workflow, target.workspace.project, entry.task_id))
    key = target.release.binding.roles["get-task"].key("state")
    reached = f'{curl(target.client, watch, "-sSg")} | grep -q \'"{key}": *"{entry.state}"\' && break'
    by_hand = target.control if target.control is not None and target.control.manual else None
    pause = by_hand.advance_line(entry.workflow, entry.seconds) if by_hand else PAUSE
    return f"for i in $(seq {LOOKS}); do {reached}; {pause}; done"
