"""How far a run is, in one line: how many cases of how many, and what is waited for how long."""

import time

from contracts.run.session import Session
from contracts.text.message import Message, msg


def line(session: Session) -> Message:
    """Return how far a run is."""
    now, cases = time.monotonic(), len(session.planned)
    so_far = msg("{n} of {of} cases after {seconds} s", len(session.outcomes), cases, f"{now - session.clock:.0f}")
    waiting = None if session.unopened else session.target.waits.longest
    if waiting is None:
        return so_far
    waits = "{so_far}; waiting {seconds} of at most {most} s for {what}"
    return msg(waits, so_far, f"{now - waiting.since:.0f}", f"{waiting.most:.0f}", waiting.what)
