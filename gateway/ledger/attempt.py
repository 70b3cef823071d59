"""One call to one model, as it is written down before it is made and completed after it.

Whoever calls a model speaks these words; whoever keeps the ledger implements `AttemptLog`. Tokens follow one
reading everywhere: cached tokens are part of input, reasoning tokens are part of output. What nobody told is None.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Purpose(StrEnum):
    """Why a model was called."""

    DRAFT = "draft"
    REPAIR = "repair"
    JUDGE = "judge"
    EMBED = "embed"
    CLASSIFY = "classify"


class AttemptOutcome(StrEnum):
    """How a call ended. A row without one belongs to a process that died, or to a call still under way."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # the provider's own filter stopped it


class PriceState(StrEnum):
    """How far a cost can be trusted."""

    PRICED = "priced"  # tokens and price are both known
    UNPRICED = "unpriced"  # one of them is not: the cost is None and counts at its bound
    FREE = "free"  # nothing is owed: an offline model, a price of zero, or a call that the provider turned away


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """What is known before the call. `bound_usd` is the most that it can cost; None where no price is known.

    `number` counts the run's attempts from 1, `retry` the repeats of one candidate and `fallback` the place of the
    candidate on its route, both from 0.
    """

    run_id: int
    number: int
    purpose: Purpose
    route: str
    provider: str
    model: str
    prompt: str
    prompt_version: str
    retry: int
    fallback: int
    streamed: bool
    started_at: datetime
    bound_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """What is known after the call. Milliseconds are wall time; `error_kind` is one word, never a vendor's text."""

    ended_at: datetime
    latency_ms: float
    outcome: AttemptOutcome
    price_state: PriceState
    time_to_first_token_ms: float | None = None
    error_kind: str | None = None
    finish_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_read_tokens: int | None = None
    cached_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: Decimal | None = None
    price_version: str | None = None


class AttemptLog(Protocol):
    """Where attempts are kept. Both calls return once the row is committed."""

    async def start(self, attempt: AttemptStarted) -> int:
        """Keep the row before the call and give its id."""
        ...

    async def finish(self, attempt_id: int, finished: AttemptFinished) -> None:
        """Complete the row. It is called once for every id, also when the call was cancelled."""
        ...
