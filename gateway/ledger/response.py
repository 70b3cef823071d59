"""How soon requesters get a first answer: a median, with how far off it may be so that chance is told as chance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, sqrt

from gateway.shares import ENOUGH, Z


@dataclass(frozen=True, slots=True)
class Spread:
    """A median of so many tickets; `low_ms` to `high_ms` is where it lies at 95 %."""

    tickets: int
    median_ms: float
    low_ms: float
    high_ms: float

    def apart(self, other: "Spread") -> bool:
        """Whether there is a difference that chance does not explain: the intervals have nothing in common."""
        return self.high_ms < other.low_ms or other.high_ms < self.low_ms


def spread(times: Iterable[float]) -> Spread | None:
    """By the order of the values, which holds for times however they are spread. None where they are too few."""
    sorted_ = sorted(times)
    count = len(sorted_)
    if count < ENOUGH:
        return None
    half = Z * sqrt(count) / 2
    low, high = max(0, floor(count / 2 - half)), min(count - 1, ceil(count / 2 + half))
    middle = (sorted_[(count - 1) // 2] + sorted_[count // 2]) / 2
    return Spread(count, middle, sorted_[low], sorted_[high])


def first_response_ms(asked: Sequence[datetime], answered: Sequence[datetime]) -> float | None:
    """From the first question to the first answer after it; None where nobody asked or nobody answered."""
    if not asked:
        return None
    first = min(asked)
    later = [at for at in answered if at >= first]
    return (min(later) - first).total_seconds() * 1000 if later else None
