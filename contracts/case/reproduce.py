"""A line for a shell that shows a case again: it arranges the given, repeats the request, and removes what it made."""

import re
import shlex

from contracts.http.client import Client, Request
from contracts.http.trace import Log, Phase, Wait
from contracts.target.requests import support_call
from contracts.target.target import Subject, Target
from contracts.text.redact import register

BODY_SHOWN = 1500
"""Characters of a body that a report or a curl line shows."""
LOOKS, PAUSE = 200, "sleep 3"
"""How often the line looks at a task that is to get into a state, and what it does in between on a live target."""


def again(target: Target, log: Log, request: Request) -> str:
    """Return a line that sends what was sent before `request` and after it, and shows what comes back to `request`."""
    place = next((i for i, (_, entry) in enumerate(log.sent) if entry is request), len(log.sent))
    before = [_quiet(target, entry) for phase, entry in log.sent[:place] if phase is not Phase.CLEANUP]
    after = [_quiet(target, entry) for phase, entry in log.sent if phase is Phase.CLEANUP]
    line = "; ".join([*before, curl(target.client, request), *after])
    if target.control is not None:  # its tokens are its own, no setting of the user's
        variables = dict.fromkeys(re.findall(r"\bZADIG_\w*TOKEN\b", line))
        line = "; ".join([*filter(None, map(target.control.token_line, variables)), line])
    return register.mask(line)


def curl(client: Client, request: Request, options: str = "-sSig") -> str:
    """Return a line that repeats a request from a shell; the token stays in the shell's own variable."""
    line = shlex.join(["curl", options, "--path-as-is", "-X", request.method])
    if header := client.shown_authorization(request.credential):
        line += f' -H "Authorization: {header}"'
    if request.body is not None:
        line += f" {shlex.join(['-H', f'Content-Type: {request.content_type}'])}" if request.content_type else ""
        body = request.body.decode("utf-8", "replace")
        line += f" --data-raw {shlex.quote(cut(body))}"
    return register.mask(f"{line} {shlex.quote(client.url(request))}")


def cut(text: str) -> str:
    """Return a text at a length that a report can show."""
    return text if len(text) <= BODY_SHOWN else f"{text[:BODY_SHOWN]}… ({len(text):,} characters in all)"


def _quiet(target: Target, entry: Request | Wait) -> str:
    if isinstance(entry, Request):
        return f"{curl(target.client, entry, '-sSg')} -o /dev/null"
    watch = support_call(target, "get-task", Subject(entry.workflow, target.place.project, entry.task_id))
    reached = f'{curl(target.client, watch, "-sSg")} | grep -q \'"status": *"{entry.state}"\' && break'
    by_hand = target.control if target.control is not None and target.control.manual else None
    pause = by_hand.advance_line(entry.workflow, entry.seconds) if by_hand else PAUSE
    return f"for i in $(seq {LOOKS}); do {reached}; {pause}; done"
