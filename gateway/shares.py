"""Shares with how far off they may be: a rate of four drafts says hardly anything, and has to say so."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # of the normal distribution, for 95 %
ENOUGH = 20  # below it a rate is not told, because its interval is wider than what anybody would decide by


def wilson(count: int, total: int) -> tuple[float, float]:
    """Wilson's score interval at 95 %, without continuity correction; 0 to 1 where there is no sample. It holds for
    small samples too, and never leaves 0 to 1."""
    if total == 0:
        return 0.0, 1.0
    rate, square = count / total, Z * Z
    middle = (rate + square / (2 * total)) / (1 + square / total)
    half = Z / (1 + square / total) * sqrt(rate * (1 - rate) / total + square / (4 * total**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def percent(share: float) -> str:
    """0.75 as `75 %`."""
    return f"{share * 100:.0f} %"


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`. Without anything counted there is no rate, and it is not zero."""

    hits: int
    of: int

    @property
    def rate(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def enough(self) -> bool:
        return self.of >= ENOUGH

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.of) if self.of else None

    def __str__(self) -> str:
        """`82 % (73-88)`; `too few (3/4)`; nothing where nothing was counted."""
        if not self.enough or self.interval is None:
            return f"too few ({self.hits}/{self.of})" if self.of else ""
        low, high = self.interval
        return f"{percent(self.hits / self.of)} ({low * 100:.0f}-{high * 100:.0f})"

    def to_dict(self) -> dict[str, object]:
        """For programs: also of a small sample, with `enough` beside it."""
        low, high = self.interval or (None, None)
        return {"hits": self.hits, "of": self.of, "rate": self.rate, "low": low, "high": high, "enough": self.enough}
