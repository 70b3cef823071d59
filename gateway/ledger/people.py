"""What people's time costs, by rates that an owner declared with their source. Estimates, and told as such."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.0001")
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Rates:
    """USD an hour of somebody who reviews drafts, and the minutes that an answer by hand takes."""

    reviewer_per_hour: Decimal
    by_hand_minutes: float
    source: str

    def reviewing(self, ms: int | None) -> Decimal | None:
        """USD for so long a look at drafts; None where nobody knows how long it was."""
        return None if ms is None else (self.reviewer_per_hour * ms / _HOUR_MS).quantize(_CENT, ROUND_HALF_UP)

    @property
    def by_hand(self) -> Decimal:
        """USD for one answer by hand."""
        return (self.reviewer_per_hour * Decimal(str(self.by_hand_minutes)) / 60).quantize(_CENT, ROUND_HALF_UP)
