"""What the clients of a crowd asked at once, as a drawing: when each call was under way, and which have no order."""

from collections.abc import Mapping
from typing import Any, Final

from contracts.text.frozen import dataclass

WIDTH, LEFT, LANE, BAR = 900, 40, 22, 14
"""Of the drawing, of what stands before its lanes, and of a lane and a bar in it."""
LEAST: Final = 3.0
"""The width of a call that took no time."""
MOST: Final = 400
"""Calls that are drawn."""


@dataclass(frozen=True)
class Bar:
    """One call.

    x, y, width: where it stands.
    what: role, task and answer.
    order: its place in the longest order found; 0: it has none.
    stuck: whether it is one of those of which one had to come next, and none could.
    """

    x: float
    y: int
    width: float
    what: str
    order: int
    stuck: bool


@dataclass(frozen=True)
class Timeline:
    """A drawing.

    height: of all lanes.
    lanes: the number of each client, and where its lane has its middle.
    bars: the calls, the earliest first.
    """

    height: int
    lanes: tuple[tuple[int, int], ...]
    bars: tuple[Bar, ...]


def timeline(case: Mapping[str, Any]) -> Timeline | None:
    """Return the drawing of a case's calls; None where it kept none."""
    calls = sorted(case.get("history") or (), key=lambda call: (call["called"], call["client"]))[:MOST]
    if not calls:
        return None
    first, last = calls[0]["called"], max(call["returned"] for call in calls)
    scale = (WIDTH - LEFT - LEAST) / ((last - first) or 1.0)
    clients = sorted({call["client"] for call in calls})
    bars = (
        Bar(
            round(LEFT + scale * (call["called"] - first), 1),
            LANE * clients.index(call["client"]) + (LANE - BAR) // 2,
            round(max(LEAST, scale * (call["returned"] - call["called"])), 1),
            call["what"],
            call["order"],
            call["stuck"],
        )
        for call in calls
    )
    lanes = tuple((client + 1, LANE * place + LANE // 2 + 4) for place, client in enumerate(clients))
    return Timeline(LANE * len(clients), lanes, tuple(bars))
