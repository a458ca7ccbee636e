"""An exchange as a line for a shell, and texts at a length that a report can show."""

import shlex

from contracts.http.client import Client
from contracts.http.exchange import Request
from contracts.text.redact import register

BODY_SHOWN = 1500
"""Characters of a body that a report or a curl line shows."""

HEAD_SECONDS = 3
"""How long a line waits for all that comes of a HEAD."""


def curl(client: Client, request: Request, options: str = "-sSig") -> str:
    """Return a line that repeats a request from a shell; the token stays in the shell's own variable."""
    before = ["-so", "/dev/null", f"{client.root}/", "--next"] if request.used else []
    line = shlex.join(["curl", *before, options, "--path-as-is", "-X", request.method])
    if request.method == "HEAD":  # curl would wait for the body that the head tells of
        line += f" -m {HEAD_SECONDS}"
    if request.agent:
        line += f" {shlex.join(['-A', request.agent])}"
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
