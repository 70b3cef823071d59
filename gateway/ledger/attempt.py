"""One call to one model, as it is written down before it is made and completed after it.

Whoever calls a model speaks these words; whoever keeps the ledger implements `AttemptLog`. Tokens follow one
reading everywhere: cached tokens are part of input, reasoning tokens are part of output. What nobody told is None.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from gateway.ledger.gate import Gate, Heard


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
    ABANDONED = "abandoned"  # its process died: nobody knows how it ended, and it counts at its bound


class PriceState(StrEnum):
    """How far a cost can be trusted."""

    PRICED = "priced"  # tokens and price are both known
    UNPRICED = "unpriced"  # one of them is not: the cost is None and counts at its bound
    FREE = "free"  # nothing is owed: an offline model, a price of zero, or a call that the provider turned away


@dataclass(frozen=True, slots=True)
class Origin:
    """For whom a model is called, by which budgets and reports go. `policy_version`: of the rules that chose it."""

    account: str = ""
    ticket_id: str = ""
    queue: str = ""
    policy_version: str | None = None


UNNAMED = Origin()


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
    origin: Origin = UNNAMED
    gate: Gate | None = None  # None: nobody can be asked too much


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """What is known after the call. `error_kind` is one word, never a vendor's text.

    Milliseconds are measured by a clock that nobody sets. `suspect`: the tokens that were told are far from what was
    sent and received.
    """

    ended_at: datetime
    latency_ms: float | None
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
    suspect: bool = False
    heard: Heard | None = None
    retry_after: float | None = None  # seconds, as the provider named them


class AttemptLog(Protocol):
    """Where attempts are kept. Both calls return once the row is committed."""

    async def start(self, attempt: AttemptStarted) -> int:
        """Keep the row before the call, with its bound held from every budget, and give its id.

        Raises BudgetUsedUp where one of them has not so much left, and Shut where the provider is not to be called now:
        then there is no row, and must be no call."""
        ...

    async def finish(self, attempt_id: int, finished: AttemptFinished) -> bool:
        """Complete the row. It is called once for every id, also when the call was cancelled. True where the
        provider is not to be called again for now."""
        ...
