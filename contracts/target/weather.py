"""What a run learns of what stands before its target: limits that it keeps, what came and went, and why it ended."""

import math
import threading
import time
from collections import Counter, defaultdict, deque

from contracts.http.disturbance import BY_NAME, Doubt
from contracts.text.message import Message, msg

FLAKY = 3
"""So often at least a call, and no other, fails and then does not, where that is said to be the server's own."""
CHANCE = 1e-4
"""How likely it may be that what fails at any call had come to this one each time, by how often each was sent."""
MOST_DISTURBED = 8
"""Cases that ended disturbed, after which nothing more is tried."""


LATELY = 500
"""How many answers are remembered, which are those of the last second at least."""
SHARE, STEP, LONGEST_PAUSE = 0.8, 0.25, 1.0
"""Which part of what a limit let through is sent from then on; how much longer the pauses get when that is too much
as well; and their seconds, at most."""
BACK, QUIET = 0.05, 10.0
"""How much shorter a pause gets with each answer that came through once no limit showed for so many seconds."""


class Weather:
    """What is known of the way to a target; safe to use from several threads.

    ended: why nothing more is tried, empty where it goes on.
    again: how many cases held when they were done again, by the sign of what was in doubt.
    sent, repeated: requests, and how many of them only because others were turned away.
    """

    def __init__(self, rate: float = math.inf) -> None:
        self.ended: Message | str = ""
        self.sent = self.repeated = 0
        self._least = self._pause = 1 / rate
        self._next = self._limited_at = 0.0
        self._passed: deque[float] = deque(maxlen=LATELY)
        self._lock = threading.Lock()
        self._asked: Counter[str] = Counter()
        self._spell, self._failed_at = 0, math.inf
        self._gone: dict[str, dict[str, set[int | None]]] = defaultdict(lambda: defaultdict(set))
        self.again: Counter[str] = Counter()
        self._disturbed = 0

    def wait_turn(self, call: str) -> int:
        """Wait until a request may go out: as often as is set, and when a limit allows it again; return its spell."""
        with self._lock:
            self.sent += 1
            self._asked[call] += 1
            now = time.monotonic()
            at = max(self._next, now)
            self._next = at + self._pause
        if at > now:
            time.sleep(at - now)
        return self._spell

    def came(self, sent: float, *, failed: bool) -> None:
        """Note an answer to a request that was sent then: what is right, and sent after a failure, ends its spell."""
        with self._lock:
            if failed:
                self._failed_at = time.monotonic()
            else:
                now = time.monotonic()
                self._passed.append(now)
                if now > self._limited_at + QUIET:
                    self._pause = max(self._least, self._pause * (1 - BACK))
                if sent > self._failed_at:
                    self._spell, self._failed_at = self._spell + 1, math.inf

    def hold(self, seconds: float) -> None:
        """Let nothing go out for so long."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)

    def limited(self, sent: float, seconds: float) -> None:
        """Note that a limit refused a request that was sent then, and is to be waited for so many seconds.

        From now on fewer go out per second than it let through in the last one; each time that it shows again, fewer.
        One that says that there is nothing to wait for is not about how many there are.
        """
        self.hold(seconds)
        with self._lock:
            now = time.monotonic()
            if seconds and sent >= self._limited_at:
                through = sum(at > now - 1 for at in self._passed)
                fresh = 1 / max(1, SHARE * through)
                longer = self._pause * (1 + STEP) if self._pause > self._least else max(fresh, self._least)
                self._pause = min(LONGEST_PAUSE, longer)
                self._limited_at = now

    def passed(self, doubt: Doubt) -> None:
        """Note what did not come again when the case was done again."""
        with self._lock:
            self._gone[doubt.sign.name][doubt.exchange.request.call].add(doubt.exchange.spell)

    def noisy(self, doubt: Doubt) -> bool:
        """Whether the like came and went at other calls too, so that it is none of the server's own answers."""
        with self._lock:
            return bool(self._gone[doubt.sign.name].keys() - {doubt.exchange.request.call})

    def flaky(self, doubt: Doubt) -> bool:
        """Whether the like comes and goes at this call alone, beyond chance, while others are answered in between."""
        call = doubt.exchange.request.call
        with self._lock:
            calls = self._gone[doubt.sign.name]
            times, share = len(calls.get(call, ())), self._asked[call] / max(self._asked.total(), 1)
            return len(calls) == 1 and times >= FLAKY and share**times <= CHANCE

    def held_again(self, doubt: Doubt) -> None:
        """Count a case that held when it was done again."""
        with self._lock:
            self.again[doubt.sign.name] += 1

    def disturbed(self, doubt: Doubt) -> None:
        """Count a case that ended disturbed; after some of them the run ends."""
        with self._lock:
            self._disturbed += 1
            if self._disturbed >= MOST_DISTURBED and not self.ended:
                self.ended = msg("{n} cases were disturbed, the last: {why}", self._disturbed, doubt.sentence)

    @property
    def turned_away(self) -> bool:
        """Whether something but this run's own load stood in the way."""
        with self._lock:
            gone = (sign for sign, calls in self._gone.items() if calls and not BY_NAME[sign].load)
            return bool(self.repeated or any(gone))

    def missed(self) -> bool:
        """Whether answers came too late in this run, and came in time when a case was alone."""
        with self._lock:
            return bool(self.again["deadline"])
