"""Sums that may be partly unknown, and how they are told: never a zero for what nobody knows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gateway.errors import GatewayError

_CENT = Decimal("0.01")
_SPAN = re.compile(r"(\d{1,5})\s?(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Cost:
    """USD over several calls. `known` sums the calls with a price; None where no call has one."""

    known: Decimal | None
    unpriced: int  # calls whose cost nobody knows, those still under way among them

    @classmethod
    def of(cls, known: Decimal | None, *, attempts: int, unpriced: int) -> "Cost":
        """No calls at all cost nothing; only calls without a price are "not known"."""
        if attempts == 0:
            return cls(Decimal(0), 0)
        return cls(None if attempts == unpriced and not known else known or Decimal(0), unpriced)

    @classmethod
    def of_calls(cls, calls: Sequence[Mapping[str, Any]]) -> "Cost":
        """From rows of attempts. A free call without a price is known to cost nothing."""
        known = [call["cost_usd"] for call in calls if call["cost_usd"] is not None]
        unpriced = sum(call["price_state"] == "unpriced" or call["outcome"] is None for call in calls)
        return cls.of(sum(known, Decimal(0)), attempts=len(calls), unpriced=unpriced)

    @classmethod
    def total(cls, costs: Iterable["Cost"]) -> "Cost":
        """Several costs together."""
        parts = list(costs)
        known = [cost.known for cost in parts if cost.known is not None]
        return cls(sum(known, Decimal(0)) if known or not parts else None, sum(cost.unpriced for cost in parts))

    def __str__(self) -> str:
        if self.known is None or (self.unpriced and not self.known):
            return "not known"
        told = f"{_short(self.known)} USD"
        return f"at least {told}" if self.unpriced else told


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens over several calls; `uncounted` calls told no number."""

    input: int | None
    output: int | None
    uncounted: int

    def __str__(self) -> str:
        if self.input is None and self.output is None:
            return "not known" if self.uncounted else "0"
        told = f"{_count(self.input)} in, {_count(self.output)} out"
        return f"at least {told}" if self.uncounted else told


def duration(ms: float | None) -> str:
    """Milliseconds as people say them: `0.4 ms`, `340 ms`, `2.3 s`, `4 min 10 s`, `40 min`, `3 h 5 min`."""
    if ms is None:
        return "not known"
    if ms < 1:
        return f"{ms:.1f} ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    if seconds < 3600:
        return f"{seconds // 60} min" + (f" {seconds % 60} s" if seconds % 60 else "")
    minutes = seconds % 3600 // 60
    return f"{seconds // 3600} h" + (f" {minutes} min" if minutes else "")


def since(text: str, now: datetime | None = None) -> datetime:
    """A moment in the past from `90m`, `24h`, `7d`, `2w` or an ISO date, which is read as UTC. Raises NotATime."""
    if span := _SPAN.fullmatch(text.strip()):
        return (now or datetime.now(UTC)) - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NotATime(f"{text!r} is not a time", remedy="Write 90m, 24h, 7d, 2w, or a date as 2026-11-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class NotATime(GatewayError):
    """A filter that names no moment."""

    status = 400
    title = "Not a time"


def _short(usd: Decimal) -> str:
    """Cents where there are some, otherwise two digits that say something."""
    if usd == 0:
        return "0"
    if abs(usd) >= 1:
        return f"{usd.quantize(_CENT, ROUND_HALF_UP):,f}"
    digits = max(4, 1 - usd.adjusted())
    return f"{usd.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"


def _count(number: int | None) -> str:
    return "not known" if number is None else f"{number:,}"
