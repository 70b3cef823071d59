"""Money over several calls, of which some have no price: those count at their upper bounds, and never as nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

from gateway.store.database import Row
from gateway.store.reports.amounts import Cost

UNPRICED: LiteralString = "t.cost_usd is null and t.price_state is distinct from 'free'"
_ADDED: LiteralString = """count(*) as calls, coalesce(trim_scale(sum(t.cost_usd)), 0) as known,
  count(*) filter (where UNPRICED) as unpriced,
  coalesce(trim_scale(sum(t.bound_usd) filter (where UNPRICED)), 0) as bound,
  count(*) filter (where UNPRICED and t.bound_usd is null) as boundless"""
ADDED: LiteralString = _ADDED.replace("UNPRICED", UNPRICED)


@dataclass(frozen=True, slots=True)
class Spent:
    """USD. `known`: of the calls with a price. `bound`: the most that those without one may cost, `boundless` of which
    have no upper bound either. Calls under way are among those without a price."""

    calls: int = 0
    known: Decimal = Decimal(0)
    unpriced: int = 0
    bound: Decimal = Decimal(0)
    boundless: int = 0

    @classmethod
    def of(cls, row: Row) -> "Spent":
        return cls(*(row[name] for name in ("calls", "known", "unpriced", "bound", "boundless")))

    @classmethod
    def total(cls, parts: Iterable["Spent"]) -> "Spent":
        return sum(parts, cls())

    def __add__(self, other: Any) -> "Spent":
        if not isinstance(other, Spent):
            return NotImplemented
        return Spent(
            self.calls + other.calls,
            self.known + other.known,
            self.unpriced + other.unpriced,
            self.bound + other.bound,
            self.boundless + other.boundless,
        )

    @property
    def at_most(self) -> Decimal | None:
        """None: nobody knows."""
        return None if self.boundless else self.known + self.bound

    def __str__(self) -> str:
        told = str(Cost(self.known + self.bound, 0))
        if self.boundless:
            return f"at least {told}" if self.known else "not known"
        return f"at most {told}" if self.unpriced else told
