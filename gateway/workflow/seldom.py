"""A line of the log that a stranger can cause is written so often and no more; the next one tells how many were not."""

import time
from collections.abc import Callable

OFTEN = 20  # lines at once
EVERY = 1.0  # seconds between two after that


class Seldom:
    """`unsaid()` is None where nothing should be said now, else how many were not said since the last one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = float(OFTEN)
        self._at = clock()
        self._unsaid = 0

    def unsaid(self) -> int | None:
        now = self._clock()
        self._left = min(OFTEN, self._left + (now - self._at) / EVERY)
        self._at = now
        if self._left < 1:
            self._unsaid += 1
            return None
        self._left -= 1
        unsaid, self._unsaid = self._unsaid, 0
        return unsaid
