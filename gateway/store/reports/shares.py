"""Shares with how far off they may be: a rate of four drafts says hardly anything, and has to say so."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # of the normal distribution, for 95 %
ENOUGH = 20  # below it a rate is not told, because its interval is wider than what anybody would decide by


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
        """Wilson's score interval at 95 %, without continuity correction. It holds for small samples too, and never
        leaves 0 to 1."""
        if not self.of:
            return None
        rate, square = self.hits / self.of, Z * Z
        middle = (rate + square / (2 * self.of)) / (1 + square / self.of)
        half = Z / (1 + square / self.of) * sqrt(rate * (1 - rate) / self.of + square / (4 * self.of**2))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        """`82 % (73-88)`; `too few (3/4)`; nothing where nothing was counted."""
        if not self.enough or self.interval is None:
            return f"too few ({self.hits}/{self.of})" if self.of else ""
        low, high = self.interval
        return f"{self.hits / self.of:.0%} ({low * 100:.0f}-{high * 100:.0f})".replace("%", " %", 1)

    def to_dict(self) -> dict[str, object]:
        """For programs: also of a small sample, with `enough` beside it."""
        low, high = self.interval or (None, None)
        return {"hits": self.hits, "of": self.of, "rate": self.rate, "low": low, "high": high, "enough": self.enough}
