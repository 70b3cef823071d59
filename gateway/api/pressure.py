"""How much this web process has in hand, and what it turned away lately and why: in metrics, log and /readyz."""

import time
from collections import Counter, deque

import structlog

from gateway.errors import Busy, GatewayError
from gateway.telemetry import deliveries_in_hand, turned_away

SMALL = 64 * 1024  # bytes of a body that count as nothing
MOST_LARGE = 64 * 1024 * 1024  # bytes beyond that, of all bodies that are just being read
TELL_EVERY = 10.0  # seconds between two lines of the log
RECENT = 60.0  # seconds
RETRY_AFTER = 2.0  # seconds

log = structlog.get_logger()


class Pressure:
    """`at_once`: deliveries that may be in hand."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._in_hand = 0
        self._large = 0
        self._recent: deque[tuple[float, str]] = deque(maxlen=10_000)
        self._untold: Counter[str] = Counter()
        self._told = 0.0

    def away(self, why: str) -> None:
        """Something was turned away."""
        now = time.monotonic()
        turned_away.labels(why).inc()
        self._recent.append((now, why))
        self._untold[why] += 1
        if now - self._told >= TELL_EVERY:
            log.warning("requests are turned away", **self._untold)
            self._untold.clear()
            self._told = now

    def refused(self, why: str, error: GatewayError) -> GatewayError:
        self.away(why)
        return error

    def grew(self, before: int, after: int) -> None:
        """A body grew. Small ones may be as many as there are connections; of what is more there is only so much."""
        self._large += max(0, after - SMALL) - max(0, before - SMALL)
        if after > SMALL and after > before and self._large > MOST_LARGE:
            raise self.refused("memory", Busy("too much is being read just now", retry_after=RETRY_AFTER))

    def enter(self) -> None:
        if self._in_hand >= self._at_once:
            raise self.refused("at_once", Busy("too many deliveries are in hand just now", retry_after=RETRY_AFTER))
        self._in_hand += 1
        deliveries_in_hand.set(self._in_hand)

    def leave(self) -> None:
        self._in_hand -= 1
        deliveries_in_hand.set(self._in_hand)

    async def told(self) -> str:
        """For /readyz?verbose."""
        since = time.monotonic() - RECENT
        lately = Counter(why for at, why in self._recent if at >= since)
        listed = ", ".join(f"{count} by {why}" for why, count in sorted(lately.items()))
        return f"{self._in_hand} of {self._at_once} in hand; turned away in the last minute: {listed or 'none'}"
